import { describe, expect, it } from 'vitest';
import { finish } from '../in-pieces';
import { isUnlike, LikenessIndex, limitOf, toUnit } from './likeness';

/** Unit vectors at these angles, in degrees, in a plane of four dimensions. */
function atAngles(degrees: readonly number[]): Float32Array {
  return Float32Array.from(
    degrees.flatMap((angle) => [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180), 0, 0]),
  );
}
const cosine = (degrees: number) => Math.cos((degrees * Math.PI) / 180);
const named = (count: number, group?: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => ({ id: `p${String(at)}`, ...(group === undefined ? {} : { group: group(at) }) }));

describe('likeness', () => {
  it('tells the most alike first, by the cosine, and judges by the third', () => {
    const index = new LikenessIndex(named(4), atAngles([0, 10, 40, 90]), 4);
    const found = index.compare(atAngles([5]), null, 3);
    expect(found?.nearest.map(({ sampleId }) => sampleId)).toEqual(['p0', 'p1', 'p2']);
    [5, 5, 35].forEach((degrees, at) => {
      expect(found?.nearest[at]?.similarity).toBeCloseTo(cosine(degrees), 6);
    });
    expect(found?.similarity).toBeCloseTo(cosine(35), 6);
  });

  it('leaves a training picture out when it is asked about, and its group when it is judged', () => {
    const index = new LikenessIndex(
      named(5, (at) => (at < 3 ? 'burst' : `alone ${String(at)}`)),
      atAngles([0, 1, 2, 30, 50]),
      4,
    );
    const found = index.compare(atAngles([0]), 'p0', 2);
    expect(found?.nearest.map(({ sampleId }) => sampleId)).toEqual(['p1', 'p2']);
    // Of those that are not of its burst, fewer than three: the furthest counts.
    expect(found?.similarity).toBeCloseTo(cosine(50), 6);
    expect(new LikenessIndex(named(1), atAngles([0]), 4).compare(atAngles([0]), 'p0', 3)).toBeNull();
  });

  it('learns what is usual: 40 pictures a degree apart have their third nearest within three degrees', () => {
    const index = new LikenessIndex(named(40), atAngles(Array.from({ length: 40 }, (_, at) => at)), 4);
    const shares: number[] = [];
    finish(index.learn((share) => shares.push(share)));
    // At the ends the third nearest is 3 degrees away, elsewhere 2: the least of 40 is the limit.
    expect(index.limit).toBeCloseTo(cosine(3), 6);
    const near = index.compare(atAngles([20.5]), null, 1);
    const far = index.compare(atAngles([47]), null, 1);
    expect(near !== null && isUnlike(near)).toBe(false);
    expect(far !== null && isUnlike(far)).toBe(true);
  });

  it('says nothing of bursts alone: within one group there is no other picture to learn from', () => {
    const index = new LikenessIndex(
      named(30, () => 'one'),
      atAngles(Array.from({ length: 30 }, (_, at) => at)),
      4,
    );
    finish(index.learn());
    expect(index.limit).toBeNull();
    const found = index.compare(atAngles([90]), null, 1);
    expect(found !== null && isUnlike(found)).toBe(false);
  });

  it('takes the (0.03 (n + 1))-th least as the limit, with few pictures the least, with fewer than 20 none', () => {
    const from = (count: number) => Array.from({ length: count }, (_, at) => (at + 1) / 1000).reverse();
    expect(limitOf(from(99))).toBe(0.003);
    expect(limitOf(from(100))).toBe(0.003);
    expect(limitOf(from(32))).toBe(0.001);
    expect(limitOf(from(20))).toBe(0.001);
    expect(limitOf(from(19))).toBeNull();
  });

  it('scales a row to length 1, and leaves one without values as it is', () => {
    expect([...toUnit(Float32Array.of(3, 0, 4, 0))].map((value) => Number(value.toFixed(6)))).toEqual([0.6, 0, 0.8, 0]);
    expect([...toUnit(new Float32Array(4))]).toEqual([0, 0, 0, 0]);
  });
});
