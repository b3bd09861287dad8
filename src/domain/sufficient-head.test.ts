import { describe, expect, it } from 'vitest';
import { wilsonInterval } from './metrics';
import { leavesLittleToGain } from './sufficient-head';

function reached(wrong: number, total: number) {
  const right = total - wrong;
  return { accuracy: right / total, right, total, interval: wilsonInterval(right, total) };
}

describe('a head that leaves little to gain', () => {
  it.each([
    [176, 4],
    [40, 1],
    [2000, 28],
  ])('of %i validation pictures may get %i wrong and no more', (total, wrong) => {
    expect(leavesLittleToGain(reached(wrong, total))).toBe(true);
    expect(leavesLittleToGain(reached(wrong + 1, total))).toBe(false);
  });

  it('is not one that was measured on so few pictures that they say nothing', () => {
    expect(leavesLittleToGain(reached(1, 10))).toBe(false);
    expect(reached(1, 10).interval.high).toBeGreaterThan(0.98);
  });
});
