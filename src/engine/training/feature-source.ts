import { throwIfCancelled } from '../../domain/errors';
import type { Fit } from '../../domain/dataset';
import { featureCount } from '../../domain/vgg16';
import type { PixelSource } from '../../protocol/compute-api';
import type { Backbone } from '../backbone';
import { unpackFeatures, type FeatureStore, type PackedFeatures } from '../feature-store';
import { yieldToTasks } from '../yield';
import { Pace } from './pace';

/** Gives features of samples: held ones at once, others through the backbone, one picture at a time. */
export class FeatureSource {
  /** Seconds per picture that went through the backbone, decoding included. */
  readonly pace = new Pace();
  /** Seconds spent on pictures since this source was made. */
  seconds = 0;

  constructor(
    private readonly parts: {
      readonly store: FeatureStore;
      readonly backbone: Backbone;
      readonly pixels: PixelSource;
      readonly fit: Fit;
      readonly signal: AbortSignal;
      /** Milliseconds. */
      readonly now: () => number;
    },
  ) {}

  /** How many of the samples have no features yet. */
  countMissing(samples: readonly { readonly id: string }[]): number {
    return samples.filter(({ id }) => this.parts.store.get(id, this.parts.fit) === undefined).length;
  }

  /** Rejects with `cancelled` between two pictures, `picture-gone`, or what the backbone rejects with. What was extracted stays held. */
  async ensure(sampleId: string): Promise<PackedFeatures> {
    const { store, backbone, pixels, fit, signal, now } = this.parts;
    const held = store.get(sampleId, fit);
    if (held !== undefined) return held;
    await yieldToTasks();
    throwIfCancelled(signal);
    const started = now();
    const packed = store.put(sampleId, fit, await backbone.extractFeatures(await pixels(sampleId, fit)));
    const seconds = (now() - started) / 1000;
    this.seconds += seconds;
    this.pace.add(seconds);
    return packed;
  }

  /**
   * `[n, 25088]`, row-major, each row scaled to the norm if there is one.
   * `onPicture` is told of each picture that had to go through the backbone.
   */
  async readBatch(
    sampleIds: readonly string[],
    norm: number | null,
    onPicture: (done: number) => void = () => undefined,
  ): Promise<Float32Array> {
    const batch = new Float32Array(sampleIds.length * featureCount);
    for (const [row, id] of sampleIds.entries()) {
      const isNew = this.countMissing([{ id }]) > 0;
      unpackFeatures(await this.ensure(id), norm, batch, row * featureCount);
      if (isNew) onPicture(row + 1);
    }
    return batch;
  }
}
