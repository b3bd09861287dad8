import type { SkippedFile } from '../domain/dataset';
import type { IngestedSample, IngestEvent } from '../domain/events';

const batchSize = 50;
const batchMilliseconds = 100;
/** An estimate made of less than this swings too much to be shown. */
const secondsBeforeEstimate = 0.5;

/**
 * Gathers what comes in, so that 5,000 files give dozens of events and not thousands: at most every 100 ms or 50 pictures;
 * the first picture is told at once.
 */
export class EventBatch {
  readonly #onEvent: (event: IngestEvent) => void;
  readonly #total: number;
  readonly #started = performance.now();
  #done = 0;
  #samples: IngestedSample[] = [];
  #skipped: SkippedFile[] = [];
  #first = true;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(total: number, onEvent: (event: IngestEvent) => void) {
    this.#total = total;
    this.#onEvent = onEvent;
    this.#tellProgress();
  }

  sample(sample: IngestedSample): void {
    this.#samples.push(sample);
    this.#count();
  }

  skip(file: SkippedFile): void {
    this.#skipped.push(file);
    this.#count();
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#samples.length > 0) this.#onEvent({ kind: 'samples', samples: this.#samples });
    if (this.#skipped.length > 0) this.#onEvent({ kind: 'skipped', files: this.#skipped });
    if (this.#samples.length + this.#skipped.length > 0) this.#tellProgress();
    this.#samples = [];
    this.#skipped = [];
  }

  /** All is in: progress ends with both numbers equal, also when the source gave fewer than it promised. */
  finish(): void {
    this.#done = this.#total;
    this.flush();
    this.#tellProgress();
  }

  #count(): void {
    this.#done = Math.min(this.#total, this.#done + 1);
    if (this.#first || this.#samples.length + this.#skipped.length >= batchSize) {
      this.#first = false;
      this.flush();
    } else this.#timer ??= setTimeout(() => this.flush(), batchMilliseconds);
  }

  #tellProgress(): void {
    this.#onEvent({ kind: 'progress', done: this.#done, total: this.#total, secondsLeft: this.#secondsLeft() });
  }

  #secondsLeft(): number | null {
    if (this.#done === this.#total) return 0;
    const seconds = (performance.now() - this.#started) / 1000;
    if (this.#done === 0 || seconds < secondsBeforeEstimate) return null;
    return (seconds / this.#done) * (this.#total - this.#done);
  }
}
