import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../domain/events';
import { FeatureCache } from '../storage/feature-cache';
import { createMemoryEnvironment, MemoryFolder } from '../storage/testing/memory-folder';
import { nodeEnvironment } from './testing/node-environment';
import { createPixels, createSmallRequest } from './testing/small-run';
import { createStandInEngine, neverStop, startRun } from './testing/stand-in-engine';

const request = createSmallRequest();
const { pixels } = createPixels(request);
const ids = request.samples.map(({ id }) => id);

/** A visit to a device with this disk. */
async function visit(folder: MemoryFolder) {
  const extracted: number[] = [];
  const disk = new FeatureCache(createMemoryEnvironment(folder));
  const { engine } = await createStandInEngine(nodeEnvironment, {
    disk,
    onExtract: (pictures) => extracted.push(pictures),
  });
  return { engine, extracted: () => extracted.reduce((sum, count) => sum + count, 0) };
}

/** All that a run computes, bit for bit: every loss and logit, and the weights that predict. */
async function trainAll(engine: Awaited<ReturnType<typeof visit>>['engine'], run = request) {
  const events: RunEvent[] = [];
  const outcome = await startRun(engine, run, undefined, events);
  if (outcome.status !== 'done') throw new Error('the run was paused');
  const head = await engine.exportHead();
  const predictions = events.flatMap((event) => (event.kind === 'predictions' ? event.predictions : []));
  return {
    history: { steps: outcome.run.history.steps, epochs: outcome.run.history.epochs.map((epoch) => ({ ...epoch, seconds: 0 })) },
    log: outcome.run.log,
    logits: predictions.map(({ sampleId, logits, loss }) => ({ sampleId, logits, loss })),
    weight: Buffer.from(head?.weight.buffer ?? new ArrayBuffer(0)).toString('base64'),
    bias: [...(head?.bias ?? [])],
  };
}

describe('features kept on disk', () => {
  it('make a later visit’s run that of the first, bit for bit, without one picture through the backbone', async () => {
    for (const way of ['features', 'frozen'] as const) {
      const own = createSmallRequest({ way, featureNorm: 10 });
      const folder = new MemoryFolder();
      const first = await visit(folder);
      const fresh = await trainAll(first.engine, own);
      expect(first.extracted()).toBe(18);
      expect(fresh.history.steps).toHaveLength(6);
      await first.engine.dispose();

      const second = await visit(folder);
      expect(await trainAll(second.engine, own)).toEqual(fresh);
      expect(second.extracted()).toBe(0);
      await second.engine.dispose();
    }
  });

  it('are found by the background, whose progress counts them as held', async () => {
    const folder = new MemoryFolder();
    const first = await visit(folder);
    await first.engine.prepareFeatures(ids.slice(0, 12), 'crop', pixels, () => undefined, neverStop());
    expect(await first.engine.featureCache()).toMatchObject({ pictures: 12, problem: null });
    await first.engine.dispose();

    const second = await visit(folder);
    const told: number[] = [];
    await second.engine.prepareFeatures(ids, 'crop', pixels, ({ done }) => told.push(done), neverStop());
    expect(told).toEqual([0, 12, 13, 14, 15, 16, 17, 18]);
    expect(second.extracted()).toBe(6);
    await second.engine.dispose();
  });

  it('cost only what is new: another fit, a picture more, the same content in another class', async () => {
    const folder = new MemoryFolder();
    const first = await visit(folder);
    await trainAll(first.engine);
    await first.engine.dispose();
    const { engine, extracted } = await visit(folder);
    await engine.identifySamples(new Map([['copy', 'train-1']]));
    await engine.prepareFeatures([...ids, 'copy'], 'crop', pixels, () => undefined, neverStop());
    expect(extracted()).toBe(0);
    await engine.prepareFeatures(['val-0', 'new'], 'crop', pixels, () => undefined, neverStop());
    expect(extracted()).toBe(1);
    await engine.prepareFeatures(['val-0'], 'pad', pixels, () => undefined, neverStop());
    expect(extracted()).toBe(2);
    await engine.dispose();
  });

  it('that were harmed are computed again, and the run is the same', async () => {
    const folder = new MemoryFolder();
    const first = await visit(folder);
    const fresh = await trainAll(first.engine);
    await first.engine.dispose();
    const segment = folder.files.get('segment-000001');
    segment?.fill(0x55, 5000, 5040);
    folder.files.set('segment-000001', segment?.subarray(0, segment.length - 100) ?? new Uint8Array(0));

    const second = await visit(folder);
    expect(await trainAll(second.engine)).toEqual(fresh);
    expect(second.extracted()).toBe(2);
    await second.engine.dispose();
    const third = await visit(folder);
    await trainAll(third.engine);
    expect(third.extracted()).toBe(0);
    await third.engine.dispose();
  });

  it('agree with a prediction of the same picture from its pixels, to the last bit', async () => {
    const { engine } = await visit(new MemoryFolder());
    const { logits } = await trainAll(engine);
    for (const { sampleId } of logits.slice(0, 3)) {
      const bytes = await pixels(sampleId, 'crop');
      const held = await engine.predict(bytes, sampleId, neverStop());
      expect((await engine.predict(bytes, null, neverStop())).logits).toEqual(held.logits);
    }
    await engine.dispose();
  });

  it('are not written while a run makes its steps', async () => {
    const folder = new MemoryFolder();
    const first = await visit(folder);
    await trainAll(first.engine);
    await first.engine.dispose();
    const { engine } = await visit(folder);
    const calls: number[] = [];
    await startRun(engine, request, (event) => {
      if (event.kind === 'step') calls.push(folder.calls.length);
      return false;
    });
    expect(new Set(calls).size).toBe(1);
    await engine.dispose();
  });

  it('are dropped on request, while what is in memory serves on; forgotten, nothing is left', async () => {
    const folder = new MemoryFolder();
    const { engine, extracted } = await visit(folder);
    await trainAll(engine);
    expect((await engine.featureCache()).pictures).toBe(18);
    expect(await engine.dropKeptFeatures()).toMatchObject({ pictures: 0, bytes: 0 });
    expect(folder.files.size).toBe(0);
    await trainAll(engine);
    expect(extracted()).toBe(18);
    // A run that is going on leaves nothing behind either.
    const running = startRun(engine, createSmallRequest({ epochs: 1000, fit: 'pad' }));
    await engine.forgetFeatures();
    expect(await running).toMatchObject({ status: 'paused' });
    expect(folder.files.size).toBe(0);
    await engine.dispose();
    expect(folder.files.size).toBe(0);
  });

  it('are held in memory where nothing can be kept, or the disk is full, and the run ends well', async () => {
    const folder = new MemoryFolder();
    folder.room = 20_000;
    const { engine, extracted } = await visit(folder);
    const fresh = await trainAll(engine);
    expect((await engine.featureCache()).problem).toMatchObject({ code: 'features-storage-full' });
    expect(await trainAll(engine)).toEqual(fresh);
    expect(extracted()).toBe(18);
    expect([...folder.files.values()].reduce((sum, { length }) => sum + length, 0)).toBeLessThanOrEqual(20_000);
    await engine.dispose();
  });
});
