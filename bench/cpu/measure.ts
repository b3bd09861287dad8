import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright';
import { createServer, type ViteDevServer } from 'vite';
import { chromiumArguments, ensureChromium } from '../../scripts/chromium.mjs';
import { PlainFailure, projectRoot } from '../../scripts/install.mjs';
import { assemblyScript } from '../../scripts/vite-assemblyscript';
import { convSteps, tilesOf } from '../../src/kernels/wasm/network';
import { isolationHeaders } from '../../scripts/security-headers.mjs';
import { createBenchPixels } from '../features/pictures';
import { maxErrorOverRms, median, readKeptFeatures } from '../reference-features';
import { residentBytes } from '../resident-memory';
import type { Row } from '../suite';
import type { OpenPeer, PeerName } from './protocol';
import { openTorch, type TorchProcess } from './torch-process';

interface PageBench {
  open(name: string, request: OpenPeer): Promise<{ note: string; seconds: number }>;
  run(name: string, batch: number): Promise<number>;
  lastFeatures(name: string): number[][];
  close(name: string): void;
  peak(relaxed: boolean): Promise<number>;
}

/** Calls one of the page's functions. */
function call<Name extends keyof PageBench>(
  page: Page,
  name: Name,
  ...values: Parameters<PageBench[Name]>
): Promise<Awaited<ReturnType<PageBench[Name]>>> {
  return page.evaluate(
    ({ asked, given }) => {
      const { bench } = globalThis as unknown as { bench: Record<string, (...all: unknown[]) => unknown> };
      return bench[asked]?.(...given);
    },
    { asked: name, given: values },
  ) as Promise<Awaited<ReturnType<PageBench[Name]>>>;
}

export interface CpuMeasurement {
  readonly threads: readonly number[];
  readonly batches: readonly number[];
  /** Each round runs every peer once, in turn. */
  readonly rounds: number;
  readonly python: string;
  readonly peers: readonly PeerName[];
}

export interface CpuMeasured {
  readonly rows: readonly Row[];
  readonly notes: readonly string[];
  readonly browser: string;
}

/** FLOP of a picture's 36-place products: the part of the work that the micro-kernel does. */
const productFlop = convSteps.slice(1).reduce((sum, step) => sum + 72 * tilesOf(step) * step.inChannels * step.outChannels, 0);

/** Serves one of the bench's pages, isolated, with the kernels compiled. */
export async function servePage(page: string, entry: string): Promise<{ server: ViteDevServer; url: string; weights: string }> {
  const server = await createServer({
    configFile: false,
    root: projectRoot,
    logLevel: 'error',
    plugins: [assemblyScript()],
    server: { host: '127.0.0.1', port: 0, headers: isolationHeaders, watch: null, hmr: false },
    optimizeDeps: {
      entries: [join(projectRoot, entry)],
      include: ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-wasm', '@tensorflow/tfjs-backend-webgpu', 'idb', 'valibot'],
      exclude: ['onnxruntime-web'],
    },
    cacheDir: `${projectRoot}.cache/bench-cpu-vite`,
  });
  await server.listen();
  const address = server.resolvedUrls?.local[0];
  if (address === undefined) throw new PlainFailure('The bench’s page could not be served.');
  return { server, url: `${address}${page}`, weights: `${address}models/vgg16/` };
}

export async function openPage(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(url);
  await page.waitForFunction(() => 'bench' in globalThis);
  return page;
}

async function askFeatures(torch: TorchProcess, path: string): Promise<Float32Array> {
  await torch.writeFeatures(path);
  const bytes = await readFile(path);
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}

/** The others' threads spin for a while after their work, which would be the next one's loss. */
export function rest(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 300));
}

/** Resident memory of a page that has one peer open and has used it, in a browser of its own; and the seconds to open it. */
async function measureMemory(url: string, request: OpenPeer): Promise<{ bytes: number | null; seconds: number }> {
  const browser = await chromium.launch({ executablePath: ensureChromium(), args: chromiumArguments({ webgpu: false }) });
  try {
    const page = await openPage(browser, url);
    const { seconds } = await call(page, 'open', 'one', request);
    for (let turn = 0; turn < 3; turn++) await call(page, 'run', 'one', request.batch);
    await rest();
    return { bytes: await residentBytes(browser), seconds };
  } finally {
    await browser.close();
  }
}

/** What our backbone adds to a page that already holds the weights' files. */
async function describeMemory(url: string, weights: string, threads: number, batch: number): Promise<string[]> {
  const ask = (peer: OpenPeer['peer'], mode: OpenPeer['mode']) =>
    measureMemory(url, { kind: 'open', peer, threads, batch, weights, mode, relaxed: true });
  const base = await ask('weights-only', 'kept');
  const notes: string[] = [];
  for (const mode of ['kept', 'layer-by-layer'] as const) {
    const { bytes, seconds } = await ask('headstart', mode);
    const grown =
      bytes === null || base.bytes === null ? 'not told by this system' : `${((bytes - base.bytes) / 1e6).toFixed(0)} MB`;
    notes.push(
      `Resident memory beyond a page that holds the weights, filters ${mode}, ${String(threads)} threads, batch ${String(batch)}: ${grown}; ready after ${(seconds - base.seconds).toFixed(2)} s more than the weights alone.`,
    );
  }
  return notes;
}

/** One line of the table. */
interface Entry {
  readonly name: string;
  /** What differs from the default. */
  readonly plan: string;
  readonly threads: number;
  readonly batch: number;
  /** Its name on the page; empty for PyTorch. */
  readonly key: string;
  readonly run: () => Promise<number>;
  /** A picture, one a round. */
  readonly seconds: number[];
}

