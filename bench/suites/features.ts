import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chromium } from 'playwright';
import { chromiumArguments, ensureChromium } from '../../scripts/chromium.mjs';
import { projectRoot } from '../../scripts/install.mjs';
import { featureCount } from '../../src/domain/vgg16';
import { defaultBatch } from '../../src/kernels/wasm/memory-plan';
import { measureCpuBackbone } from '../cpu/measure';
import type { ExtractedFeatures, ExtractRequest } from '../features/features-protocol';
import { createBenchPixels } from '../features/pictures';
import { serveFeaturesPage } from '../features/serve';
import type { Row, Suite } from '../suite';

interface PyTorchAnswer {
  readonly seconds: readonly number[];
  readonly threads: number;
  readonly version: string;
  readonly features: Float32Array;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

/** Null where this interpreter cannot: torch is no part of the project. */
async function askPyTorch(python: string, pictures: number): Promise<PyTorchAnswer | string> {
  const folder = await mkdtemp(join(tmpdir(), 'headstart-bench-'));
  try {
    const [pixels, out] = [join(folder, 'pixels'), join(folder, 'features')];
    await writeFile(pixels, Buffer.concat(Array.from({ length: pictures }, (_, index) => createBenchPixels(index))));
    const { stdout } = await promisify(execFile)(python, [
      join(projectRoot, 'bench/features/pytorch.py'),
      pixels,
      String(pictures),
      out,
    ]);
    const printed = JSON.parse(stdout) as Omit<PyTorchAnswer, 'features'>;
    const bytes = await readFile(out);
    return { ...printed, features: new Float32Array(bytes.buffer, bytes.byteOffset, pictures * featureCount) };
  } catch (error) {
    return error instanceof Error ? (error.message.trim().split('\n').pop() ?? '') : String(error);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function askPage(pictures: number, device: 'cpu' | 'webgpu'): Promise<{ answer: ExtractedFeatures; browser: string }> {
  const { server, url, weights } = await serveFeaturesPage();
  const browser = await chromium.launch({
    executablePath: ensureChromium(),
    args: chromiumArguments({ webgpu: device === 'webgpu' }),
  });
  try {
    const page = await browser.newPage();
    await page.goto(url);
    await page.waitForFunction(() => 'extract' in globalThis);
    const request: ExtractRequest = { device, weights, pictures };
    const answer = await page.evaluate((asked) => {
      const { extract } = globalThis as unknown as { extract: (asked: ExtractRequest) => Promise<ExtractedFeatures> };
      return extract(asked);
    }, request);
    return { answer, browser: `Chromium ${browser.version()}` };
  } finally {
    await browser.close();
    await server.close();
  }
}

/** The largest error over the reference's root mean square, over all pictures. */
function maxErrorOverRms(features: readonly (readonly number[])[], reference: Float32Array): number {
  let worst = 0;
  features.forEach((values, picture) => {
    const own = reference.subarray(picture * featureCount, (picture + 1) * featureCount);
    const rms = Math.sqrt(own.reduce((sum, value) => sum + value * value, 0) / featureCount);
    values.forEach((value, at) => {
      worst = Math.max(worst, Math.abs(value - (own[at] ?? Number.NaN)) / rms);
    });
  });
  return worst;
}

export const featuresSuite: Suite = {
  name: 'features',
  about:
    'seconds a picture of the backbone beside its peers, and PyTorch where it is found (--device cpu|webgpu, --threads N,N, --rounds N, --pictures N, --python PATH)',
  quick: true,
  run: async ({ device, threads, rounds, pictures, python }) => {
    if (device === 'cpu') {
      const peers = ['headstart', 'onnxruntime-web-wasm', 'tfjs-wasm'] as const;
      return { ...(await measureCpuBackbone({ threads, batches: [1, defaultBatch], rounds, python, peers })), adapter: null };
    }
    const { answer, browser } = await askPage(pictures, device);
    const torch = await askPyTorch(python, pictures);
    const found = typeof torch !== 'string';
    const rows: Row[] = [
      {
        name: 'tfjs-webgpu',
        device: answer.device,
        threads: answer.threads,
        batch: 1,
        secondsPerPicture: median(answer.seconds),
        maxErrorOverRms: found ? maxErrorOverRms(answer.features, torch.features) : null,
      },
    ];
    if (found) {
      rows.push({
        name: 'pytorch-cpu',
        device: 'cpu',
        threads: torch.threads,
        batch: 1,
        secondsPerPicture: median(torch.seconds),
        maxErrorOverRms: 0,
      });
    }
    const notes = [
      `Median of ${String(pictures)} drawings at 224 x 224, one picture at a time, after one to warm up; ${answer.computePlan}.`,
      found ? `PyTorch ${torch.version}.` : `No PyTorch: ${torch}. Name an interpreter that has it with --python.`,
    ];
    return { rows, browser, adapter: answer.adapter, notes };
  },
};
