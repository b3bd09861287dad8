import { describe, expect, it } from 'vitest';
import { HeadstartError, throwIfCancelled } from '../../domain/errors';
import { featureCount, inputValues } from '../../domain/vgg16';
import type { Backbone } from '../backbone';
import { FeatureStore } from '../feature-store';
import { createStandInBackbone } from '../testing/small-run';
import { FeatureSource } from './feature-source';

const ids = (count: number) => Array.from({ length: count }, (_, at) => `picture-${String(at)}`);

/** A source whose backbone notes what passes together; `during` runs while a batch is computed, `seconds` is what a picture takes. */
function createSource(
  options: {
    during?: (batch: number) => void;
    gone?: readonly string[];
    secondsPerPicture?: number;
    batch?: number;
  } = {},
) {
  const { during = () => undefined, gone = [], secondsPerPicture = 0.01, batch = 3 } = options;
  let clock = 0;
  const stop = new AbortController();
  const batches: number[] = [];
  const decoded: string[] = [];
  /** How many pixels had been asked for when each batch began to be computed. */
  const decodedAtBatch: number[] = [];
  const backbone: Backbone = {
    ...createStandInBackbone(),
    batch,
    extractBatch: async (pixels, signal) => {
      decodedAtBatch.push(decoded.length);
      batches.push(pixels.length);
      during(batches.length);
      await Promise.resolve();
      throwIfCancelled(signal);
      clock += pixels.length * secondsPerPicture * 1000;
      return pixels.map(() => new Float32Array(featureCount).fill(1));
    },
  };
  const store = new FeatureStore();
  const source = new FeatureSource({
    store,
    backbone,
    pixels: (id) => {
      decoded.push(id);
      return gone.includes(id)
        ? Promise.reject(new HeadstartError('picture-gone', { name: id }))
        : Promise.resolve(new Uint8Array(inputValues));
    },
    fit: 'crop',
    signal: stop.signal,
    now: () => clock,
  });
  return { source, store, stop, batches, decoded, decodedAtBatch };
}

describe('FeatureSource', () => {
  it('passes as many together as the backbone likes, and decodes the next while it computes', async () => {
    const { source, batches, decodedAtBatch } = createSource();
    const told: string[] = [];
    await source.ensureAll(ids(7), { onPicture: (id) => told.push(id) });
    expect(batches).toEqual([3, 3, 1]);
    expect(decodedAtBatch).toEqual([6, 7, 7]);
    expect(told).toEqual(ids(7));
    expect(source.countMissing(ids(7).map((id) => ({ id })))).toBe(0);
    expect(source.seconds).toBeCloseTo(0.07, 6);
  });

  it('asks for no picture twice, whether it is held or named twice', async () => {
    const { source, decoded } = createSource();
    await source.ensureAll(ids(2));
    await source.ensureAll([...ids(4), ...ids(4)]);
    expect(decoded).toEqual(ids(4));
  });

  it('takes fewer together where a picture takes long, so that progress is told every two seconds or so', async () => {
    const { source, batches } = createSource({ secondsPerPicture: 0.9, batch: 8 });
    await source.ensureAll(ids(20));
    // The second batch was on its way before anything had been measured.
    expect(batches).toEqual([8, 8, 2, 2]);
  });

  it('a cancel while a batch is computed ends it; what was extracted before stays held', async () => {
    const made = createSource({
      during: (batch) => {
        if (batch === 2) made.stop.abort();
      },
    });
    await expect(made.source.ensureAll(ids(9))).rejects.toMatchObject({ code: 'cancelled' });
    expect(made.batches).toHaveLength(2);
    expect(made.source.countMissing(ids(9).map((id) => ({ id })))).toBe(6);
  });

  it('a picture that is gone is told after the others of its batch are held, or passed over', async () => {
    const gone = ['picture-1', 'picture-3'];
    const strict = createSource({ gone });
    await expect(strict.source.ensureAll(ids(6))).rejects.toMatchObject({ code: 'picture-gone' });
    expect(strict.source.countMissing(ids(6).map((id) => ({ id })))).toBe(4);
    const lenient = createSource({ gone });
    await lenient.source.ensureAll(ids(6), { unreadable: 'pass-over' });
    expect(lenient.source.countMissing(ids(6).map((id) => ({ id })))).toBe(2);
  });

  it('fills a batch row by row, scaled to the norm', async () => {
    const { source } = createSource();
    const rows = await source.readBatch(ids(2), 10);
    expect(rows).toHaveLength(2 * featureCount);
    const norm = Math.sqrt(rows.subarray(featureCount).reduce((sum, value) => sum + value * value, 0));
    expect(norm).toBeCloseTo(10, 4);
  });
});
