import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright';
import { chromiumArguments, ensureChromium } from '../../scripts/chromium.mjs';
import { openPage, rest, servePage } from '../cpu/measure';
import { median } from '../reference-features';
import { openPython, type LineProcess } from '../cpu/torch-process';
import { createBenchPixels } from '../features/pictures';
import type { Row, Suite } from '../suite';
import { measureGpuTraining } from '../train/measure-gpu';
import type { OpenTrainer, StepAnswer, TrainPage } from '../train/train-protocol';

/** What is computed in a step, and by whom it can be. */
interface Work {
  readonly work: string;
  readonly unfrozen: number;
  readonly batch: number;
  /** Names of pytorch.py's ways with what to say of them. */
  readonly ways: Readonly<Record<string, string>>;
}

const works: readonly Work[] = [
  {
    work: 'whole network',
    unfrozen: 13,
    batch: 4,
    ways: { all: '', 'all-channels-last': 'channels last' },
  },
  {
    work: 'block 5, cached boundary',
    unfrozen: 3,
    batch: 8,
    ways: {
      'block5-cached': 'same cache',
      'block5-cached-channels-last': 'same cache, channels last',
      block5: 'as people write it: whole forward',
      'block5-channels-last': 'as people write it, channels last',
    },
  },
];

/** One line of the table. */
interface Entry {
  readonly name: string;
  readonly plan: string;
  readonly work: Work;
  readonly step: () => Promise<StepAnswer>;
  readonly seconds: number[];
  loss: number;
}

function createOurs(page: Page, work: Work): Entry {
  const step = () =>
    page.evaluate((name) => {
      const { bench } = globalThis as unknown as { bench: TrainPage };
      return bench.step(name);
    }, work.work);
  return { name: 'headstart', plan: '', work, step, seconds: [], loss: NaN };
}

function createTorch(torch: LineProcess, work: Work, way: string, plan: string): Entry {
  const step = async () => {
    const [seconds, loss] = (await torch.ask(`${way} ${String(work.batch)}`)).split(' ').map(Number);
    return { seconds: seconds ?? NaN, loss: loss ?? NaN };
  };
  return { name: 'pytorch-cpu', plan, work, step, seconds: [], loss: NaN };
}

function toRow(entry: Entry, threads: number): Row {
  const { name, plan, work, seconds, loss } = entry;
  return {
    name,
    work: work.work,
    plan,
    device: 'cpu',
    threads,
    batch: work.batch,
    secondsPerStep: Number(median(seconds).toFixed(3)),
    leastSeconds: Number(Math.min(...seconds).toFixed(3)),
    firstLoss: Number(loss.toFixed(5)),
  };
}

/** tfjs has no gradient by filter on its WASM backend, so a step of it cannot be measured there. */
const tfjsRow: Row = {
  name: 'tfjs-wasm',
  work: 'either',
  plan: 'left out: its backend has no Conv2DBackpropFilter',
  device: 'cpu',
  threads: null,
  batch: null,
  secondsPerStep: null,
  leastSeconds: null,
  firstLoss: null,
};

/** How much longer than `other` ours takes, from medians and from least times. */
function compare(entries: readonly Entry[], work: string, isOther: (entry: Entry) => boolean): string {
  const own = entries.find((entry) => entry.name === 'headstart' && entry.work.work === work);
  const others = entries.filter((entry) => entry.work.work === work && isOther(entry));
  if (own === undefined || others.length === 0) return 'not measured';
  const ratio = (of: (seconds: readonly number[]) => number) =>
    (of(own.seconds) / Math.min(...others.map(({ seconds }) => of(seconds)))).toFixed(2);
  return `${ratio(median)} (medians), ${ratio((seconds) => Math.min(...seconds))} (least)`;
}

export const trainSuite: Suite = {
  name: 'train',
  about:
    'seconds a training step: whole network, and block 5 from cached activations, beside PyTorch (--threads N, --rounds N, --python PATH) or, --device webgpu, beside TensorFlow.js',
  quick: false,
  run: async ({ device, threads: counts, rounds, python }) => {
    if (device === 'webgpu') return measureGpuTraining(rounds);
    const threads = Math.max(...counts);
    const { server, url, weights } = await servePage('bench/train/index.html', 'bench/train/train.worker.ts');
    const folder = await mkdtemp(join(tmpdir(), 'headstart-bench-'));
    const browser = await chromium.launch({ executablePath: ensureChromium(), args: chromiumArguments({ webgpu: false }) });
    let torch: LineProcess | null = null;
    try {
      const page = await openPage(browser, url);
      const notes: string[] = [];
      const entries: Entry[] = [];
      const pixels = join(folder, 'pixels');
      const most = Math.max(...works.map(({ batch }) => batch));
      await writeFile(pixels, Buffer.concat(Array.from({ length: most }, (_, index) => createBenchPixels(index))));
      try {
        torch = await openPython(python, 'bench/train/pytorch.py', [pixels, most, threads]);
        notes.push(`PyTorch ${torch.greeting}.`);
      } catch (error) {
        notes.push(
          `No PyTorch: ${error instanceof Error ? error.message : String(error)}. Name an interpreter that has it with --python.`,
        );
      }
      for (const work of works) {
        const { unfrozen, batch } = work;
        const request: OpenTrainer = { kind: 'open', trainer: 'headstart-cpu', unfrozen, batch, threads, weights };
        const note = await page.evaluate(
          ({ name, asked }) => {
            const { bench } = globalThis as unknown as { bench: TrainPage };
            return bench.open(name, asked);
          },
          { name: work.work, asked: request },
        );
        notes.push(`${work.work}: ${note}`);
        entries.push(createOurs(page, work));
        if (torch !== null)
          for (const [way, plan] of Object.entries(work.ways)) entries.push(createTorch(torch, work, way, plan));
      }
      for (const entry of entries) entry.loss = (await entry.step()).loss; // warms up
      for (let round = 0; round < rounds; round++) {
        for (const entry of entries) {
          await rest();
          entry.seconds.push((await entry.step()).seconds);
        }
      }
      if (process.env.BENCH_TRACE !== undefined)
        for (const { name, plan, work, seconds } of entries)
          console.log(work.work, name, plan, seconds.map((one) => one.toFixed(3)).join(' '));
      const whole = works[0]?.work ?? '';
      const block = works[1]?.work ?? '';
      notes.push(
        `Times of ours over the faster PyTorch on identical work: whole network ${compare(entries, whole, ({ name }) => name !== 'headstart')}; block 5 ${compare(entries, block, ({ plan }) => plan.startsWith('same cache'))}.`,
        `Block 5, ours from the cache over the faster PyTorch as people write it: ${compare(entries, block, ({ plan }) => plan.startsWith('as people'))}.`,
        'A step is forward, cross-entropy, backward and SGD with momentum 0.9, head included; firstLoss is equal where the work is.',
      );
      return {
        rows: [...entries.map((entry) => toRow(entry, threads)), tfjsRow],
        notes,
        browser: `Chromium ${browser.version()}`,
        adapter: null,
      };
    } finally {
      torch?.close();
      await browser.close();
      await server.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
};
