import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** A seeded source of chance. Everything random in a run comes from one of these, so that a run can be repeated. */
export interface Rng {
  /** Uniform in [0, 1), a multiple of 2^-53. */
  uniform(): number;
  /** Uniform whole number from 0 to `n - 1`, unbiased. Throws RangeError unless `n` is a whole number of at least 1. */
  integer(n: number): number;
  /** A copy in random order; the argument is left alone. */
  shuffle<T>(items: readonly T[]): T[];
}

/**
 * MurmurHash3 (Appleby, x86, 32 bit) over the text's UTF-16 code units, each taken as one block.
 * Gives a whole number from 0 to 2^32 - 1; not for secrets.
 */
export function hashText(text: string, seed: number): number {
  let hash = seed | 0;
  for (let at = 0; at < text.length; at++) {
    let block = Math.imul(text.charCodeAt(at), 0xcc9e2d51);
    block = (block << 15) | (block >>> 17);
    hash ^= Math.imul(block, 0x1b873593);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  hash ^= text.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The stream of a seed (taken modulo 2^32) for one named purpose; streams of other purposes do not depend on it. */
export function deriveRng(seed: number, purpose: string): Rng {
  // Four separately hashed words: neighbouring seeds must not give neighbouring states. The odd constant keeps the state from being all zero.
  const state = ['a', 'b', 'c'].map((word) => hashText(`${word}:${purpose}`, seed));
  const generator = xoroshiro128plusFromState([...state, hashText(`d:${purpose}`, seed) | 1].map((word) => word | 0));

  return {
    uniform: () => uniformFloat64(generator),
    integer: (n) => {
      if (!Number.isSafeInteger(n) || n < 1)
        throw new RangeError(`integer(n) needs a whole number of at least 1, not ${String(n)}`);
      return uniformInt(generator, 0, n - 1);
    },
    shuffle: (items) => {
      // A 53-bit rank for each: every order is equally likely up to ties, which have a chance below n^2 / 2^54.
      const ranked = items.map((item) => ({ item, rank: uniformFloat64(generator) }));
      return ranked.sort((a, b) => a.rank - b.rank).map(({ item }) => item);
    },
  };
}

/** The main stream of a seed. */
export function createRng(seed: number): Rng {
  return deriveRng(seed, '');
}
