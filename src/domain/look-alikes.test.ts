import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainSample, type Sample, type Split } from './dataset';
import { conflictKey, findConflicts, findLookAlikes, mostPairs, nearBits, type Appearance, type LookAlike } from './look-alikes';

function drain(samples: readonly Appearance[]): { pairs: readonly LookAlike[]; pauses: number } {
  const search = findLookAlikes(samples);
  let pauses = 0;
  for (;;) {
    const step = search.next();
    if (step.done === true) return { pairs: step.value, pauses };
    pauses += 1;
  }
}

const toHash = (value: bigint): string => value.toString(16).padStart(16, '0');
const look = (id: string, value: bigint, contentHash = `content ${id}`): Appearance => ({
  id,
  contentHash,
  perceptualHash: toHash(value),
});

function bitsApart(a: bigint, b: bigint): number {
  let count = 0;
  for (let rest = a ^ b; rest > 0n; rest >>= 1n) count += Number(rest & 1n);
  return count;
}

describe('pictures that look alike', () => {
  it('are all found that comparing each with each finds, and no other', () => {
    const near = fc
      .tuple(fc.bigInt({ min: 1n, max: (1n << 64n) - 1n }), fc.array(fc.array(fc.nat(63), { maxLength: 10 }), { maxLength: 6 }))
      .map(([base, flips]) => [base, ...flips.map((bits) => bits.reduce((value, bit) => value ^ (1n << BigInt(bit)), base))]);
    fc.assert(
      fc.property(fc.array(near, { maxLength: 5 }), (families) => {
        const values = [...new Set(families.flat())].filter((value) => value !== 0n);
        const samples = values.map((value, index) => look(String(index), value));
        const expected = values.flatMap((one, at) =>
          values
            .slice(at + 1)
            .flatMap((two, after) => (bitsApart(one, two) <= nearBits ? [`${String(at)} ${String(at + 1 + after)}`] : [])),
        );
        expect(drain(samples).pairs.map(conflictKey).toSorted()).toEqual(expected.toSorted());
      }),
    );
  });

  it('are exact where the bytes are the same, and named once', () => {
    const { pairs } = drain([look('a', 5n, 'same'), look('b', 5n, 'same'), look('c', 5n, 'other')]);
    expect(pairs).toEqual([
      { a: 'a', b: 'b', isExact: true },
      { a: 'a', b: 'c', isExact: false },
    ]);
  });

  it('are none among plain surfaces and pictures of which nothing is known', () => {
    const unknown = { contentHash: null, perceptualHash: null };
    expect(drain([look('a', 0n), look('b', 0n), { id: 'c', ...unknown }, { id: 'd', ...unknown }]).pairs).toEqual([]);
  });

  it('are searched in portions, and 10,000 that are all the same do not take all pairs', () => {
    const { pairs } = drain(Array.from({ length: 10_000 }, (_, index) => look(String(index), 9n)));
    expect(pairs).toHaveLength(mostPairs);
    // Fibonacci hashing spreads the numbers over all 64 bits.
    const spread = Array.from({ length: 4000 }, (_, index) =>
      look(String(index), BigInt.asUintN(64, BigInt(index + 1) * 0x9e3779b97f4a7c15n)),
    );
    expect(drain(spread).pauses).toBeGreaterThan(10);
  });
});

describe('a conflict', () => {
  const sample = (id: string, className: string | null): Sample => ({
    ...plainSample,
    ...{ id, name: id, path: id, className, folderSplit: null, width: 9, height: 9, bytes: 1 },
  });
  const samples = new Map(
    [sample('a', 'cat'), sample('b', 'dog'), sample('c', 'cat'), sample('d', null)].map((each) => [each.id, each]),
  );
  const assignments = new Map<string, Split>([
    ['a', 'train'],
    ['b', 'train'],
    ['c', 'val'],
  ]);
  const pair = (a: string, b: string, isExact = false): LookAlike => ({ a, b, isExact });

  it('is between two classes or two splits, the same bytes first; unlabelled, removed and lone ones have none', () => {
    const pairs = [pair('a', 'c'), pair('a', 'b'), pair('c', 'b', true), pair('a', 'd'), pair('a', 'gone')];
    expect(findConflicts(pairs, samples, assignments).map(({ a, b, between }) => [a, b, between])).toEqual([
      ['c', 'b', 'classes'],
      ['a', 'b', 'classes'],
      ['a', 'c', 'splits'],
    ]);
  });

  it('is gone once both are in one class and one split', () => {
    const mended = new Map([...samples, ['b', sample('b', 'cat')] as const]);
    expect(findConflicts([pair('a', 'b')], mended, assignments)).toEqual([]);
  });
});
