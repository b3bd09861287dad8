import type { SamplePrediction } from '../history';
import { mean, wilsonInterval, type Interval } from '../metrics';
import { calibrationBins, expectedCalibrationError, type ConfidenceBin } from './calibration';
import { confusionMatrix, ratesByClass, type ClassRates, type ConfusionMatrix } from './confusion';
import { areaUnderRoc, averagePrecision, thresholdCurve, type ThresholdPoint } from './threshold-curves';

/** How two classes part at each threshold, the second class taken as the one that is looked for. */
export interface ThresholdCurves {
  readonly points: readonly ThresholdPoint[];
  /** NaN where one of the classes has no picture. */
  readonly areaUnderRoc: number;
  readonly averagePrecision: number;
}

/** What predictions of labelled pictures come to. */
export interface Evaluation {
  readonly count: number;
  readonly right: number;
  /** NaN of none. */
  readonly accuracy: number;
  /** Wilson's 95 % interval of the accuracy. */
  readonly interval: Interval;
  /** Mean cross-entropy. */
  readonly loss: number;
  readonly matrix: ConfusionMatrix;
  /** By class index. */
  readonly rates: readonly ClassRates[];
  readonly bins: readonly ConfidenceBin[];
  readonly calibrationError: number;
  /** Of two classes only. */
  readonly curves: ThresholdCurves | null;
}

/** What of a prediction is evaluated. */
export type Evaluated = Pick<SamplePrediction, 'labelIndex' | 'classIndex' | 'loss' | 'probabilities'>;

/** Bins of the calibration curve: with 15, as papers have, a few hundred pictures leave most of them empty. */
const calibrationBinCount = 10;

/** Throws RangeError for an index outside the classes. Probabilities that are no numbers are left out of the curves. */
export function evaluatePredictions(predictions: readonly Evaluated[], classes: number): Evaluation {
  const matrix = confusionMatrix(predictions, classes);
  const right = predictions.filter(({ labelIndex, classIndex }) => labelIndex === classIndex).length;
  const finite = predictions.filter(({ probabilities }) => probabilities.every(Number.isFinite));
  const bins = calibrationBins(
    finite.map(({ probabilities, labelIndex, classIndex }) => ({
      confidence: probabilities[classIndex] ?? NaN,
      isRight: labelIndex === classIndex,
    })),
    calibrationBinCount,
  );
  return {
    count: predictions.length,
    right,
    accuracy: right / predictions.length,
    interval: wilsonInterval(right, predictions.length),
    loss: mean(predictions.map(({ loss }) => loss)),
    matrix,
    rates: ratesByClass(matrix),
    bins,
    calibrationError: expectedCalibrationError(bins),
    curves: classes === 2 ? curvesOf(finite) : null,
  };
}

function curvesOf(predictions: readonly Evaluated[]): ThresholdCurves {
  const points = thresholdCurve(
    predictions.map(({ probabilities, labelIndex }) => ({ probability: probabilities[1] ?? NaN, isPositive: labelIndex === 1 })),
  );
  return { points, areaUnderRoc: areaUnderRoc(points), averagePrecision: averagePrecision(points) };
}

/** Most wrong: the highest loss first. Least sure, surest: by the probability of what was predicted. */
export type PictureOrder = 'most-wrong' | 'least-sure' | 'surest';

/** The predictions in an order; equal ones stay as they were, what is no number comes first. */
export function orderPredictions<T extends Evaluated>(predictions: readonly T[], order: PictureOrder): T[] {
  const keyOf = ({ loss, probabilities, classIndex }: T): number => {
    const key = order === 'most-wrong' ? -loss : (probabilities[classIndex] ?? NaN) * (order === 'surest' ? -1 : 1);
    return Number.isNaN(key) ? -Infinity : key;
  };
  return predictions
    .map((prediction, at) => ({ prediction, key: keyOf(prediction), at }))
    .sort((a, b) => (a.key === b.key ? a.at - b.at : a.key - b.key))
    .map(({ prediction }) => prediction);
}
