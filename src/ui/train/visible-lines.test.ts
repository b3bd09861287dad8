import { describe, expect, it } from 'vitest';
import { lineHeight, visibleLines } from './visible-lines';

describe('the window on a long log', () => {
  it('shows a short log whole', () => {
    expect(visibleLines(400, 3000, 132)).toEqual({ first: 0, last: 400 });
  });

  it('shows a few lines of a long one, and always those in view', () => {
    for (const scrollTop of [0, 5 * lineHeight, 5000 * lineHeight, 9993 * lineHeight]) {
      const { first, last } = visibleLines(10_000, scrollTop, 132);
      expect(last - first).toBeLessThan(60);
      expect(first).toBeLessThanOrEqual(scrollTop / lineHeight);
      expect(last).toBeGreaterThanOrEqual(Math.min(10_000, (scrollTop + 132) / lineHeight));
    }
  });
});
