import { argmax } from '../metrics';

/** Out-of-fold: predicted by a head that never saw this picture. */
export interface OutOfFold {
  /** The label as given. */
  readonly labelIndex: number;
  /** Over all classes; sum 1. */
  readonly probabilities: readonly number[];
}

export interface LabelSuspicion {
  /** Position in the list that was given. */
  readonly at: number;
  /** The most probable class other than the label. */
  readonly suggestedIndex: number;
  /** Probability of the label minus that of the suggestion, -1 to 1: the lower, the likelier an error. */
  readonly margin: number;
  /** Whether confident learning counts it as an error: see `rankLabelErrors`. */
  readonly isLikely: boolean;
}

/**
 * All pictures, the likeliest label errors first. Confident learning (Northcutt et al. 2021): a class's threshold is the mean probability
 * of that class over the pictures labelled so; a picture counts as likely wrong where the most probable class among those whose threshold
 * it reaches is not its label. Order: by margin, the method that paper calls normalized margin.
 */
export function rankLabelErrors(predictions: readonly OutOfFold[], classes: number): LabelSuspicion[] {
  const thresholds = classThresholds(predictions, classes);
  return predictions
    .map(({ labelIndex, probabilities }, at) => {
      const others = probabilities.map((probability, index) => (index === labelIndex ? -1 : probability));
      const suggestedIndex = argmax(others);
      const reached = probabilities.map((probability, index) =>
        probability >= (thresholds[index] ?? Infinity) ? probability : -1,
      );
      const confident = argmax(reached);
      return {
        at,
        suggestedIndex,
        margin: (probabilities[labelIndex] ?? NaN) - (probabilities[suggestedIndex] ?? NaN),
        isLikely: (reached[confident] ?? -1) >= 0 && confident !== labelIndex,
      };
    })
    .sort((a, b) => a.margin - b.margin || a.at - b.at);
}

/** Mean probability of each class over the pictures labelled so; Infinity where there are none. */
function classThresholds(predictions: readonly OutOfFold[], classes: number): number[] {
  const sums = Array.from({ length: classes }, () => ({ sum: 0, count: 0 }));
  for (const { labelIndex, probabilities } of predictions) {
    const own = sums[labelIndex];
    if (own === undefined) throw new RangeError(`label ${labelIndex} of ${classes} classes`);
    own.sum += probabilities[labelIndex] ?? NaN;
    own.count += 1;
  }
  return sums.map(({ sum, count }) => (count === 0 ? Infinity : sum / count));
}
