import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stratifiedFolds } from './folds';

const labels = fc.array(fc.nat(4), { maxLength: 60 });

function countsOf(values: readonly number[], folds: number): number[] {
  return Array.from({ length: folds }, (_, fold) => values.filter((value) => value === fold).length);
}

describe('folds', () => {
  it('differ by one picture at most, as a whole and within each class', () => {
    fc.assert(
      fc.property(labels, fc.integer({ min: 2, max: 7 }), fc.nat(), (given, folds, seed) => {
        const assigned = stratifiedFolds(given, folds, seed);
        const groups = [assigned, ...[0, 1, 2, 3, 4].map((label) => assigned.filter((_, at) => given[at] === label))];
        for (const group of groups) {
          const counts = countsOf(group, folds);
          expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('are the same for the same seed and others for another', () => {
    const given = Array.from({ length: 40 }, (_, at) => at % 2);
    expect(stratifiedFolds(given, 5, 7)).toEqual(stratifiedFolds(given, 5, 7));
    expect(stratifiedFolds(given, 5, 7)).not.toEqual(stratifiedFolds(given, 5, 8));
  });

  it('are at least two', () => {
    for (const folds of [1, 0, 2.5, NaN]) expect(() => stratifiedFolds([0, 1], folds, 0)).toThrow(RangeError);
  });
});