/** tfjs is opened for its own turn only, since its threads may spin for ever; and it takes pictures one by one. */
function openEachTurn(page: Page, request: OpenPeer): Entry {
  const key = `${request.peer} ${String(request.threads)}`;
  const run = async () => {
    await call(page, 'open', key, request);
    await call(page, 'run', key, 1);
    const seconds = await call(page, 'run', key, 1);
    await call(page, 'close', key);
    return seconds;
  };
  return { name: request.peer, plan: '', threads: request.threads, batch: 1, key, run, seconds: [] };
}

/** Opens a peer for all rounds; none of its lines when it does not start, and the notes say why. */
async function openOnce(
  page: Page,
  request: OpenPeer,
  batches: readonly number[],
  plan: string,
  notes: string[],
): Promise<Entry[]> {
  const { peer, threads } = request;
  const key = `${peer} ${String(threads)} ${plan}`;
  try {
    const { note } = await call(page, 'open', key, request);
    notes.push(`${peer}: ${note}`);
  } catch (error) {
    notes.push(`${key} threads did not start: ${String(error)}`);
    return [];
  }
  return batches.map((batch) => ({
    name: peer,
    plan,
    threads,
    batch,
    key,
    run: () => call(page, 'run', key, batch),
    seconds: [],
  }));
}

/**
 * Seconds a picture of ours and of the peers, with the same threads, in one run: every round has each of them once, so that what else the
 * machine does falls on all. Medians and least of the rounds; errors against PyTorch's features.
 */
export async function measureCpuBackbone({ threads, batches, rounds, python, peers }: CpuMeasurement): Promise<CpuMeasured> {
  const { server, url, weights } = await servePage('bench/cpu/index.html', 'bench/cpu/peer.worker.ts');
  const folder = await mkdtemp(join(tmpdir(), 'headstart-bench-'));
  const browser = await chromium.launch({ executablePath: ensureChromium(), args: chromiumArguments({ webgpu: false }) });
  const most = Math.max(...batches);
  const torches: TorchProcess[] = [];
  try {
    const notes: string[] = [];
    notes.push(...(await describeMemory(url, weights, Math.max(...threads), most)));
    const page = await openPage(browser, url);
    const pixels = join(folder, 'pixels');
    await writeFile(pixels, Buffer.concat(Array.from({ length: most }, (_, index) => createBenchPixels(index))));

    const entries: Entry[] = [];
    for (const count of threads) {
      for (const peer of peers) {
        const request = { kind: 'open', peer, threads: count, batch: most, weights, mode: 'kept', relaxed: true } as const;
        if (peer === 'tfjs-wasm') entries.push(openEachTurn(page, { ...request, batch: 1 }));
        else entries.push(...(await openOnce(page, request, batches, '', notes)));
        if (peer !== 'headstart' || count !== Math.max(...threads)) continue;
        entries.push(...(await openOnce(page, { ...request, mode: 'layer-by-layer' }, [most], 'filters layer by layer', notes)));
        entries.push(...(await openOnce(page, { ...request, relaxed: false }, [most], 'no relaxed SIMD', notes)));
      }
      try {
        const torch = await openTorch(python, pixels, most, count);
        torches.push(torch);
        for (const batch of batches)
          entries.push({
            name: 'pytorch-cpu',
            plan: '',
            threads: count,
            batch,
            key: '',
            run: () => torch.run(batch),
            seconds: [],
          });
      } catch (error) {
        notes.push(
          `No PyTorch: ${error instanceof Error ? error.message : String(error)}. Name an interpreter that has it with --python.`,
        );
      }
    }
    for (const entry of entries) await entry.run(); // warms up
    const peaks: number[] = [];
    for (let round = 0; round < rounds; round++) {
      peaks.push(await call(page, 'peak', true));
      for (const entry of entries) {
        await rest();
        entry.seconds.push((await entry.run()) / entry.batch);
      }
    }
    const peak = Math.max(...peaks);
    notes.push(
      `Micro-kernel alone, one thread: ${peak.toFixed(1)} GFLOP/s with relaxed SIMD, ${(await call(page, 'peak', false)).toFixed(1)} without; the products of a picture are ${(productFlop / 1e9).toFixed(2)} GFLOP.`,
    );
    const [torch] = torches;
    if (torch !== undefined) notes.push(`PyTorch ${torch.version}.`);
    const reference = torch === undefined ? await readKeptFeatures() : await askFeatures(torch, join(folder, 'features'));
    if (process.env.BENCH_TRACE !== undefined)
      for (const { name, threads: count, batch, seconds } of entries)
        console.log(name, count, batch, seconds.map((one) => one.toFixed(3)).join(' '));
    const rows: Row[] = [];
    for (const { name, plan, threads: count, batch, key, run, seconds } of entries) {
      let error: number | null = null;
      if (key !== '') {
        await run();
        error = maxErrorOverRms(await call(page, 'lastFeatures', key), reference);
      }
      const typical = median(seconds);
      rows.push({
        name,
        plan,
        device: 'cpu',
        threads: count,
        batch,
        secondsPerPicture: Number(typical.toFixed(4)),
        leastSeconds: Number(Math.min(...seconds).toFixed(4)),
        maxErrorOverRms: name === 'pytorch-cpu' ? 0 : error === null ? null : Number(error.toExponential(1)),
        shareOfPeak:
          name === 'headstart' && plan !== 'no relaxed SIMD'
            ? Number((productFlop / 1e9 / typical / (peak * count)).toFixed(2))
            : null,
      });
    }
    for (const torchProcess of torches) torchProcess.close();
    return { rows, notes, browser: `Chromium ${browser.version()}` };
  } finally {
    for (const torch of torches) torch.close();
    await browser.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
}
