import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../domain/events';
import type { RunRecord } from '../domain/history';
import { deriveRng } from '../domain/rng';
import type { RunConfig } from '../domain/run-config';
import type { RunRequest } from '../protocol/engine-api';
import { CheckpointStore } from '../storage/checkpoint-store';
import { createTabs, FaultyFolder } from '../storage/testing/faulty-folder';
import type { Engine } from './engine';
import { nodeEnvironment } from './testing/node-environment';
import { createPixels, createSmallRequest } from './testing/small-run';
import { createStandInEngine, neverStop, startRun, type StandInOptions } from './testing/stand-in-engine';

/** At every step boundary. */
const keep = { project: 'p', everySeconds: 0 };

/** A disk as it was at some moment: what a visit finds that begins after a kill. */
function copyOf(folder: FaultyFolder): FaultyFolder {
  const copy = new FaultyFolder();
  for (const [name, bytes] of folder.files) copy.files.set(name, bytes.slice());
  return copy;
}

/** Moments at which there was something else on the disk than at the one before. */
function distinct(moments: readonly FaultyFolder[]): FaultyFolder[] {
  const keyOf = ({ files }: FaultyFolder) =>
    [...files].map(([name, bytes]) => `${name} ${createHash('sha1').update(bytes).digest('hex')}`).join();
  const keys = moments.map(keyOf);
  return moments.filter((_, at) => keys[at] !== keys[at - 1]);
}

async function openEngine(folder: FaultyFolder, options: StandInOptions = {}): Promise<Engine> {
  const { engine } = await createStandInEngine(nodeEnvironment, {
    runs: new CheckpointStore(createTabs(folder)()),
    ...options,
  });
  return engine;
}

function requestOf(config: Partial<RunConfig>): RunRequest {
  return { ...createSmallRequest(config), keep };
}

/** The numbers of a run, without its times. */
function numbersOf({ history, log, weightsHash, bestEpoch, testAccuracy }: RunRecord) {
  return {
    steps: history.steps,
    epochs: history.epochs.map((epoch) => ({ ...epoch, seconds: 0 })),
    ...{ log, weightsHash, bestEpoch, testAccuracy },
  };
}

async function continueOf(engine: Engine, events: RunEvent[] = []): Promise<RunRecord> {
  const run = await engine.unfinishedRun(keep);
  if (run === null) throw new Error('there is nothing to continue');
  const outcome = await engine.continueRun(createPixels(run.request).pixels, (event) => events.push(event), neverStop());
  if (outcome.status !== 'done') throw new Error('it was paused');
  return outcome.run;
}

const ways = {
  features: { epochs: 6 },
  frozen: {
    way: 'frozen',
    optimizer: 'sgd',
    featureNorm: 10,
    accumulate: 2,
    augmentation: { flip: true, crop: 0.3, colour: 0.3, rotation: 10, erase: 0.25 },
  },
  'fine-tune': {
    way: 'fine-tune',
    optimizer: 'adamw',
    learningRate: 3e-3,
    backboneLearningRate: 1e-3,
    featureNorm: 30,
    earlyStopping: 2,
    headWarmupEpochs: 1,
    gradientClip: 1,
    schedule: 'cosine',
    epochs: 4,
  },
} satisfies Record<string, Partial<RunConfig>>;

