import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stratifiedFolds } from './folds';

const labels = fc.array(fc.nat(4), { maxLength: 60 });

const alone = (given: readonly number[]) => given.map((labelIndex) => ({ labelIndex }));

function countsOf(values: readonly number[], folds: number): number[] {
  return Array.from({ length: folds }, (_, fold) => values.filter((value) => value === fold).length);
}

describe('folds', () => {
  it('differ by one picture at most, as a whole and within each class', () => {
    fc.assert(
      fc.property(labels, fc.integer({ min: 2, max: 7 }), fc.nat(), (given, folds, seed) => {
        const assigned = stratifiedFolds(alone(given), folds, seed);
        const groups = [assigned, ...[0, 1, 2, 3, 4].map((label) => assigned.filter((_, at) => given[at] === label))];
        for (const group of groups) {
          const counts = countsOf(group, folds);
          expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('keep groups whole and level them out', () => {
    const grouped = fc.array(fc.record({ labelIndex: fc.nat(2), group: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f') }), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(grouped, fc.nat(), (given, seed) => {
        const assigned = stratifiedFolds(given, 5, seed);
        for (const name of 'abcdef')
          expect(new Set(assigned.filter((_, at) => given[at]?.group === name)).size).toBeLessThanOrEqual(1);
      }),
    );
    // Two bursts of five and ten pictures alone, of one class: four a fold, but for the bursts.
    const burst = (group: string) => Array.from({ length: 5 }, () => ({ labelIndex: 0, group }));
    const samples = [...burst('x'), ...burst('y'), ...alone(Array.from({ length: 10 }, () => 0))];
    expect(countsOf(stratifiedFolds(samples, 5, 3), 5).sort()).toEqual([3, 3, 4, 5, 5]);
  });

  it('are the same for the same seed and others for another', () => {
    const given = Array.from({ length: 40 }, (_, at) => at % 2);
    expect(stratifiedFolds(alone(given), 5, 7)).toEqual(stratifiedFolds(alone(given), 5, 7));
    expect(stratifiedFolds(alone(given), 5, 7)).not.toEqual(stratifiedFolds(alone(given), 5, 8));
  });

  it('are at least two', () => {
    for (const folds of [1, 0, 2.5, NaN]) expect(() => stratifiedFolds(alone([0, 1]), folds, 0)).toThrow(RangeError);
  });
});
