import type { Fit } from '../../domain/dataset';
import { throwIfCancelled } from '../../domain/errors';
import type { InspectionProgress } from '../../domain/evaluation/inspection';
import { pooledLength } from '../../domain/evaluation/likeness';
import type { PixelSource, PooledFeatures } from '../../protocol/compute-api';
import type { Backbone } from '../backbone';
import type { FeatureStore } from '../feature-store';
import { FeatureSource } from '../training/feature-source';
import { yieldToTasks } from '../yield';
import { poolFeatures } from './pooled-features';

/** A few milliseconds. */
const pooledTogether = 64;

export interface PoolParts {
  readonly backbone: Backbone;
  readonly store: FeatureStore;
  readonly pixels: PixelSource;
  readonly fit: Fit;
  readonly signal: AbortSignal;
  /** Milliseconds. */
  readonly now: () => number;
}

/**
 * Pooled features of samples, in their order; what is not held goes through the backbone first, and what cannot be read is left out.
 * Rejects with `cancelled` or a failure of the device.
 */
export async function poolSamples(
  sampleIds: readonly string[],
  onProgress: (progress: InspectionProgress) => void,
  parts: PoolParts,
): Promise<PooledFeatures> {
  const { store, fit, signal } = parts;
  const source = new FeatureSource(parts);
  const total = sampleIds.length;
  await source.bring(sampleIds);
  throwIfCancelled(signal);
  const samples = sampleIds.map((id) => ({ id }));
  const missing = source.countMissing(samples);
  if (missing > 0) {
    let done = 0;
    const tell = () => {
      onProgress({ stage: 'features', done, total: missing, secondsLeft: source.pace.secondsFor(missing - done) });
    };
    tell();
    await source.ensureAll(sampleIds, {
      unreadable: 'pass-over',
      onPicture: () => {
        done += 1;
        tell();
      },
    });
  }
  return poolHeld(sampleIds, { store, fit, signal }, (done) => {
    onProgress({ stage: 'pooling', done, total, secondsLeft: null });
  });
}

/** Of those whose features are in memory. */
export async function poolHeld(
  sampleIds: readonly string[],
  { store, fit, signal }: Pick<PoolParts, 'store' | 'fit' | 'signal'>,
  onDone: (done: number) => void = () => undefined,
): Promise<PooledFeatures> {
  const found: string[] = [];
  const vectors = new Float32Array(sampleIds.length * pooledLength);
  for (const [at, id] of sampleIds.entries()) {
    const held = store.get(id, fit);
    if (held !== undefined) {
      vectors.set(poolFeatures(held), found.length * pooledLength);
      found.push(id);
    }
    if (at % pooledTogether !== pooledTogether - 1) continue;
    onDone(at + 1);
    await yieldToTasks();
    throwIfCancelled(signal);
  }
  return { sampleIds: found, vectors: vectors.slice(0, found.length * pooledLength) };
}
