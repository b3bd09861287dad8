import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { followRun } from '../../scripts/follow-run';
import { addDrawings, addFolder, openSession, prepareDevice, waitForProof } from '../../scripts/session';
import { writePictures } from '../drawn-pictures';
import { residentBytes } from '../resident-memory';
import { watchMemory } from '../watch-memory';
import type { Row, Suite } from '../suite';

/** 20 Mbit/s. */
const lineBytesPerSecond = 2_500_000;

const round = (seconds: number) => Number(seconds.toFixed(1));
const megabytes = (bytes: number | null) => (bytes === null ? null : Math.round(bytes / 1e6));

/** Seconds since the start at which each thing was done, and between them. */
class Stages {
  readonly #started = performance.now();
  #last = this.#started;
  readonly rows: Row[] = [];

  constructor(private readonly journey: string) {}

  done(stage: string, more: Row = {}): void {
    const now = performance.now();
    this.rows.push({
      name: this.journey,
      stage,
      seconds: round((now - this.#last) / 1000),
      sinceStart: round((now - this.#started) / 1000),
      ...more,
    });
    this.#last = now;
  }
}

/** From dropping a folder to a trained head, everything already loaded. */
async function fromDrop(folder: string, count: number): Promise<Row[]> {
  const session = await openSession({ webgpu: false });
  try {
    await prepareDevice(session, 'auto');
    const browser = session.context.browser();
    const before = browser === null ? null : await residentBytes(browser);
    await waitForProof(session);
    const stop = watchMemory(session);
    const stages = new Stages(`${String(count)} pictures, from the drop`);
    await addFolder(session, folder);
    stages.done('read');
    const { run } = await followRun(session, () => undefined);
    const most = await stop();
    stages.done('trained head', {
      pictures: run.counts.train + run.counts.val,
      threads: run.threads,
      secondsOfFeatures: round(run.seconds.features),
      secondsOfTraining: round(run.seconds.train),
      valAccuracy: run.history.epochs[run.history.epochs.length - 1]?.valAccuracy ?? null,
      peakMB: megabytes(most),
      peakMBBeyondWeights: megabytes(most === null || before === null ? null : most - before),
    });
    return stages.rows;
  } finally {
    await session.close();
  }
}

/** From an empty browser on a slow line to the first prediction. */
async function fromColdStart(): Promise<Row[]> {
  const stages = new Stages('cold start at 20 Mbit/s');
  const session = await openSession({ webgpu: false, bytesPerSecond: lineBytesPerSecond });
  try {
    const { page, store } = session;
    stages.done('page');
    await addDrawings(session);
    await store.evaluate((handle) => handle.getState().actions.changeSettings({ limitPerClass: 10 }));
    stages.done('20 drawings chosen');
    await prepareDevice(session, 'auto');
    stages.done('weights');
    await waitForProof(session);
    stages.done('self-test passed');
    await followRun(session, () => undefined);
    stages.done('trained head');
    await store.evaluate((handle) => {
      const { project, actions } = handle.getState();
      void actions.trySample(project.document.samples[0]?.id ?? '');
    });
    await page.waitForFunction((handle) => handle.getState().trial.prediction !== null, store, { polling: 20, timeout: 60_000 });
    stages.done('first prediction');
    return stages.rows;
  } finally {
    await session.close();
  }
}

export const firstResultSuite: Suite = {
  name: 'first-result',
  about:
    'seconds by stage from the drop of 500 pictures to a trained head, and from a cold start at 20 Mbit/s (--data DIR, --files N)',
  quick: false,
  run: async ({ dataFolder, files }) => {
    const folder = await mkdtemp(join(tmpdir(), 'headstart-bench-'));
    try {
      const count = files ?? 500;
      if (dataFolder === null) await writePictures(folder, count);
      const rows = [...(await fromDrop(dataFolder === null ? folder : resolve(dataFolder), count)), ...(await fromColdStart())];
      return {
        rows,
        browser: 'Chromium',
        adapter: null,
        notes: [
          'On the processor, in a browser without a graphics card; pictures are read, and their features extracted, at the same time.',
          'Memory is the renderer process’s resident memory (proportional where shared); “beyond weights” counts from the page with its weights loaded.',
        ],
      };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};
