import type { Sample, Split } from './dataset';

/**
 * Two pictures look alike when their hashes differ in so many of 64 bits at most. Measured on 454 photos of Oxford-IIIT Pet: halved, or
 * recompressed at quality 30, all stay within 4; cropped by 2 % a side, 95 % stay within 8; by 4 %, 43 %. Of 102,831 pairs of different
 * photos none is nearer than 14, of the app's own drawings none nearer than 10.
 */
export const nearBits = 8;

/** Where there are more pairs than this, nobody looks at them one by one. */
export const mostPairs = 5000;

/** Comparisons between two pauses. */
const comparisonsAtOnce = 20_000;

/** Two pictures with the same bytes, or that look the same. */
export interface LookAlike {
  readonly a: string;
  readonly b: string;
  readonly isExact: boolean;
}

export type Appearance = Pick<Sample, 'id' | 'contentHash' | 'perceptualHash'>;

interface Look {
  readonly id: string;
  readonly contentHash: string | null;
  readonly high: number;
  readonly low: number;
}

function countBits(value: number): number {
  let bits = value - ((value >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return (((bits + (bits >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}

/** Bits `from` to `from + count - 1` of 64, counted from the highest. */
function bitsOf({ high, low }: Look, from: number, count: number): number {
  let value = 0;
  for (let bit = from; bit < from + count; bit += 1) {
    const word = bit < 32 ? high : low;
    value = value * 2 + ((word >>> (31 - (bit % 32))) & 1);
  }
  return value;
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string | number | null): T[][] {
  const groups = new Map<string | number, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === null) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

/**
 * Finds the pairs, exact ones first, `mostPairs` at most. Where many are the same, each is paired with the first of them only.
 * Two hashes within 8 bits agree in one of 9 bands at least, so only pictures that share a band are compared: a few hundred times fewer than
 * all pairs at 25,000 pictures. Yields between portions of work, so that whoever runs it can draw in between.
 */
export function* findLookAlikes(samples: readonly Appearance[]): Generator<undefined, readonly LookAlike[]> {
  const pairs: LookAlike[] = [];
  for (const copies of groupBy(samples, ({ contentHash }) => contentHash)) {
    const [first, ...others] = copies;
    if (first !== undefined) for (const { id } of others) pairs.push({ a: first.id, b: id, isExact: true });
  }
  yield;
  // All zeros is a plain surface: it looks like nothing in particular.
  const plain = '0'.repeat(16);
  const groups = groupBy(samples, ({ perceptualHash }) => (perceptualHash === plain ? null : perceptualHash));
  const looks: Look[] = [];
  for (const group of groups) {
    const [first, ...others] = group;
    if (first === undefined) continue;
    for (const { id, contentHash } of others)
      if (contentHash === null || contentHash !== first.contentHash) pairs.push({ a: first.id, b: id, isExact: false });
    const hash = first.perceptualHash ?? '';
    looks.push({
      id: first.id,
      contentHash: first.contentHash,
      high: Number.parseInt(hash.slice(0, 8), 16) | 0,
      low: Number.parseInt(hash.slice(8), 16) | 0,
    });
  }
  yield;
  const found = new Set<string>();
  const bands = nearBits + 1;
  let compared = 0;
  for (let band = 0; band < bands && pairs.length < mostPairs; band += 1) {
    const from = Math.floor((64 * band) / bands);
    const count = Math.floor((64 * (band + 1)) / bands) - from;
    for (const bucket of groupBy(looks, (look) => bitsOf(look, from, count))) {
      for (const [at, one] of bucket.entries()) {
        for (let other = at + 1; other < bucket.length; other += 1) {
          const two = bucket[other];
          if (two === undefined || countBits(one.high ^ two.high) + countBits(one.low ^ two.low) > nearBits) continue;
          const key = `${one.id} ${two.id}`;
          if (found.has(key) || (one.contentHash !== null && one.contentHash === two.contentHash)) continue;
          found.add(key);
          pairs.push({ a: one.id, b: two.id, isExact: false });
        }
        compared += bucket.length - at;
        if (compared < comparisonsAtOnce) continue;
        compared = 0;
        yield;
      }
    }
  }
  return pairs.slice(0, mostPairs);
}

/** Look-alikes that make accuracy lie: in two classes, or in two splits, where the head has seen what it is tested on. */
export interface Conflict extends LookAlike {
  readonly between: 'classes' | 'splits';
}

export function conflictKey({ a, b }: LookAlike): string {
  return `${a} ${b}`;
}

/** Those of the pairs that are in conflict now; the worst first: the same bytes, then two classes. */
export function findConflicts(
  pairs: readonly LookAlike[],
  samples: ReadonlyMap<string, Sample>,
  assignments: ReadonlyMap<string, Split>,
): Conflict[] {
  const conflicts = pairs.flatMap((pair): Conflict[] => {
    const [one, two] = [samples.get(pair.a), samples.get(pair.b)];
    if (one === undefined || two === undefined || one.className === null || two.className === null) return [];
    if (one.className !== two.className) return [{ ...pair, between: 'classes' }];
    const [first, second] = [assignments.get(pair.a), assignments.get(pair.b)];
    return first === undefined || second === undefined || first === second ? [] : [{ ...pair, between: 'splits' }];
  });
  const rank = ({ isExact, between }: Conflict): number => (isExact ? 0 : 2) + (between === 'classes' ? 0 : 1);
  return conflicts.sort((x, y) => rank(x) - rank(y));
}