describe('a run that is killed', () => {
  for (const [name, config] of Object.entries(ways)) {
    it(`goes on from its last checkpoint to the same numbers, whenever that is (${name})`, async () => {
      const request = requestOf(config);
      const folder = new FaultyFolder();
      const engine = await openEngine(folder);
      // What a kill would leave, at every event and within every write.
      const moments: FaultyFolder[] = [];
      const write = folder.write.bind(folder);
      folder.write = async (...values) => {
        moments.push(copyOf(folder));
        await write(...values);
      };
      const straight = await startRun(engine, request, () => {
        moments.push(copyOf(folder));
        return false;
      });
      if (straight.status !== 'done') throw new Error('it was paused');
      await engine.dispose();
      expect(straight.run.weightsHash).toMatch(/^[0-9a-f]{64}$/);

      const rng = deriveRng(20261128, `kills ${name}`);
      const positions = new Set<string>();
      let before = 0;
      for (const disk of rng.shuffle(distinct(moments)).slice(0, 8)) {
        const next = await openEngine(disk);
        const unfinished = await next.unfinishedRun(keep);
        if (unfinished === null) {
          before += 1; // nothing of it was on disk yet
          expect(disk.files.size).toBe(disk.files.size === 0 ? 0 : 1);
        } else {
          const { epoch, step, history, log } = unfinished;
          positions.add(`${String(epoch)}/${String(step)}`);
          expect(history.steps).toEqual(straight.run.history.steps.slice(0, history.steps.length));
          expect(log).toEqual(straight.run.log.slice(0, log.length));
          expect(unfinished).toMatchObject({ id: straight.run.id, request: { config: request.config, keep } });
          expect(numbersOf(await continueOf(next))).toEqual(numbersOf(straight.run));
        }
        await next.dispose();
      }
      expect(before).toBeLessThan(4);
      expect(positions.size).toBeGreaterThan(1);
    });
  }

  it('while it is paused, or after a failure, is where it was; one that ended is there until its record is kept', async () => {
    const folder = new FaultyFolder();
    const engine = await openEngine(folder);
    // No checkpoint is due for an hour: only the pause writes one.
    const request = { ...requestOf(ways.features), keep: { ...keep, everySeconds: 3600 } };
    await startRun(engine, request, (event) => event.kind === 'step' && event.record.epoch === 1);
    const later = await openEngine(copyOf(folder));
    expect(await later.unfinishedRun(keep)).toMatchObject({ epoch: 1, step: 1, firstBatch: { labels: { length: 4 } } });
    const done = await continueOf(later);
    const again = await engine.continueRun(createPixels(request).pixels, () => undefined, neverStop());
    expect(again).toMatchObject({ status: 'done', run: { weightsHash: done.weightsHash } });
    expect(folder.files.size).toBe(2);
    await engine.discardRun('another');
    expect(folder.files.size).toBe(2);
    await engine.discardRun(done.id);
    expect(folder.files.size).toBe(0);
    expect(await engine.unfinishedRun(keep)).toBeNull();

    const gone = createPixels(request, new Set(['val-2']));
    const third = await openEngine(folder);
    await expect(third.startRun(request, gone.pixels, () => undefined, neverStop())).rejects.toMatchObject({
      code: 'picture-gone',
    });
    expect(await (await openEngine(copyOf(folder))).unfinishedRun(keep)).toMatchObject({ epoch: 0, step: 0 });
    await third.forgetRuns();
    expect(folder.files.size).toBe(0);
    await expect(third.continueRun(gone.pixels, () => undefined, neverStop())).rejects.toMatchObject({ code: 'run-absent' });
  });

  it('whose loss stopped being a number is not offered again', async () => {
    const folder = new FaultyFolder();
    const engine = await openEngine(folder, { magnitude: 1e18 });
    const request = requestOf({ optimizer: 'sgd', learningRate: 10, epochs: 5 });
    await expect(startRun(engine, request)).rejects.toMatchObject({ code: 'not-finite' });
    expect(folder.files.size).toBe(0);
  });

  it('and goes on where something else computes says so once, in one sentence', async () => {
    const folder = new FaultyFolder();
    const engine = await openEngine(folder);
    await startRun(engine, requestOf({}), (event) => event.kind === 'step');
    for (const [threads, code, words] of [
      [1, 'run-renewed', 'newer than when this run began'],
      [3, 'run-moved', 'began on CPU · 1 thread and goes on on CPU · 3 threads'],
    ] as const) {
      const other = await openEngine(copyOf(folder), { pathNames: () => ['Another path'], threads });
      const events: RunEvent[] = [];
      const run = await continueOf(other, events);
      expect(events.filter(({ kind }) => kind === 'resumed')).toMatchObject([{ kind: 'resumed', reason: { code } }]);
      expect(run.log.filter((line) => line.includes(words))).toHaveLength(1);
    }
    // Other threads alone change no number, and nothing is said of them.
    const same: RunEvent[] = [];
    await continueOf(await openEngine(copyOf(folder), { threads: 3 }), same);
    expect(same.filter(({ kind }) => kind === 'resumed')).toEqual([]);
  });
});

