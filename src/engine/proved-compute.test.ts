import { describe, expect, it } from 'vitest';
import { HeadstartError } from '../domain/errors';
import type { RunEvent } from '../domain/events';
import { featureCount } from '../domain/vgg16';
import { createDrawing, toRgb } from '../ingest/sample/drawings';
import type { Backbone } from './backbone';
import type { ComputePath } from './compute-paths';
import { createCompute } from './device';
import { runSelfTest } from './self-test/self-test';
import { nodeEnvironment, readShippedWeights } from './testing/node-environment';
import { createPixels, createSmallRequest } from './testing/small-run';
import { createStandInEngine, neverStop, passed, startRun } from './testing/stand-in-engine';
import { createTfjsBackbone } from './tfjs-backbone';

const request = createSmallRequest();
const { pixels } = createPixels(request);

/** A self-test that some paths fail. */
function failing(names: readonly string[]) {
  return ({ name }: ComputePath) =>
    names.includes(name)
      ? Promise.reject(new HeadstartError('self-test-failed', { path: name, detail: 'as the test wants' }))
      : Promise.resolve(passed);
}

describe('ProvedCompute', () => {
  it('takes the next path when one fails its self-test, and says which and why', async () => {
    const { engine, counts } = await createStandInEngine(nodeEnvironment, {
      pathNames: () => ['Fast', 'Safe'],
      selfTest: failing(['Fast']),
    });
    await engine.configureDevice('cpu');
    expect(await engine.proveDevice(() => undefined, neverStop())).toMatchObject({
      device: 'cpu',
      label: 'CPU · 1 thread',
      computePlan: 'Safe',
      selfTest: passed,
      reason: {
        code: 'self-test-failed',
        message: 'Fast computes wrong numbers on this device (as the test wants), so it is not used.',
      },
    });
    expect(counts).toEqual({ backbones: 2, disposed: 1 });
    const outcome = await startRun(engine, request);
    expect(outcome).toMatchObject({ status: 'done', run: { computePlan: 'Safe' } });
    expect(counts.backbones).toBe(2); // proved once a device
    await engine.dispose();
    expect(counts.disposed).toBe(2);
  });

  it('trains nothing when no path passes, and tries again when asked again', async () => {
    let broken = true;
    const { engine, counts } = await createStandInEngine(nodeEnvironment, {
      selfTest: (path) => failing(broken ? [path.name] : [])(path),
    });
    await expect(startRun(engine, request)).rejects.toMatchObject({ code: 'no-path-proved' });
    await expect(engine.prepareFeatures(['train-0'], 'crop', pixels, () => undefined, neverStop())).rejects.toMatchObject({
      code: 'no-path-proved',
    });
    expect(counts.backbones).toBe(counts.disposed);
    broken = false;
    expect(await startRun(engine, request)).toMatchObject({ status: 'done' });
    await engine.dispose();
  });

  it('a change of device during the self-test throws its result away', async () => {
    let release: () => void = () => undefined;
    const { engine, counts } = await createStandInEngine(nodeEnvironment, {
      selfTest: () =>
        new Promise((resolve) => {
          release = () => {
            resolve(passed);
          };
        }),
    });
    await engine.configureDevice('cpu');
    const proving = engine.proveDevice(() => undefined, neverStop());
    await expect.poll(() => counts.backbones).toBe(1);
    const changing = engine.configureDevice('cpu');
    release();
    await changing;
    await expect.poll(() => counts.backbones).toBe(2);
    release();
    expect(await proving).toMatchObject({ selfTest: passed });
    expect(counts).toEqual({ backbones: 2, disposed: 1 });
    await engine.dispose();
  });

  it('a compute worker that died costs nothing but a new backbone: the run goes on where it was', async () => {
    const straight = await createStandInEngine(nodeEnvironment);
    const expected = await startRun(straight.engine, request);
    await straight.engine.dispose();
    const { engine, counts, loss } = await createStandInEngine(nodeEnvironment, {
      onExtract: (pictures) => {
        if (pictures === 3 && counts.backbones === 1) loss.lost = true;
      },
    });
    const events: RunEvent[] = [];
    const outcome = await startRun(engine, request, undefined, events);
    expect(events.filter(({ kind }) => kind === 'resumed')).toMatchObject([{ reason: { code: 'cpu-worker-lost' } }]);
    if (outcome.status !== 'done' || expected.status !== 'done') throw new Error('a run was paused');
    expect(outcome.run.history.steps).toEqual(expected.run.history.steps);
    expect(counts).toEqual({ backbones: 2, disposed: 1 });
    await engine.dispose();
  });
});

