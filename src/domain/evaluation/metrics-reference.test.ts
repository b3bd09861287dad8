import { describe, expect, it } from 'vitest';
import { calibrationBins, expectedCalibrationError } from './calibration';
import { mcnemar } from './compare-runs';
import { confusionMatrix, ratesByClass } from './confusion';
import reference from './fixtures/metrics.json';
import { areaUnderRoc, averagePrecision, thresholdCurve } from './threshold-curves';

/** A share of nothing is null in the fixture. */
const close = (values: readonly (number | null)[]) =>
  values.map((value): unknown => (value === null ? NaN : expect.closeTo(value, 12)));

describe('the metrics are scikit-learn’s', () => {
  for (const given of reference.classification) {
    const judged = given.labels.map((labelIndex, at) => ({ labelIndex, classIndex: given.predicted[at] ?? NaN }));

    it(`confusion matrix, precision, recall and F1 of ${String(given.classes)} classes`, () => {
      const matrix = confusionMatrix(judged, given.classes);
      expect(matrix).toEqual(given.confusion);
      const rates = ratesByClass(matrix);
      expect(rates.map(({ precision }) => precision)).toEqual(close(given.precision));
      expect(rates.map(({ recall }) => recall)).toEqual(close(given.recall));
      expect(rates.map(({ f1 }) => f1)).toEqual(close(given.f1));
      expect(rates.map(({ support }) => support)).toEqual(given.support);
    });

    it(`calibration of ${String(given.classes)} classes`, () => {
      const confident = judged.map(({ labelIndex, classIndex }, at) => ({
        confidence: given.confidence[at] ?? NaN,
        isRight: labelIndex === classIndex,
      }));
      const bins = calibrationBins(confident, 10);
      expect(bins.map(({ count }) => count)).toEqual(given.calibration.counts);
      const filled = bins.filter(({ count }) => count > 0);
      expect(filled.map(({ accuracy }) => accuracy)).toEqual(close(given.calibration.accuracy));
      expect(filled.map(({ meanConfidence }) => meanConfidence)).toEqual(close(given.calibration.confidence));
      expect(expectedCalibrationError(bins)).toBeCloseTo(given.calibration.error, 12);
    });
  }

  for (const given of reference.thresholds)
    it(`ROC and precision-recall curves of ${String(given.positive.length)} pictures`, () => {
      const points = thresholdCurve(
        given.positive.map((positive, at) => ({ probability: given.probability[at] ?? NaN, isPositive: positive === 1 })),
      );
      expect(points.map(({ threshold }) => threshold)).toEqual(given.thresholds.map((value) => value ?? Infinity));
      expect(points.map(({ falsePositiveRate }) => falsePositiveRate)).toEqual(close(given.falsePositiveRate));
      expect(points.map(({ truePositiveRate }) => truePositiveRate)).toEqual(close(given.truePositiveRate));
      expect(points.map(({ precision }) => precision)).toEqual(close(given.precision));
      expect(points.map(({ truePositiveRate }) => truePositiveRate)).toEqual(close(given.recall));
      expect(areaUnderRoc(points)).toBeCloseTo(given.areaUnderRoc, 12);
      expect(averagePrecision(points)).toBeCloseTo(given.averagePrecision, 12);
    });

  for (const { onlyFirst, onlySecond, pValue } of reference.mcnemar)
    it(`McNemar’s exact test of ${String(onlyFirst)} against ${String(onlySecond)}`, () => {
      const first = [...new Array<boolean>(onlyFirst).fill(true), ...new Array<boolean>(onlySecond).fill(false), true, false];
      const second = [...new Array<boolean>(onlyFirst).fill(false), ...new Array<boolean>(onlySecond).fill(true), true, false];
      expect(mcnemar(first, second)).toEqual({ onlyFirst, onlySecond, pValue: expect.closeTo(pValue, 10) as number });
    });
});
