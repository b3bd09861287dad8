import { describe, expect, it } from 'vitest';
import { createRng } from '../../domain/rng';
import reference from './fixtures/principal-components.json';
import { nearestRows } from './nearest-rows';
import { principalComponents } from './principal-components';
import { umapLayout } from './umap-layout';

/** Clouds of rows around axes of their own. */
function createClouds(clouds: number, each: number, width: number): Float32Array {
  const rng = createRng(3);
  return Float32Array.from({ length: clouds * each * width }, (_, at) => {
    const cloud = Math.floor(at / width) % clouds;
    return (at % width === cloud ? 3 : 0) + (rng.uniform() - 0.5) * 0.6;
  });
}

describe('principal components', () => {
  for (const { name, width, rows, scores, explained } of reference.cases)
    it(`are scikit-learn’s, signs included: ${name}`, () => {
      const count = explained.length;
      const found = principalComponents(Float32Array.from(rows), width, count);
      expect(found.scores).toHaveLength(scores.length);
      found.scores.forEach((score, at) => {
        expect(score).toBeCloseTo(scores[at] ?? NaN, 5);
      });
      found.explained.forEach((share, at) => {
        expect(share).toBeCloseTo(explained[at] ?? NaN, 8);
      });
    });

  it('of two rows lie on one line, and of equal rows on one point', () => {
    const two = principalComponents(Float32Array.of(0, 0, 0, 0, 3, 4, 0, 0), 4, 2);
    expect([...two.scores].map((score) => Number(score.toFixed(5)) + 0)).toEqual([-2.5, 0, 2.5, 0]);
    expect(two.explained[0]).toBeCloseTo(1, 9);
    const same = principalComponents(new Float32Array(12).fill(0.5), 4, 2);
    expect([...same.scores].every((score) => score === 0)).toBe(true);
    expect(same.explained).toEqual([0, 0]);
  });
});

describe('the nearest rows', () => {
  it('are those of a hand-computed case, each row its own first, equals in order', () => {
    const rows = Float32Array.from([0, 0, 0, 0, 3, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0]);
    const { indices, distances } = nearestRows(rows, rows, 4, 3);
    expect(indices).toEqual([
      [0, 3, 1],
      [1, 0, 3],
      [2, 0, 3],
      [3, 0, 1],
    ]);
    expect(distances).toEqual([
      [0, 0, 3],
      [0, 3, 3],
      [0, 4, 4],
      [0, 0, 3],
    ]);
  });
});

describe('UMAP', () => {
  const [clouds, each, width] = [3, 20, 8];
  const rows = createClouds(clouds, each, width);
  const { scores } = principalComponents(rows, width, 4);
  const layout = umapLayout({ rows: scores, width: 4 }, 5);

  /** How many points have a point of their own cloud as the nearest. */
  function countAtHome(points: Float32Array, count: number): number {
    let atHome = 0;
    for (let row = 0; row < count; row += 1) {
      let best = { distance: Infinity, cloud: -1 };
      for (let other = 0; other < count; other += 1) {
        const distance = Math.hypot(
          (points[row * 2] ?? 0) - (points[other * 2] ?? 0),
          (points[row * 2 + 1] ?? 0) - (points[other * 2 + 1] ?? 0),
        );
        if (other !== row && distance < best.distance) best = { distance, cloud: other % clouds };
      }
      if (best.cloud === row % clouds) atHome += 1;
    }
    return atHome;
  }

  it('keeps clouds apart, tells how far it is, and gives the same layout again', () => {
    expect(layout.every(Number.isFinite)).toBe(true);
    expect(countAtHome(layout, clouds * each)).toBe(clouds * each);
    const told: number[] = [];
    const again = umapLayout({ rows: scores, width: 4 }, 5, (stage, share) => {
      if (stage === 'layout') told.push(share);
    });
    expect(again).toEqual(layout);
    expect(told.at(-1)).toBe(1);
    expect(umapLayout({ rows: scores, width: 4 }, 6)).not.toEqual(layout);
  });

  it('lays out a choice of many, and places the others among their nearest', () => {
    const placed = umapLayout({ rows: scores, width: 4 }, 5, undefined, 30);
    expect(placed).toHaveLength(layout.length);
    expect(countAtHome(placed, clouds * each)).toBe(clouds * each);
  });

  it('lays out four pictures, two of them the same', () => {
    const few = umapLayout({ rows: Float32Array.of(0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 3, 1, 0, 0), width: 4 }, 0);
    expect(few).toHaveLength(8);
    expect(few.every(Number.isFinite)).toBe(true);
  });
});