// Several whole runs each: a busy machine needs a while.
describe('ProvedCompute, for training', { timeout: 60_000 }, () => {
  const fineTune = createSmallRequest({
    way: 'fine-tune',
    unfreeze: 'block5',
    optimizer: 'adam',
    headWarmupEpochs: 0,
    epochs: 1,
  });

  /** An engine whose trainers are judged by `judge`, and what was asked of it. */
  async function createJudged(judge: (asked: string, signal: AbortSignal) => Promise<void>) {
    const asked: string[] = [];
    const made = await createStandInEngine(nodeEnvironment, {
      trainingTest: ({ name, proofCase, optimizer, signal }) => {
        asked.push(`${name} ${proofCase} ${optimizer}`);
        return judge(asked.at(-1) ?? '', signal);
      },
    });
    return { ...made, asked };
  }
  const wrong = (path: string) => new HeadstartError('training-test-failed', { path, detail: 'as the test wants' });
  const run = async (engine: Awaited<ReturnType<typeof createJudged>>['engine'], own = fineTune, events: RunEvent[] = []) => {
    const outcome = await startRun(engine, own, undefined, events);
    if (outcome.status !== 'done') throw new Error('the run was paused');
    return outcome.run;
  };

  it('asks once a device, an optimizer and what is trained; nothing for ways that train no convolution', async () => {
    const { engine, asked } = await createJudged(() => Promise.resolve());
    await run(engine, request);
    expect(asked).toEqual([]);
    await run(engine);
    await run(engine);
    expect(asked).toEqual(['The stand-in block5 adam']);
    const everything = { ...fineTune, config: { ...fineTune.config, unfreeze: 'all', optimizer: 'sgd' } } as const;
    await run(engine, everything);
    expect(asked.slice(1)).toEqual(['The stand-in block5 sgd', 'The stand-in all sgd']);
    await engine.configureDevice('cpu');
    await run(engine);
    expect(asked.slice(3)).toEqual(['The stand-in block5 adam']);
    await engine.dispose();
  });

  it('leaves convolutions to the next path where gradients are wrong, says so once a run, and does not try again', async () => {
    const { engine, asked, counts } = await createJudged((name) =>
      name.startsWith('The stand-in') ? Promise.reject(wrong('The stand-in')) : Promise.resolve(),
    );
    await engine.configureDevice('cpu'); // of its own will: there is no other reason to tell
    const message =
      'The stand-in computes wrong gradients on this device (as the test wants), so it does not train convolutions.';
    for (let turn = 0; turn < 2; turn++) {
      const events: RunEvent[] = [];
      const record = await run(engine, fineTune, events);
      expect(record.computePlan).toBe('The stand-in + stand-in training float32');
      expect(record.log.filter((line) => line.startsWith(message))).toHaveLength(1);
      expect(events.filter(({ kind }) => kind === 'status')).toMatchObject([{ status: { reason: { message } } }]);
    }
    expect(asked).toEqual(['The stand-in block5 adam', 'The other one block5 adam']);
    expect(await engine.proveDevice(() => undefined, neverStop())).toMatchObject({ reason: { code: 'training-test-failed' } });
    expect(counts.backbones - counts.disposed).toBe(1);
    await engine.dispose();
    expect(counts.disposed).toBe(counts.backbones);
  });

  it('leaves convolutions to the next path where they cannot even be tried', async () => {
    const { engine } = await createJudged((name) =>
      name.startsWith('The stand-in') ? Promise.reject(new TypeError('no such kernel')) : Promise.resolve(),
    );
    await engine.configureDevice('cpu');
    const events: RunEvent[] = [];
    await run(engine, fineTune, events);
    expect(events.filter(({ kind }) => kind === 'status')).toMatchObject([
      { status: { reason: { code: 'training-path-failed' } } },
    ]);
    await engine.dispose();
  });

  it('says why nothing trains when the next path is wrong too', async () => {
    const { engine, counts } = await createJudged((name) => Promise.reject(wrong(name)));
    await expect(run(engine)).rejects.toMatchObject({ code: 'way-not-available', cause: { code: 'training-test-failed' } });
    expect(counts.backbones - counts.disposed).toBe(1);
    await engine.dispose();
  });

  it('tries again what failed for want of memory', async () => {
    let isFull = true;
    const { engine, asked } = await createJudged((name) =>
      isFull && name.startsWith('The stand-in') ? Promise.reject(new HeadstartError('out-of-memory')) : Promise.resolve(),
    );
    const full = await run(engine);
    expect(full.log.filter((line) => line.startsWith('The stand-in cannot train convolutions on this device'))).toHaveLength(1);
    isFull = false;
    expect((await run(engine)).computePlan).toBe('The stand-in');
    expect(asked.filter((name) => name.startsWith('The stand-in'))).toHaveLength(2);
    await engine.dispose();
  });

  it('a pause meanwhile leaves a run that goes on, and what died meanwhile is made again', async () => {
    let answer: 'waits' | 'dies' | 'passes' = 'waits';
    const stop = new AbortController();
    const { engine, asked, loss } = await createJudged((_, signal) => {
      if (answer === 'passes') return Promise.resolve();
      if (answer === 'dies') {
        answer = 'passes';
        loss.lost = true;
        return Promise.reject(new HeadstartError('cpu-worker-lost'));
      }
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(new HeadstartError('cancelled'));
        });
        stop.abort();
      });
    });
    const paused = await engine.startRun(fineTune, createPixels(fineTune).pixels, () => undefined, stop.signal);
    expect(paused).toEqual({ status: 'paused', epoch: 0, step: 0 });
    answer = 'dies';
    const events: RunEvent[] = [];
    const outcome = await engine.continueRun(createPixels(fineTune).pixels, (event) => events.push(event), neverStop());
    expect(outcome).toMatchObject({ status: 'done', run: { computePlan: 'The stand-in' } });
    expect(events.filter(({ kind }) => kind === 'resumed')).toMatchObject([{ reason: { code: 'cpu-worker-lost' } }]);
    expect(asked).toHaveLength(3);
    await engine.dispose();
  });
});

