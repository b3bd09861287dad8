import type { WeightsProgress } from '../../domain/events';

/** Milliseconds over which the rate is measured, and between two reports. */
const rateWindow = 3000;
const reportEvery = 100;

/** Adds up the bytes of several files into one progress that keeps the laws of WeightsProgress: a repeated try never takes bytes back. */
export class ProgressMeter {
  readonly #highest = new Map<string, number>();
  readonly #readings: { at: number; bytes: number }[] = [];
  #received = 0;
  #lastReport = -Infinity;

  constructor(
    readonly totalBytes: number,
    private readonly report: (progress: WeightsProgress) => void,
    private readonly now: () => number,
    /** Becomes `network` as soon as one file has to be fetched. */
    public from: 'network' | 'cache',
  ) {
    this.tell();
  }

  /** `bytes` of this file have arrived in the present try. */
  advance(file: string, bytes: number): void {
    const before = this.#highest.get(file) ?? 0;
    if (bytes <= before) return;
    this.#highest.set(file, bytes);
    this.#received += bytes - before;
    if (this.#received === this.totalBytes || this.now() - this.#lastReport >= reportEvery) this.tell();
  }

  private tell(): void {
    const at = this.now();
    this.#lastReport = at;
    this.#readings.push({ at, bytes: this.#received });
    while ((this.#readings[0]?.at ?? at) < at - rateWindow) this.#readings.shift();
    const first = this.#readings[0];
    const seconds = first === undefined ? 0 : (at - first.at) / 1000;
    const rate = first === undefined || seconds <= 0 ? null : (this.#received - first.bytes) / seconds;
    this.report({
      from: this.from,
      receivedBytes: this.#received,
      totalBytes: this.totalBytes,
      bytesPerSecond: rate,
      secondsLeft: rate === null || rate === 0 ? null : (this.totalBytes - this.#received) / rate,
    });
  }
}
