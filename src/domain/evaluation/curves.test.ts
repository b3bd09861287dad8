import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calibrationBins, expectedCalibrationError } from './calibration';
import { mcnemar } from './compare-runs';
import { confusionMatrix, ratesByClass, rowShares } from './confusion';
import { areaUnderRoc, averagePrecision, thresholdCurve } from './threshold-curves';

describe('counts', () => {
  // Three cats of which one is taken for a dog, one dog seen as one, no bird.
  const matrix = confusionMatrix(
    [
      { labelIndex: 0, classIndex: 0 },
      { labelIndex: 0, classIndex: 0 },
      { labelIndex: 0, classIndex: 1 },
      { labelIndex: 1, classIndex: 1 },
    ],
    3,
  );

  it('are those worked out by hand', () => {
    expect(matrix).toEqual([
      [2, 1, 0],
      [0, 1, 0],
      [0, 0, 0],
    ]);
    expect(rowShares(matrix)).toEqual([
      [2 / 3, 1 / 3, 0],
      [0, 1, 0],
      [NaN, NaN, NaN],
    ]);
    expect(ratesByClass(matrix)).toEqual([
      { precision: 1, recall: 2 / 3, f1: 4 / 5, support: 3 },
      { precision: 1 / 2, recall: 1, f1: 2 / 3, support: 1 },
      { precision: NaN, recall: NaN, f1: NaN, support: 0 },
    ]);
  });

  it('refuse an index outside the classes', () => {
    expect(() => confusionMatrix([{ labelIndex: 0, classIndex: 2 }], 2)).toThrow(RangeError);
    expect(() => confusionMatrix([{ labelIndex: -1, classIndex: 0 }], 2)).toThrow(RangeError);
  });
});

describe('calibration', () => {
  it('puts a bound into the bin below it, and zero into the first', () => {
    const bins = calibrationBins(
      [0, 0.1, 0.3, 0.7, 1].map((confidence) => ({ confidence, isRight: true })),
      10,
    );
    expect(bins.map(({ count }) => count)).toEqual([2, 0, 1, 0, 0, 0, 1, 0, 0, 1]);
  });

  it('is off by the mean distance of confidence and accuracy', () => {
    // Four at 0.9 of which three are right: 0.15 off. One at 0.5 that is wrong: 0.5 off.
    const bins = calibrationBins(
      [...[true, true, true, false].map((isRight) => ({ confidence: 0.9, isRight })), { confidence: 0.5, isRight: false }],
      10,
    );
    expect(expectedCalibrationError(bins)).toBeCloseTo((4 * 0.15 + 0.5) / 5, 12);
    expect(expectedCalibrationError(calibrationBins([], 10))).toBeNaN();
  });

  it('has every confidence in the bin whose bounds hold it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), fc.nat(100), (bins, at) => {
        const confidence = Math.min(1, at / bins);
        const bin = calibrationBins([{ confidence, isRight: true }], bins).find(({ count }) => count === 1);
        expect(confidence).toBeLessThanOrEqual(bin?.to ?? NaN);
        if (confidence > 0) expect(confidence).toBeGreaterThan(bin?.from ?? NaN);
      }),
    );
  });

  it('refuses what is no probability', () => {
    for (const confidence of [NaN, 1.5]) expect(() => calibrationBins([{ confidence, isRight: true }], 10)).toThrow(RangeError);
  });
});

describe('threshold curves', () => {
  const pictures = fc.array(
    fc.record({ probability: fc.integer({ min: 0, max: 20 }).map((value) => value / 20), isPositive: fc.boolean() }),
    { maxLength: 40 },
  );

  it('never fall, and end with every picture taken', () => {
    fc.assert(
      fc.property(pictures, (given) => {
        const points = thresholdCurve(given);
        points.forEach(({ truePositives, falsePositives, threshold }, at) => {
          const before = points[at - 1];
          if (before === undefined) return;
          expect(truePositives + falsePositives).toBeGreaterThan(before.truePositives + before.falsePositives);
          expect(threshold).toBeLessThan(before.threshold);
        });
        const last = points.at(-1);
        expect((last?.truePositives ?? NaN) + (last?.falsePositives ?? NaN)).toBe(given.length);
      }),
    );
  });

  it('enclose the chance that a picture of the class is above one of the others', () => {
    fc.assert(
      fc.property(pictures, (given) => {
        const own = given.filter(({ isPositive }) => isPositive);
        const others = given.filter(({ isPositive }) => !isPositive);
        let above = 0;
        for (const a of own)
          for (const b of others) above += a.probability > b.probability ? 1 : a.probability === b.probability ? 0.5 : 0;
        const area = areaUnderRoc(thresholdCurve(given));
        if (own.length * others.length === 0) expect(area).toBeNaN();
        else expect(area).toBeCloseTo(above / (own.length * others.length), 10);
      }),
    );
  });

  it('have no average precision without a picture of the class', () => {
    expect(averagePrecision(thresholdCurve([]))).toBeNaN();
    expect(averagePrecision(thresholdCurve([{ probability: 0.5, isPositive: false }]))).toBeNaN();
    expect(averagePrecision(thresholdCurve([{ probability: 0.5, isPositive: true }]))).toBe(1);
  });
});

describe('two runs', () => {
  it('are compared on the same pictures only', () => {
    expect(() => mcnemar([true], [])).toThrow(RangeError);
  });

  it('of which one is better in 10 of 10 disagreements differ by more than chance: 2 in 1,024', () => {
    const all = new Array<boolean>(10).fill(true);
    expect(
      mcnemar(
        all,
        all.map(() => false),
      ).pValue,
    ).toBeCloseTo(2 / 1024, 15);
  });
});