describe('the self-test', () => {
  it('passes what computes well and refuses features that are off, features that are no numbers, and a wrong step', async () => {
    const compute = await createCompute('cpu', nodeEnvironment);
    const good = createTfjsBackbone(readShippedWeights(), compute);
    const parts = { picture: () => toRgb(createDrawing('cat', 0, 224)), now: () => performance.now() };
    const path = { name: 'The path', featureTolerance: 1e-3 };
    const before = compute.memory();
    const features = await good.extractFeatures(parts.picture());
    const answering = (change: (values: Float32Array) => Float32Array): Backbone => ({
      ...good,
      extractBatch: (batch) => Promise.resolve(batch.map(() => change(features.slice()))),
    });

    const report = await runSelfTest(
      path,
      answering((values) => values),
      compute,
      parts,
    );
    expect(report.featureError).toBeLessThan(3e-4);
    expect(report.lossError).toBeLessThan(1e-5);

    // One of 25,088 values off by two thousandths of the rms: a tile of a kernel that is computed twice, say.
    const rms = Math.sqrt(features.reduce((sum, value) => sum + value * value, 0) / featureCount);
    const off = (by: number) => answering((values) => values.fill((values[20_000] ?? 0) + by, 20_000, 20_001));
    await expect(runSelfTest(path, off(2e-3 * rms), compute, parts)).rejects.toMatchObject({ code: 'self-test-failed' });
    await expect(runSelfTest(path, off(NaN), compute, parts)).rejects.toMatchObject({ code: 'self-test-failed' });

    // A device whose logits are wrong: its loss is, too.
    const wrong = {
      ...compute,
      orFailure: async <T>(promise: Promise<T>): Promise<T> => {
        const value = await promise;
        if (value instanceof Float32Array) value.fill(0);
        return value;
      },
    };
    await expect(
      runSelfTest(
        path,
        answering((values) => values),
        wrong,
        parts,
      ),
    ).rejects.toMatchObject({
      code: 'self-test-failed',
      message: expect.stringContaining('a training step') as string,
    });
    expect(compute.memory()).toEqual(before);
    good.dispose();
    compute.dispose();
  }, 60_000);
});
