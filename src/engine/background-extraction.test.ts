import { describe, expect, it } from 'vitest';
import type { FeaturesProgress } from '../domain/events';
import { createPixels, createSmallRequest } from './testing/small-run';
import { createStandInEngine, neverStop, startRun } from './testing/stand-in-engine';
import { nodeEnvironment } from './testing/node-environment';

const request = createSmallRequest();
const { pixels } = createPixels(request);
const ids = request.samples.map(({ id }) => id);

async function open() {
  const extracted: number[] = [];
  const made = await createStandInEngine(nodeEnvironment, { onExtract: (pictures) => extracted.push(pictures) });
  await made.engine.configureDevice('cpu');
  return { ...made, count: () => extracted.reduce((sum, pictures) => sum + pictures, 0) };
}

describe('extraction in the background', () => {
  it('tells how far it is, and a run then finds the features held', async () => {
    const { engine, count } = await open();
    const told: FeaturesProgress[] = [];
    await engine.prepareFeatures(ids, 'crop', pixels, (progress) => told.push(progress), neverStop());
    expect(told[0]).toEqual({ done: 0, total: 18, secondsPerPicture: null });
    expect(told.at(-1)).toMatchObject({ done: 18, total: 18 });
    expect(told.map(({ done }) => done)).toEqual(Array.from({ length: 19 }, (_, done) => done));
    expect(count()).toBe(18);
    const outcome = await startRun(engine, request);
    expect(count()).toBe(18);
    if (outcome.status !== 'done') throw new Error('the run was paused');
    // The run's own time, though it was spent before.
    expect(outcome.run.seconds.features).toBeGreaterThan(0);
    await engine.dispose();
  });

  it('a run takes over what goes on, and gives the numbers that it would have given alone', async () => {
    const alone = await open();
    const expected = await startRun(alone.engine, request);
    await alone.engine.dispose();
    const { engine, count } = await open();
    let outcome: ReturnType<typeof startRun> | null = null;
    await engine.prepareFeatures(
      [...ids].reverse(),
      'crop',
      pixels,
      ({ done }) => {
        if (done === 2) outcome ??= startRun(engine, request);
      },
      neverStop(),
    );
    const ended = await (outcome as unknown as ReturnType<typeof startRun>);
    if (ended.status !== 'done' || expected.status !== 'done') throw new Error('a run was paused');
    expect(ended.run.history.steps).toEqual(expected.run.history.steps);
    expect(count()).toBe(18);
    await engine.dispose();
  });

  it('a later request takes the place of the earlier one, which resolves; a cancel rejects', async () => {
    const { engine, count } = await open();
    let second: Promise<void> | null = null;
    await engine.prepareFeatures(
      ids,
      'crop',
      pixels,
      ({ done }) => {
        if (done === 3) second ??= engine.prepareFeatures(ids.slice(0, 6), 'crop', pixels, () => undefined, neverStop());
      },
      neverStop(),
    );
    await (second as unknown as Promise<void>);
    expect(count()).toBeLessThanOrEqual(9);
    const stop = new AbortController();
    await expect(
      engine.prepareFeatures(
        ids,
        'squash',
        pixels,
        ({ done }) => {
          if (done === 3) stop.abort();
        },
        stop.signal,
      ),
    ).rejects.toMatchObject({ code: 'cancelled' });
    await engine.dispose();
  });

  it('passes over a picture that is gone; predictions go in between', async () => {
    const { engine } = await open();
    await startRun(engine, request);
    const gone = createPixels(request, new Set(['train-1'])).pixels;
    const told: FeaturesProgress[] = [];
    const predictions: Promise<unknown>[] = [];
    await engine.prepareFeatures(
      ids,
      'pad',
      gone,
      (progress) => {
        told.push(progress);
        if (progress.done === 3)
          predictions.push(pixels('val-0', 'crop').then((bytes) => engine.predict(bytes, null, neverStop())));
      },
      neverStop(),
    );
    expect(told.at(-1)).toMatchObject({ done: 17, total: 18 });
    expect(predictions).toHaveLength(1);
    await Promise.all(predictions);
    await engine.dispose();
  });

  it('does nothing while a run goes on, and ends when the engine is disposed', async () => {
    const { engine } = await open();
    const running = startRun(engine, createSmallRequest({ epochs: 1000 }));
    await engine.prepareFeatures(ids, 'pad', pixels, () => undefined, neverStop());
    await engine.dispose();
    expect(await running).toMatchObject({ status: 'paused' });
  });
});
