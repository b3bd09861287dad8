import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rankLabelErrors } from './label-errors';

describe('label errors', () => {
  it('are those that confident learning finds, worked out by hand', () => {
    // Thresholds: the cats' mean probability of cat (0.9 + 0.8 + 0.1) / 3 = 0.6, the dogs' of dog (0.7 + 0.9) / 2 = 0.8.
    const ranked = rankLabelErrors(
      [
        { labelIndex: 0, probabilities: [0.9, 0.1] },
        { labelIndex: 0, probabilities: [0.8, 0.2] },
        { labelIndex: 0, probabilities: [0.1, 0.9] },
        { labelIndex: 1, probabilities: [0.3, 0.7] },
        { labelIndex: 1, probabilities: [0.1, 0.9] },
      ],
      2,
    );
    expect(ranked.map(({ at }) => at)).toEqual([2, 3, 1, 0, 4]);
    expect(ranked[0]).toEqual({ at: 2, suggestedIndex: 1, margin: expect.closeTo(-0.8, 12) as number, isLikely: true });
    expect(ranked.filter(({ isLikely }) => isLikely)).toHaveLength(1);
  });

  it('suggest the likeliest other class, and never one without pictures as an error', () => {
    const [first] = rankLabelErrors(
      [
        { labelIndex: 0, probabilities: [0.2, 0.1, 0.7] },
        { labelIndex: 1, probabilities: [0.1, 0.8, 0.1] },
      ],
      3,
    );
    expect(first).toMatchObject({ at: 0, suggestedIndex: 2, isLikely: false });
  });

  it('list every picture once, the lowest margin first', () => {
    const prediction = fc
      .tuple(fc.nat(2), fc.tuple(...[0, 1, 2].map(() => fc.integer({ min: 1, max: 9 }))))
      .map(([labelIndex, parts]) => {
        const sum = parts.reduce((total, part) => total + part, 0);
        return { labelIndex, probabilities: parts.map((part) => part / sum) };
      });
    fc.assert(
      fc.property(fc.array(prediction, { maxLength: 30 }), (given) => {
        const ranked = rankLabelErrors(given, 3);
        expect(ranked.map(({ at }) => at).sort((a, b) => a - b)).toEqual(given.map((_, at) => at));
        const margins = ranked.map(({ margin }) => margin);
        expect(margins).toEqual([...margins].sort((a, b) => a - b));
        for (const { at, suggestedIndex } of ranked) expect(suggestedIndex).not.toBe(given[at]?.labelIndex);
      }),
    );
  });
});
