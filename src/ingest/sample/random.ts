/**
 * Randomness and curves for the drawings that give the same bits on every JavaScript engine:
 * only integer arithmetic, + - * / and floor are used, never Math.sin or Math.pow, whose last bit the language leaves open.
 */

const mix = (value: number): number => {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
};

export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = mix(seed);
  }

  /** The next number in [0, 1), by mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  whole(below: number): number {
    return Math.floor(this.next() * below);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.whole(choices.length)] ?? choices[0];
  }
}

/** A number in [0, 1) fixed by a place on an integer grid. */
export const hashCell = (x: number, y: number, seed: number): number =>
  mix(Math.imul(x | 0, 0x27d4eb2f) ^ Math.imul(y | 0, 0x165667b1) ^ Math.imul(seed | 0, 0x9e3779b1)) / 4294967296;

/** Smooth value noise in [0, 1], one bump per unit of x and y. */
export const noise = (x: number, y: number, seed: number): number => {
  const left = Math.floor(x);
  const top = Math.floor(y);
  const u = x - left;
  const v = y - top;
  const su = u * u * (3 - 2 * u);
  const sv = v * v * (3 - 2 * v);
  const a = hashCell(left, top, seed);
  const b = hashCell(left + 1, top, seed);
  const c = hashCell(left, top + 1, seed);
  const d = hashCell(left + 1, top + 1, seed);
  return a + (b - a) * su + (c - a) * sv + (a - b - c + d) * su * sv;
};

const TURN = 6.283185307179586;

/** Sine of an angle in radians, to about 1e-7. */
export const sine = (angle: number): number => {
  let folded = angle - TURN * Math.floor(angle / TURN + 0.5);
  if (folded > TURN / 4) folded = TURN / 2 - folded;
  if (folded < -TURN / 4) folded = -TURN / 2 - folded;
  const square = folded * folded;
  return folded * (1 - (square / 6) * (1 - (square / 20) * (1 - (square / 42) * (1 - (square / 72) * (1 - square / 110)))));
};

export const cosine = (angle: number): number => sine(angle + TURN / 4);

export const clamp = (value: number, low = 0, high = 1): number => (value < low ? low : value > high ? high : value);

/** 0 below `from`, 1 above `to`, a smooth ramp between. */
export const ramp = (value: number, from: number, to: number): number => {
  const t = clamp((value - from) / (to - from));
  return t * t * (3 - 2 * t);
};
