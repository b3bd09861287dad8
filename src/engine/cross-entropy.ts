/** How a training loss departs from plain cross-entropy, as `torch.nn.CrossEntropyLoss(weight, label_smoothing=…)`. */
export interface LossOptions {
  /** This share of each label is spread over all classes, 0 to below 1. */
  readonly smoothing: number;
  /** By class index: what a sample's loss counts; null counts all alike. */
  readonly weights: readonly number[] | null;
}

/** Plain cross-entropy: what validation and predictions are measured by, whatever the training loss is. */
export const plainLoss: LossOptions = { smoothing: 0, weights: null };

/** A batch's cross-entropy and what follows from it. All from logits that have been read back: they are few. */
export interface BatchLoss {
  /** Mean over the batch, by the samples' weights; float32 as PyTorch's `loss.item()`. */
  readonly mean: number;
  /** Cross-entropy of each sample, times its weight. */
  readonly losses: readonly number[];
  /** Sum of the samples' weights; their number where all count alike. */
  readonly weight: number;
  /** Samples whose largest logit is their label's. */
  readonly right: number;
  /** `[n, classes]`, row-major. */
  readonly probabilities: Float64Array;
}

/** Index of the first largest value, as torch.argmax. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let at = 1; at < values.length; at++) if ((values[at] ?? -Infinity) > (values[best] ?? -Infinity)) best = at;
  return best;
}

/** What a sample of a label aims at in each class: the factors of the negative logarithms of its probabilities. */
function targetsOf(label: number, classes: number, { smoothing, weights }: LossOptions): number[] {
  const weightOf = (classIndex: number) => (weights === null ? 1 : (weights[classIndex] ?? NaN));
  return Array.from(
    { length: classes },
    (_, classIndex) =>
      (classIndex === label ? (1 - smoothing) * weightOf(classIndex) : 0) + (smoothing / classes) * weightOf(classIndex),
  );
}

/** Sum of the labels' weights. */
export function weightOf(labels: readonly number[], { weights }: LossOptions): number {
  return weights === null ? labels.length : labels.reduce((sum, label) => sum + (weights[label] ?? NaN), 0);
}

/** Weights that let every class count alike: labels / (classes * labels of the class). Every class must occur. */
export function balancedWeights(labels: readonly number[], classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  return counts.map((count) => labels.length / (classes * count));
}

/** Softmax cross-entropy of `logits [n, classes]`, summed in float64. */
export function measureBatch(
  logits: Float32Array,
  labels: readonly number[],
  classes: number,
  options: LossOptions = plainLoss,
): BatchLoss {
  const probabilities = new Float64Array(logits.length);
  const losses: number[] = [];
  let right = 0;
  labels.forEach((label, row) => {
    const rowLogits = logits.subarray(row * classes, (row + 1) * classes);
    const highest = rowLogits.reduce((high, value) => Math.max(high, value), -Infinity);
    const exponentials = Array.from(rowLogits, (value) => Math.exp(value - highest));
    const sum = exponentials.reduce((total, value) => total + value, 0);
    const logarithm = Math.log(sum);
    exponentials.forEach((value, classIndex) => {
      probabilities[row * classes + classIndex] = value / sum;
    });
    losses.push(
      targetsOf(label, classes, options).reduce(
        (loss, target, classIndex) =>
          target === 0 ? loss : loss + target * (logarithm - ((rowLogits[classIndex] ?? NaN) - highest)),
        0,
      ),
    );
    if (argmax(rowLogits) === label) right += 1;
  });
  const weight = weightOf(labels, options);
  return { mean: Math.fround(losses.reduce((sum, loss) => sum + loss, 0) / weight), losses, weight, right, probabilities };
}

/**
 * Gradient of the loss by the logits, `[n, classes]`. The loss is the samples' sum over `divisor`: the batch's own weight gives the
 * gradient of its mean, that of several batches their share in the mean of all.
 */
export function logitsGradient(
  { probabilities, weight }: BatchLoss,
  labels: readonly number[],
  classes: number,
  options: LossOptions = plainLoss,
  divisor: number = weight,
): Float32Array {
  const gradient = new Float32Array(probabilities.length);
  labels.forEach((label, row) => {
    const targets = targetsOf(label, classes, options);
    const sum = targets.reduce((total, target) => total + target, 0);
    targets.forEach((target, classIndex) => {
      const at = row * classes + classIndex;
      gradient[at] = ((probabilities[at] ?? NaN) * sum - target) / divisor;
    });
  });
  return gradient;
}
