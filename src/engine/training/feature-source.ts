import { throwIfCancelled } from '../../domain/errors';
import type { Fit } from '../../domain/dataset';
import { featureCount } from '../../domain/vgg16';
import type { PixelSource } from '../../protocol/compute-api';
import type { Backbone } from '../backbone';
import { unpackFeatures, type FeatureStore } from '../feature-store';
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

/** Gives features of samples: held ones at once, others through the backbone, which computes while the next pictures are decoded. */
export class FeatureSource {
  /** Seconds per picture that went through the backbone, waiting for its pixels included. */
  readonly pace = new Pace();
  /** Seconds spent on pictures since this source was made. */
  seconds = 0;
  #batch = new Float32Array(0);

  constructor(
    private readonly parts: {
      readonly store: FeatureStore;
      readonly backbone: Backbone;
      readonly pixels: PixelSource;
      readonly fit: Fit;
      readonly signal: AbortSignal;
      /** Milliseconds. */
      readonly now: () => number;
      /** Whether to leave a core to others at the moment. */
      readonly isGentle?: () => boolean;
    },
  ) {}

  /** How many of the samples have no features yet. */
  countMissing(samples: readonly { readonly id: string }[]): number {
    return samples.filter(({ id }) => !this.#isHeld(id)).length;
  }

  /**
   * Extracts what is not held. Rejects with `cancelled` within one picture, `picture-gone`, or what the backbone rejects with.
   * What was extracted stays held.
   */
  async ensureAll(sampleIds: readonly string[], { onPicture, unreadable = 'reject' }: EnsureOptions = {}): Promise<void> {
    const { store, backbone, fit, signal, now } = this.parts;
    const missing = [...new Set(sampleIds)].filter((id) => !this.#isHeld(id));
    let decoding = this.#decode(missing.splice(0, this.#pictureCount()));
    while (decoding.ids.length > 0) {
      await yieldToTasks();
      throwIfCancelled(signal);
      const started = now();
      const decoded = await decoding.pixels;
      const readable = decoded.flatMap((one) => ('pixels' in one ? [one] : []));
      decoding = this.#decode(missing.splice(0, this.#pictureCount()));
      const features = await backbone.extractBatch(
        readable.map(({ pixels }) => pixels),
        signal,
        this.parts.isGentle?.() ?? false,
      );
      const seconds = (now() - started) / 1000;
      this.seconds += seconds;
      readable.forEach(({ id }, at) => {
        store.put(id, fit, features[at] ?? new Float32Array(0));
        this.pace.add(seconds / readable.length);
        onPicture?.(id);
      });
      const failed = decoded.find((one) => 'reason' in one);
      if (failed !== undefined && unreadable === 'reject') throw failed.reason;
    }
  }

  /**
   * `[n, 25088]`, row-major, each row scaled to the norm if there is one. Valid until the next call, which writes to the same place: a
   * batch of 32 is 3 MB, and a new one at every step is garbage faster than it is collected.
   * `onPicture` is told how many of the batch that was not held went through the backbone.
   */
  async readBatch(
    sampleIds: readonly string[],
    norm: number | null,
    onPicture: (done: number) => void = () => undefined,
  ): Promise<Float32Array> {
    let done = 0;
    await this.ensureAll(sampleIds, {
      onPicture: () => {
        done += 1;
        onPicture(done);
      },
    });
    const length = sampleIds.length * featureCount;
    if (this.#batch.length < length) this.#batch = new Float32Array(length);
    const batch = this.#batch.subarray(0, length).fill(0);
    for (const [row, id] of sampleIds.entries()) {
      const held = this.parts.store.get(id, this.parts.fit);
      if (held === undefined) throw new RangeError('features were dropped while a batch was read');
      unpackFeatures(held, norm, batch, row * featureCount);
    }
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
