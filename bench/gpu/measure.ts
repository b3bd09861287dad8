import { join } from 'node:path';
import { chromium, type Page } from 'playwright';
import { createServer, type ViteDevServer } from 'vite';
import { chromiumArguments, ensureChromium } from '../../scripts/chromium.mjs';
import { PlainFailure, projectRoot } from '../../scripts/install.mjs';
import { convSteps, tilesOf } from '../../src/kernels/wasm/network';
import { isolationHeaders } from '../../scripts/security-headers.mjs';
import { maxErrorOverRms, median, readKeptFeatures } from '../reference-features';
import type { Row } from '../suite';
import { askDawn } from './dawn';
import type { PlainAnswer } from './page';
import type { GpuAnswer, GpuPeerName, GpuRequest } from './protocol';

export interface GpuMeasurement {
  readonly peers: readonly GpuPeerName[];
  readonly batches: readonly number[];
  readonly rounds: number;
  /** Folder of the npm package `webgpu`; null for the browser. */
  readonly dawn: string | null;
}

export interface GpuMeasured {
  readonly rows: readonly Row[];
  readonly notes: readonly string[];
  readonly browser: string;
  readonly adapter: string | null;
}

/** FLOP of the convolutions as they are written, a picture. */
const writtenFlop = convSteps.reduce(
  (sum, { size, inChannels, outChannels }) => sum + 18 * size * size * inChannels * outChannels,
  0,
);
/** FLOP that Winograd leaves of them: the 36 products of each later layer, and the first layer as it is. */
const [first, ...later] = convSteps;
const productFlop = later.reduce(
  (sum, step) => sum + 72 * tilesOf(step) * step.inChannels * step.outChannels,
  18 * (first?.size ?? 0) ** 2 * (first?.inChannels ?? 0) * (first?.outChannels ?? 0),
);

async function serve(): Promise<{ server: ViteDevServer; url: string; weights: string }> {
  const server = await createServer({
    configFile: false,
    root: projectRoot,
    logLevel: 'error',
    server: { host: '127.0.0.1', port: 0, headers: isolationHeaders, watch: null, hmr: false },
    // Found up front: a dependency discovered midway reloads the page.
    optimizeDeps: {
      entries: [join(projectRoot, 'bench/gpu/peer.worker.ts')],
      include: ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-wasm', '@tensorflow/tfjs-backend-webgpu', 'idb', 'valibot'],
      exclude: ['onnxruntime-web'],
    },
    cacheDir: `${projectRoot}.cache/bench-gpu-vite`,
  });
  await server.listen();
  const address = server.resolvedUrls?.local[0];
  if (address === undefined) throw new PlainFailure('The bench’s page could not be served.');
  return { server, url: `${address}bench/gpu/index.html`, weights: `${address}models/vgg16/` };
}

function askPage(page: Page, request: GpuRequest): Promise<PlainAnswer> {
  return page.evaluate((asked) => {
    const { ask } = globalThis as unknown as { ask: (asked: GpuRequest) => Promise<PlainAnswer> };
    return ask(asked);
  }, request);
}

/** Each peer in a browser of its own, so that nothing is compiled already. */
async function askBrowser(peers: readonly GpuPeerName[], batches: readonly number[], rounds: number, notes: string[]) {
  const { server, url, weights } = await serve();
  const answers = new Map<GpuPeerName, PlainAnswer>();
  let version = '';
  try {
    for (const peer of peers) {
      const browser = await chromium.launch({ executablePath: ensureChromium(), args: chromiumArguments({ webgpu: true }) });
      version = browser.version();
      try {
        const page = await browser.newPage();
        await page.goto(url);
        await page.waitForFunction(() => 'ask' in globalThis);
        answers.set(peer, await askPage(page, { peer, weights, batches, rounds }));
      } catch (error) {
        notes.push(`${peer} did not run: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`);
      } finally {
        await browser.close();
      }
    }
  } finally {
    await server.close();
  }
  return { answers, browser: `Chromium ${version}` };
}

async function askNode(peers: readonly GpuPeerName[], batches: readonly number[], rounds: number, folder: string) {
  const answers = new Map<GpuPeerName, GpuAnswer>();
  for (const peer of peers) {
    if (peer !== 'onnxruntime-web-webgpu') answers.set(peer, await askDawn(folder, peer, batches, rounds));
  }
  return { answers, browser: `Node ${process.version}, Dawn` };
}

/** Seconds a picture of ours and of its peers on the adapter at hand, with their errors against PyTorch’s features and their cold starts. */
export async function measureGpuBackbone({ peers, batches, rounds, dawn }: GpuMeasurement): Promise<GpuMeasured> {
  const notes: string[] = [];
  const { answers, browser } =
    dawn === null ? await askBrowser(peers, batches, rounds, notes) : await askNode(peers, batches, rounds, dawn);
  const reference = await readKeptFeatures();
  const peak = Math.max(0, ...[...answers.values()].map((answer) => answer.peak));
  const adapter = [...answers.values()].map((answer) => answer.adapter).find((name) => name !== '') ?? null;
  const stock = answers.get('tfjs-webgpu')?.runs[0]?.seconds;
  const rows: Row[] = [];
  for (const [name, { runs, coldSeconds, notes: own }] of answers) {
    notes.push(...own.map((note) => `${name}: ${note}`));
    for (const { batch, seconds, features } of runs) {
      const typical = median(seconds);
      const multiplied = name === 'headstart' ? productFlop : writtenFlop;
      rows.push({
        name,
        device: 'webgpu',
        threads: null,
        batch,
        secondsPerPicture: Number(typical.toFixed(4)),
        leastSeconds: Number(Math.min(...seconds).toFixed(4)),
        maxErrorOverRms: Number(maxErrorOverRms(features, reference).toExponential(1)),
        timesStock: stock === undefined ? null : Number((median(stock) / typical).toFixed(1)),
        gflopsAsWritten: Number((writtenFlop / typical / 1e9).toFixed(1)),
        shareOfPeak: name === 'onnxruntime-web-webgpu' ? null : Number((multiplied / typical / 1e9 / peak).toFixed(2)),
        coldSeconds: Number(coldSeconds.toFixed(2)),
      });
    }
  }
  notes.push(
    `A loop of multiplications and additions: ${peak.toFixed(1)} GFLOP/s. shareOfPeak counts what is multiplied: ${(productFlop / 1e9).toFixed(1)} GFLOP a picture for ours, ${(writtenFlop / 1e9).toFixed(1)} as written. Peers are timed for one picture after one to warm up; coldSeconds is from the weights in memory to the first features, in a new browser.`,
  );
  return { rows, notes, browser, adapter };
}
