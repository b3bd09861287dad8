import { throwIfCancelled } from '../../domain/errors';
import type { Fit } from '../../domain/dataset';
import { featureCount } from '../../domain/vgg16';
import type { PixelSource } from '../../protocol/compute-api';
import type { Backbone } from '../backbone';
import { unpackFeatures, type PackedFeatures } from '../../storage/packed-features';
import type { FeatureStore } from '../feature-store';
import { yieldToTasks } from '../yield';
import { Pace } from './pace';

/** Pictures pass together for about so long, however many the backbone would take: progress is told and a cancel loses little. */
const secondsTogether = 2;

export interface EnsureOptions {
  /** Told of each picture that went through the backbone. */
  readonly onPicture?: (sampleId: string) => void;
  /** What to do about a picture whose pixels cannot be had: reject with its reason, after the others of its batch, or go on. */
  readonly unreadable?: 'reject' | 'pass-over';
}

/** Changes a picture before the backbone sees it: 224 x 224 RGB pixels of a sample, which may be written to. */
export type PictureChange = (sampleId: string, pixels: Uint8Array) => Uint8Array;

/**
 * Gives what the backbone makes of samples (features, or an inner map): held ones at once, others through the backbone, which computes
 * while the next pictures are decoded.
 */
export class FeatureSource {
  /** Seconds per picture that went through the backbone, waiting for its pixels included. */
  readonly pace = new Pace();
  /** Seconds spent on pictures since this source was made. */
  seconds = 0;
  #batch = new Float32Array(0);

  constructor(
    private readonly parts: {
      readonly store: FeatureStore;
      readonly backbone: Pick<Backbone, 'batch' | 'extractBatch'>;
      readonly pixels: PixelSource;
      readonly fit: Fit;
      readonly signal: AbortSignal;
      /** Milliseconds. */
      readonly now: () => number;
      /** Whether to leave a core to others at the moment. */
      readonly isGentle?: () => boolean;
    },
  ) {}

  /**
   * Brings into memory what an earlier visit, or another project, kept on disk of these. Ends early when the signal is aborted.
   * `onBrought` is called from time to time.
   */
  async bring(sampleIds: readonly string[], onBrought?: () => void): Promise<void> {
    const { store, fit, signal, now } = this.parts;
    const started = now();
    await store.bring(sampleIds, fit, signal, onBrought);
    this.seconds += (now() - started) / 1000;
  }

  /** How many of the samples have no features in memory yet. */
  countMissing(samples: readonly { readonly id: string }[]): number {
    return samples.filter(({ id }) => !this.#isHeld(id)).length;
  }

  /**
   * Extracts what is not held. Rejects with `cancelled` within one picture, `picture-gone`, or what the backbone rejects with.
   * What was extracted stays held.
   */
  async ensureAll(sampleIds: readonly string[], options: EnsureOptions = {}): Promise<void> {
    const { store, fit } = this.parts;
    await this.bring(sampleIds);
    const missing = [...new Set(sampleIds)].filter((id) => !this.#isHeld(id));
    await this.#pass(missing, options, (id, values) => {
      store.put(id, fit, values);
    });
  }

  /**
   * What the backbone makes of each sample. With a change every picture is decoded, changed and computed, and nothing of it is kept.
   * `onPicture` is told how many of the batch went through the backbone. Rejects as `ensureAll`.
   */
  async readPacked(
    sampleIds: readonly string[],
    change: PictureChange | null,
    onPicture: (done: number) => void = () => undefined,
  ): Promise<PackedFeatures[]> {
    const { store, fit } = this.parts;
    const all = [...new Set(sampleIds)];
    if (change === null) await this.bring(all);
    const found = new Map<string, PackedFeatures>();
    const options = {
      ...(change === null ? {} : { change }),
      onPicture: () => {
        onPicture(found.size);
      },
    };
    await this.#pass(change === null ? all.filter((id) => !this.#isHeld(id)) : all, options, (id, values) => {
      found.set(id, change === null ? store.put(id, fit, values) : store.pack(values));
    });
    return sampleIds.map((id) => {
      const packed = found.get(id) ?? store.get(id, fit);
      if (packed === undefined) throw new RangeError('features were dropped while a batch was read');
      return packed;
    });
  }

  async #pass(
    sampleIds: readonly string[],
    { onPicture, unreadable = 'reject', change }: EnsureOptions & { readonly change?: PictureChange },
    take: (sampleId: string, values: Float32Array) => void,
  ): Promise<void> {
    const { backbone, signal, now } = this.parts;
    const missing = [...sampleIds];
    let decoding = this.#decode(missing.splice(0, this.#pictureCount()));
    while (decoding.ids.length > 0) {
      await yieldToTasks();
      throwIfCancelled(signal);
      const started = now();
      const decoded = await decoding.pixels;
      const readable = decoded.flatMap((one) => ('pixels' in one ? [one] : []));
      decoding = this.#decode(missing.splice(0, this.#pictureCount()));
      const features = await backbone.extractBatch(
        readable.map(({ id, pixels }) => change?.(id, pixels) ?? pixels),
        signal,
        this.parts.isGentle?.() ?? false,
      );
      const seconds = (now() - started) / 1000;
      this.seconds += seconds;
      readable.forEach(({ id }, at) => {
        take(id, features[at] ?? new Float32Array(0));
        this.pace.add(seconds / readable.length);
        onPicture?.(id);
      });
      const failed = decoded.find((one) => 'reason' in one);
      if (failed !== undefined && unreadable === 'reject') throw failed.reason;
    }
  }

  /**
   * Features as `[n, 25088]`, row-major, each row scaled to the norm if there is one; else as `readPacked`. Valid until the next call,
   * which writes to the same place: a batch of 32 is 3 MB, and a new one at every step is garbage faster than it is collected.
   */
  async readBatch(
    sampleIds: readonly string[],
    norm: number | null,
    change: PictureChange | null = null,
    onPicture?: (done: number) => void,
  ): Promise<Float32Array> {
    const packed = await this.readPacked(sampleIds, change, onPicture);
    const length = packed.length * featureCount;
    if (this.#batch.length < length) this.#batch = new Float32Array(length);
    const batch = this.#batch.subarray(0, length).fill(0);
    packed.forEach((features, row) => {
      unpackFeatures(features, norm, batch, row * featureCount);
    });
    return batch;
  }

  #isHeld(sampleId: string): boolean {
    return this.parts.store.get(sampleId, this.parts.fit) !== undefined;
  }

  /** As many as the backbone likes, fewer where they would take long. */
  #pictureCount(): number {
    const { batch } = this.parts.backbone;
    const each = this.pace.secondsFor(1);
    return each === null || each === 0 ? batch : Math.max(1, Math.min(batch, Math.floor(secondsTogether / each)));
  }

  /** Asks for the pixels of all at once; never rejects. */
  #decode(ids: readonly string[]) {
    const { pixels, fit } = this.parts;
    return {
      ids,
      pixels: Promise.all(
        ids.map((id) =>
          pixels(id, fit).then(
            (values) => ({ id, pixels: values }),
            (reason: unknown) => ({ id, reason }),
          ),
        ),
      ),
    };
  }
}
