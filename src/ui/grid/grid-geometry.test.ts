import { describe, expect, it } from 'vitest';
import { layOutGrid, moveInGrid, visibleRange } from './grid-geometry';

describe('the virtual grid', () => {
  const geometry = layOutGrid(5000, 596, 90, 6);

  it('fills the width with tiles no smaller than asked', () => {
    expect(geometry.columns).toBe(6);
    expect(geometry.tile * 6 + 6 * 5).toBeCloseTo(596);
    expect(geometry.tile).toBeGreaterThanOrEqual(90);
    expect(geometry.rows).toBe(834);
  });

  it('draws only what can be seen and little more, wherever it stands', () => {
    for (const scrollTop of [0, 3_000, geometry.height - 400]) {
      const [from, to] = visibleRange(geometry, 6, 5000, scrollTop, 400, 2);
      expect(to - from).toBeLessThanOrEqual(10 * 6);
      expect(from % 6).toBe(0);
      const firstSeen = Math.floor(scrollTop / (geometry.tile + 6)) * 6;
      expect(from).toBeLessThanOrEqual(firstSeen);
    }
    expect(visibleRange(geometry, 6, 5000, geometry.height, 400, 2)[1]).toBe(5000);
  });

  it('survives no width, no tiles and one tile', () => {
    expect(layOutGrid(0, 300, 90, 6).height).toBe(0);
    expect(layOutGrid(3, 0, 90, 6).columns).toBe(1);
    expect(visibleRange(layOutGrid(1, 300, 90, 6), 6, 1, 0, 400, 2)).toEqual([0, 1]);
  });

  it('is walked with the arrow keys inside its bounds', () => {
    expect(moveInGrid('ArrowRight', 0, 10, 4, 2)).toBe(1);
    expect(moveInGrid('ArrowLeft', 0, 10, 4, 2)).toBe(0);
    expect(moveInGrid('ArrowDown', 7, 10, 4, 2)).toBe(7);
    expect(moveInGrid('ArrowDown', 5, 10, 4, 2)).toBe(9);
    expect(moveInGrid('ArrowUp', 2, 10, 4, 2)).toBe(2);
    expect(moveInGrid('End', 2, 10, 4, 2)).toBe(9);
    expect(moveInGrid('PageDown', 1, 10, 4, 2)).toBe(9);
    expect(moveInGrid('x', 1, 10, 4, 2)).toBeNull();
  });
});
