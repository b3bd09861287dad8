/** What of a prediction calibration needs. */
export interface Confident {
  /** Probability of the class that was predicted, 0 to 1. */
  readonly confidence: number;
  readonly isRight: boolean;
}

/** Predictions of like confidence. */
export interface ConfidenceBin {
  /** Confidences in (from, to]; the first bin holds 0 too. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** NaN of none. */
  readonly meanConfidence: number;
  /** NaN of none. */
  readonly accuracy: number;
}

/**
 * The calibration curve: `bins` equal parts of 0 to 1 (Guo et al. 2017, On Calibration of Modern Neural Networks, have 15).
 * Throws RangeError for a confidence outside 0 to 1.
 */
export function calibrationBins(predictions: readonly Confident[], bins: number): ConfidenceBin[] {
  const sums = Array.from({ length: bins }, () => ({ count: 0, confidence: 0, right: 0 }));
  for (const { confidence, isRight } of predictions) {
    const sum = sums[binOf(confidence, bins)];
    if (sum === undefined) throw new RangeError(`a confidence of ${confidence} in ${bins} bins`);
    sum.count += 1;
    sum.confidence += confidence;
    sum.right += isRight ? 1 : 0;
  }
  return sums.map(({ count, confidence, right }, at) => ({
    from: at / bins,
    to: (at + 1) / bins,
    count,
    meanConfidence: confidence / count,
    accuracy: right / count,
  }));
}

/** The bin whose own bounds hold the confidence: a product may be rounded across one of them. */
function binOf(confidence: number, bins: number): number {
  const near = Math.max(0, Math.ceil(confidence * bins) - 1);
  if (near > 0 && confidence <= near / bins) return near - 1;
  return confidence > (near + 1) / bins ? near + 1 : near;
}

/** Expected calibration error (Naeini et al. 2015): how far confidence and accuracy lie apart, a mean over predictions; NaN of none. */
export function expectedCalibrationError(bins: readonly ConfidenceBin[]): number {
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  return (
    bins.reduce(
      (sum, { count, meanConfidence, accuracy }) => (count === 0 ? sum : sum + count * Math.abs(meanConfidence - accuracy)),
      0,
    ) / total
  );
}
