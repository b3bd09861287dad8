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
