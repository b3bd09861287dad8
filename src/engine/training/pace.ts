/** Seconds per unit of work, from the last few units: what is left is estimated from it. */
export class Pace {
  readonly #recent: number[] = [];

  constructor(private readonly window = 20) {}

  add(seconds: number): void {
    this.#recent.push(seconds);
    if (this.#recent.length > this.window) this.#recent.shift();
  }

  /** Null until something was measured, except for no work at all. */
  secondsFor(units: number): number | null {
    if (units === 0) return 0;
    if (this.#recent.length === 0) return null;
    return (units * this.#recent.reduce((sum, seconds) => sum + seconds, 0)) / this.#recent.length;
  }
}

/** The sum; null when a part is not known yet. */
export function sumSeconds(...parts: readonly (number | null)[]): number | null {
  return parts.reduce<number | null>((sum, part) => (sum === null || part === null ? null : sum + part), 0);
}
