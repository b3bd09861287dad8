import { describe, expect, it } from 'vitest';
import { plainSample } from '../../../domain/dataset';
import { boxOutline, findPoint, fitView, nextInDirection, pointsInside, showPoint, zoomAt } from './map-geometry';
import { createMapPoints, describePoint } from './map-points';

const points = (...spots: readonly (readonly [number, number])[]) => ({
  xs: Float32Array.from(spots, ([x]) => x),
  ys: Float32Array.from(spots, ([, y]) => y),
});
const cross = points([0, 0], [10, 1], [-10, 0], [1, 10], [0, -10]);

describe('the view of the map', () => {
  it('shows all points with a margin, the larger y above', () => {
    const view = fitView(cross, 280, 280);
    expect(view.scale).toBe(10);
    expect(view.left + 10 * view.scale).toBe(240);
    expect(view.top - 10 * view.scale).toBe(40);
  });

  it('puts points of one place, and none at all, into the middle', () => {
    expect(fitView(points([3, 4], [3, 4]), 100, 60)).toEqual({ scale: 1, left: 47, top: 34 });
    expect(fitView(points(), 100, 60)).toEqual({ scale: 1, left: 50, top: 30 });
  });

  it('zooms about a spot, and moves no further than a point needs', () => {
    const view = zoomAt({ scale: 2, left: 10, top: 50 }, 3, { x: 30, y: 20 });
    // The point at 10, 15 was under the spot and stays there.
    expect([view.left + 10 * view.scale, view.top - 15 * view.scale]).toEqual([30, 20]);
    const shown = showPoint({ scale: 1, left: 0, top: 100 }, points([150, 50]), 0, 100, 100);
    expect([shown.left + 150, shown.top - 50]).toEqual([60, 50]);
    expect(showPoint(shown, points([150, 50]), 0, 100, 100)).toBe(shown);
  });
});

describe('points of the map', () => {
  const view = { scale: 1, left: 0, top: 0 };

  it('are found under a spot within a radius', () => {
    expect(findPoint(cross, view, { x: 8, y: 0 }, 5)).toBe(1);
    expect(findPoint(cross, view, { x: 5, y: -5 }, 3)).toBeNull();
  });

  it('are walked to in each direction, and not beyond the edge', () => {
    const ways = (['right', 'left', 'up', 'down'] as const).map((direction) => nextInDirection(cross, 0, direction));
    expect(ways).toEqual([1, 2, 3, 4]);
    expect(nextInDirection(cross, 1, 'right')).toBeNull();
    // Straight ahead goes before nearer but aside.
    expect(nextInDirection(points([0, 0], [4, 3.9], [9, 0]), 0, 'right')).toBe(2);
  });

  it('at one place follow each other, so that each can be reached', () => {
    const same = points([1, 1], [1, 1], [1, 1]);
    expect(nextInDirection(same, 0, 'right')).toBe(1);
    expect(nextInDirection(same, 1, 'right')).toBe(2);
    expect(nextInDirection(same, 2, 'right')).toBeNull();
    expect(nextInDirection(same, 2, 'left')).not.toBeNull();
  });

  it('are inside a box however it was drawn, and inside a lasso', () => {
    expect(pointsInside(cross, view, boxOutline({ x: 11, y: 11 }, { x: -1, y: -2 }))).toEqual([0, 1, 4]);
    const lasso = [
      { x: -12, y: -2 },
      { x: 2, y: -2 },
      { x: 2, y: 2 },
      { x: -12, y: 2 },
    ];
    expect(pointsInside(cross, view, lasso)).toEqual([0, 2]);
  });

  it('are those that are still here, with the colours, labels and errors of now', () => {
    const size = { folderSplit: null, width: 8, height: 8, bytes: 8 };
    const sample = (id: string, className: string | null) => ({
      ...plainSample,
      ...size,
      id,
      name: `${id}.jpg`,
      path: id,
      className,
    });
    const samples = new Map([
      ['a', sample('a', 'cat')],
      ['c', sample('c', null)],
    ]);
    const projection = {
      method: 'pca',
      sampleIds: ['a', 'b', 'c'],
      positions: Float32Array.of(1, 2, 3, 4, 5, 6),
      explained: null,
    } as const;
    const judgements = new Map([['a', { className: 'dog', isWrong: true }]]);
    const made = createMapPoints(projection, samples, { cat: 4 }, judgements);
    expect([[...made.xs], [...made.ys], [...made.palette], [...made.wrong]]).toEqual([
      [1, 5],
      [2, 6],
      [4, -1],
      [1, 0],
    ]);
    expect(made.places.get('c')).toBe(1);
    expect(made.samples.map((one) => describePoint(one, judgements))).toEqual([
      'a.jpg, label cat, predicted dog, wrong',
      'c.jpg, no label',
    ]);
  });
});
