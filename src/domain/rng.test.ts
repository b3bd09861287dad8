import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRng, deriveRng, hashText } from './rng';

const seeds = fc.integer({ min: 0, max: 0xffff_ffff });

describe('the seeded source of chance', () => {
  test('gives the pinned values, so that a kept seed means the same run in every version', () => {
    const zero = createRng(0);
    expect([zero.uniform(), zero.uniform(), zero.integer(10), zero.integer(1000)]).toEqual([
      0.674591619865013, 0.9639230612620339, 7, 756,
    ]);
    expect(zero.shuffle([1, 2, 3, 4, 5, 6, 7, 8])).toEqual([1, 7, 3, 2, 5, 4, 6, 8]);
    expect(createRng(1).uniform()).toBe(0.5884376116823724);
    expect(deriveRng(0, 'order').shuffle(Array.from('abcdefgh')).join('')).toBe('adgebfch');
    expect([hashText('', 0), hashText('cat', 0), hashText('cat', 1)]).toEqual([0, 1310444951, 3967756857]);
  });

  test('repeats itself for the same seed and purpose', () => {
    fc.assert(
      fc.property(seeds, fc.string(), (seed, purpose) => {
        const [one, two] = [deriveRng(seed, purpose), deriveRng(seed, purpose)];
        for (let draw = 0; draw < 5; draw++) expect(one.uniform()).toBe(two.uniform());
      }),
    );
  });

  test('gives different streams for different purposes and for neighbouring seeds', () => {
    fc.assert(
      fc.property(seeds, fc.uniqueArray(fc.string(), { minLength: 2, maxLength: 2 }), (seed, [one = '', two = '']) => {
        expect(deriveRng(seed, one).uniform()).not.toBe(deriveRng(seed, two).uniform());
        expect(deriveRng(seed, one).uniform()).not.toBe(deriveRng((seed + 1) >>> 0, one).uniform());
      }),
    );
  });

  test('the first draws of 10,000 neighbouring seeds are spread evenly', () => {
    const bins = new Array<number>(10).fill(0);
    for (let seed = 0; seed < 10_000; seed++) {
      const bin = Math.floor(createRng(seed).uniform() * 10);
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
    // Each bin holds 1,000 with a standard deviation of 30; five of those either way.
    for (const count of bins) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  test('uniform stays in [0, 1) and its mean and variance are those of the uniform distribution', () => {
    const rng = createRng(7);
    const draws = Array.from({ length: 20_000 }, () => rng.uniform());
    expect(draws.every((x) => x >= 0 && x < 1)).toBe(true);
    const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length;
    const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.01);
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.003);
  });

  test('integer stays below its bound, reaches every value and refuses a bound that has none', () => {
    const rng = createRng(3);
    const seen = new Set(Array.from({ length: 300 }, () => rng.integer(7)));
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(rng.integer(1)).toBe(0);
    expect(() => rng.integer(0)).toThrow(RangeError);
    expect(() => rng.integer(1.5)).toThrow(RangeError);
  });

  test('a shuffle holds the same items and leaves its argument alone', () => {
    fc.assert(
      fc.property(seeds, fc.array(fc.integer()), (seed, items) => {
        const before = [...items];
        const shuffled = createRng(seed).shuffle(items);
        expect(items).toEqual(before);
        expect([...shuffled].sort((a, b) => a - b)).toEqual([...items].sort((a, b) => a - b));
      }),
    );
  });

  test('every order of three items comes about equally often', () => {
    const rng = createRng(11);
    const counts = new Map<string, number>();
    for (let round = 0; round < 6000; round++) {
      const order = rng.shuffle(['a', 'b', 'c']).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});
