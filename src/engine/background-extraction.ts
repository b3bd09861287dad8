import type { Fit } from '../domain/dataset';
import type { FeaturesProgress } from '../domain/events';
import type { PixelSource } from '../protocol/compute-api';
import type { Backbone } from './backbone';
import type { FeatureStore } from './feature-store';
import { FeatureSource } from './training/feature-source';

export interface ExtractionRequest {
  readonly sampleIds: readonly string[];
  readonly fit: Fit;
  readonly pixels: PixelSource;
  readonly onProgress: (progress: FeaturesProgress) => void;
  readonly signal: AbortSignal;
  readonly backbone: Backbone;
}

/** Extracts features while nobody waits for them: one request at a time, the latest wins. */
export class BackgroundExtraction {
  #present: { readonly stop: AbortController; readonly ended: Promise<unknown> } | null = null;
  #seconds = 0;
  /** While it is true a core is left to what reads and draws pictures. */
  gentle = false;

  constructor(
    private readonly store: FeatureStore,
    /** Milliseconds. */
    private readonly now: () => number,
  ) {}

  /**
   * Resolves when everything readable is held, or a later request or `stop` took over; what was extracted stays held.
   * Rejects with `cancelled` when its own signal was aborted, or with what the backbone rejects with.
   */
  async extract(request: ExtractionRequest): Promise<void> {
    const former = this.#present;
    const stop = new AbortController();
    const ended = (former === null ? Promise.resolve() : this.#end(former)).then(() => this.#work(request, stop.signal));
    const present = { stop, ended };
    this.#present = present;
    const abort = () => {
      stop.abort();
    };
    request.signal.addEventListener('abort', abort, { once: true });
    try {
      await ended;
    } catch (error) {
      if (!stop.signal.aborted || request.signal.aborted) throw error;
    } finally {
      request.signal.removeEventListener('abort', abort);
      if (this.#present === present) this.#present = null;
    }
  }

  /** Ends what goes on, within one picture. */
  async stop(): Promise<void> {
    if (this.#present !== null) await this.#end(this.#present);
  }

  /** Seconds of work since this was last asked: the next run counts them among its own. */
  takeSeconds(): number {
    const seconds = this.#seconds;
    this.#seconds = 0;
    return seconds;
  }

  async #end({ stop, ended }: { readonly stop: AbortController; readonly ended: Promise<unknown> }): Promise<void> {
    stop.abort();
    await ended.catch(() => undefined);
  }

  async #work({ sampleIds, fit, pixels, onProgress, backbone }: ExtractionRequest, signal: AbortSignal): Promise<void> {
    const { store, now } = this;
    const source = new FeatureSource({ store, backbone, pixels, fit, signal, now, isGentle: () => this.gentle });
    const total = sampleIds.length;
    const samples = sampleIds.map((id) => ({ id }));
    let done = 0;
    const tell = () => {
      onProgress({ done, total, secondsPerPicture: source.pace.secondsFor(1) });
    };
    const tellHeld = () => {
      done = total - source.countMissing(samples);
      tell();
    };
    tellHeld();
    try {
      await source.bring(sampleIds, tellHeld);
      await source.ensureAll(sampleIds, {
        unreadable: 'pass-over',
        onPicture: () => {
          done += 1;
          tell();
        },
      });
    } finally {
      this.#seconds += source.seconds;
      void store.settle();
    }
  }
}