describe('keeping a run', () => {
  const keptOf = (events: readonly RunEvent[]) => events.flatMap((event) => (event.kind === 'kept' ? [event.report] : []));

  it('waits for its time, begins with the run, and tells what it took', async () => {
    let clock = 0;
    const engine = await openEngine(new FaultyFolder(), { now: () => (clock += 100) });
    const events: RunEvent[] = [];
    await startRun(engine, { ...requestOf({ epochs: 4 }), keep: { ...keep, everySeconds: 5 } }, undefined, events);
    const rare = keptOf(events);
    expect(rare[0]).toMatchObject({ times: 1, savedAt: '2026-01-02T00:00:00.000Z', problem: null });
    expect(rare.at(-1)?.seconds).toBeGreaterThan(0);
    const often: RunEvent[] = [];
    await startRun(engine, requestOf({ epochs: 4 }), undefined, often);
    expect(keptOf(often).length).toBeGreaterThanOrEqual(rare.length);
    expect(rare.length).toBeGreaterThan(1);
  });

  it('changes no number', async () => {
    const plain = await openEngine(new FaultyFolder());
    const kept = await openEngine(new FaultyFolder());
    for (const config of [ways.features, ways['fine-tune']]) {
      const [one, other] = [await startRun(plain, createSmallRequest(config)), await startRun(kept, requestOf(config))];
      if (one.status !== 'done' || other.status !== 'done') throw new Error('paused');
      expect(numbersOf(other.run)).toEqual(numbersOf(one.run));
    }
  });

  it('on a full disk goes without, says so once, and begins again when there is room', async () => {
    let clock = 0;
    const folder = new FaultyFolder();
    folder.room = 1000;
    const engine = await openEngine(folder, { now: () => (clock += 10_000) });
    const events: RunEvent[] = [];
    const outcome = await startRun(
      engine,
      requestOf({ epochs: 4 }),
      (event) => {
        if (event.kind === 'epoch' && event.record.epoch === 2) folder.room = Infinity;
        return false;
      },
      events,
    );
    expect(outcome.status).toBe('done');
    const reports = keptOf(events);
    expect(reports[0]?.problem).toMatchObject({ code: 'run-storage-full', message: expect.stringMatching(/\d MB\.$/) as string });
    expect(reports.filter(({ problem }) => problem !== null)).toHaveLength(1);
    expect(reports.at(-1)).toMatchObject({ problem: null });
  });

  it('where storage is refused, or another tab has the project, goes without and says so once', async () => {
    const refusal = new FaultyFolder();
    refusal.refusal = new DOMException('no', 'SecurityError');
    const folder = new FaultyFolder();
    const openTab = createTabs(folder);
    const first = new CheckpointStore(openTab());
    await first.hold(keep.project);
    for (const [runs, code] of [
      [new CheckpointStore(createTabs(refusal)()), 'run-not-kept'],
      [new CheckpointStore(openTab()), 'run-kept-elsewhere'],
    ] as const) {
      const engine = await openEngine(folder, { runs });
      expect(await engine.unfinishedRun(keep)).toBeNull();
      const events: RunEvent[] = [];
      expect(await startRun(engine, requestOf({}), undefined, events)).toMatchObject({ status: 'done' });
      expect(keptOf(events).map(({ problem }) => problem?.code)).toEqual([code]);
    }
    expect(folder.files.size).toBe(0);
  });
});

describe('the hash of a run', () => {
  it('is that of the head and the trained tensors, as another implementation computes it', async () => {
    const engine = await openEngine(new FaultyFolder());
    for (const config of [ways.features, ways['fine-tune']]) {
      const outcome = await startRun(engine, createSmallRequest(config));
      const head = await engine.exportHead();
      if (outcome.status !== 'done' || head === null) throw new Error('no head');
      const sum = createHash('sha256').update(new Uint8Array(head.weight.buffer)).update(new Uint8Array(head.bias.buffer));
      for (const { name, values } of head.tensors) sum.update(name).update(new Uint8Array(values.buffer));
      expect(outcome.run.weightsHash).toBe(sum.digest('hex'));
    }
  });
});
