/** A batch's cross-entropy and what follows from it. All from logits that have been read back: they are few. */
export interface BatchLoss {
  /** Mean over the batch, float32 as PyTorch's `loss.item()`. */
  readonly mean: number;
  /** Cross-entropy of each sample. */
  readonly losses: readonly number[];
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

/** Softmax cross-entropy of `logits [n, classes]`, summed in float64. */
export function measureBatch(logits: Float32Array, labels: readonly number[], classes: number): BatchLoss {
  const probabilities = new Float64Array(logits.length);
  const losses: number[] = [];
  let right = 0;
  labels.forEach((label, row) => {
    const rowLogits = logits.subarray(row * classes, (row + 1) * classes);
    const highest = rowLogits.reduce((high, value) => Math.max(high, value), -Infinity);
    const exponentials = Array.from(rowLogits, (value) => Math.exp(value - highest));
    const sum = exponentials.reduce((total, value) => total + value, 0);
    exponentials.forEach((value, classIndex) => {
      probabilities[row * classes + classIndex] = value / sum;
    });
    losses.push(Math.log(sum) - ((rowLogits[label] ?? NaN) - highest));
    if (argmax(rowLogits) === label) right += 1;
  });
  return { mean: Math.fround(losses.reduce((sum, loss) => sum + loss, 0) / labels.length), losses, right, probabilities };
}

/** Gradient of the batch's mean loss by its logits, `[n, classes]`: (probability - one-hot label) / n. */
export function logitsGradient({ probabilities }: BatchLoss, labels: readonly number[], classes: number): Float32Array {
  return Float32Array.from(
    probabilities,
    (probability, at) => (probability - (labels[Math.floor(at / classes)] === at % classes ? 1 : 0)) / labels.length,
  );
}
