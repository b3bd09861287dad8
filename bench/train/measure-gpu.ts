import { chromium } from 'playwright';
import { chromiumArguments, ensureChromium } from '../../scripts/chromium.mjs';
import { openPage, rest, servePage } from '../cpu/measure';
import { median } from '../reference-features';
import type { Row } from '../suite';
import type { OpenTrainer, TrainPage } from './train-protocol';

interface GpuWork {
  readonly work: string;
  readonly trainer: Exclude<OpenTrainer['trainer'], 'headstart-cpu'>;
  readonly unfrozen: number;
  readonly batch: number;
}

/** Stock kernels take so long that the work on which both are timed is small. */
const comparedBatch = 2;
const works: readonly GpuWork[] = [
  { work: 'block 5, cached boundary', trainer: 'headstart-webgpu', unfrozen: 3, batch: comparedBatch },
  { work: 'block 5, cached boundary', trainer: 'tfjs-webgpu', unfrozen: 3, batch: comparedBatch },
  { work: 'block 5, cached boundary', trainer: 'headstart-webgpu', unfrozen: 3, batch: 8 },
  { work: 'whole network', trainer: 'headstart-webgpu', unfrozen: 13, batch: comparedBatch },
];

interface Entry extends GpuWork {
  readonly name: string;
  readonly seconds: number[];
  loss: number;
}

/** Seconds a training step on WebGPU: ours and TensorFlow.js' stock kernels on identical work, in turn, and ours alone on more. */
export async function measureGpuTraining(
  rounds: number,
): Promise<{ rows: readonly Row[]; notes: readonly string[]; browser: string; adapter: string | null }> {
  const { server, url, weights } = await servePage('bench/train/index.html', 'bench/train/train.worker.ts');
  const browser = await chromium.launch({ executablePath: ensureChromium(), args: chromiumArguments({ webgpu: true }) });
  try {
    const page = await openPage(browser, url);
    const notes: string[] = [];
    const entries: Entry[] = works.map((work) => ({
      ...work,
      name: `${work.work}, batch ${String(work.batch)}, ${work.trainer}`,
      seconds: [],
      loss: NaN,
    }));
    const step = (name: string) =>
      page.evaluate((asked) => {
        const { bench } = globalThis as unknown as { bench: TrainPage };
        return bench.step(asked);
      }, name);
    for (const entry of entries) {
      const { name, trainer, unfrozen, batch } = entry;
      const request: OpenTrainer = { kind: 'open', trainer, unfrozen, batch, threads: 1, weights };
      const note = await page.evaluate(
        (asked) => {
          const { bench } = globalThis as unknown as { bench: TrainPage };
          return bench.open(asked.name, asked.request);
        },
        { name, request },
      );
      notes.push(`${name}: ${note}`);
      entry.loss = (await step(name)).loss; // warms up
    }
    for (let round = 0; round < rounds; round++) {
      for (const entry of entries) {
        await rest();
        entry.seconds.push((await step(entry.name)).seconds);
      }
    }
    const [own, stock] = entries;
    if (own !== undefined && stock !== undefined) {
      const ratio = (of: (seconds: readonly number[]) => number) => (of(stock.seconds) / of(own.seconds)).toFixed(1);
      notes.push(
        `Stock TensorFlow.js takes ${ratio(median)} times ours (medians), ${ratio((seconds) => Math.min(...seconds))} (least), on identical work: the last three convolutions from the same activations, batch ${String(comparedBatch)}.`,
        'A step is forward, cross-entropy, backward and SGD with momentum 0.9, head included; firstLoss is equal where the work is.',
      );
    }
    return {
      rows: entries.map(({ trainer, work, batch, seconds, loss }) => ({
        name: trainer,
        work,
        device: 'webgpu',
        batch,
        secondsPerStep: Number(median(seconds).toFixed(3)),
        leastSeconds: Number(Math.min(...seconds).toFixed(3)),
        firstLoss: Number(loss.toFixed(5)),
      })),
      notes,
      browser: `Chromium ${browser.version()}`,
      adapter: null,
    };
  } finally {
    await browser.close();
    await server.close();
  }
}
