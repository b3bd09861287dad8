/** Arithmetic mean; NaN of nothing. */
export function mean(values: ArrayLike<number>): number {
  return sumOf(values) / values.length;
}

function sumOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at] ?? NaN;
  return sum;
}

/** Index of the largest value, of equal ones the first; NaN is never the largest. Throws RangeError when there is none. */
export function argmax(values: ArrayLike<number>): number {
  if (values.length === 0) throw new RangeError('argmax of no values');
  let best = 0;
  let largest = -Infinity;
  for (let at = 0; at < values.length; at++) {
    const value = values[at] ?? NaN;
    if (value > largest) [best, largest] = [at, value];
  }
  return best;
}

/** Logits minus their maximum: the same softmax without overflow. */
function shifted(logits: ArrayLike<number>): number[] {
  const all = Array.from(logits);
  const largest = all.reduce((most, value) => Math.max(most, value), -Infinity);
  return all.map((value) => value - largest);
}

/** Probabilities from logits, in float64; they add up to 1. */
export function softmax(logits: ArrayLike<number>): number[] {
  const exponentials = shifted(logits).map(Math.exp);
  const total = sumOf(exponentials);
  return exponentials.map((value) => value / total);
}

/** `-ln softmax(logits)[labelIndex]`, in float64 and finite wherever the logits are. Throws RangeError for a label outside the logits. */
export function crossEntropy(logits: ArrayLike<number>, labelIndex: number): number {
  const differences = shifted(logits);
  const own = differences[labelIndex];
  if (own === undefined) throw new RangeError(`label ${String(labelIndex)} of ${String(logits.length)} logits`);
  return Math.log(sumOf(differences.map(Math.exp))) - own;
}

/** Share of predicted class indices that equal their labels; NaN of nothing. Throws RangeError for lists of unequal length. */
export function accuracy(predicted: ArrayLike<number>, labels: ArrayLike<number>): number {
  if (predicted.length !== labels.length) throw new RangeError('as many predictions as labels are needed');
  return mean(Array.from(predicted, (classIndex, at) => (classIndex === labels[at] ? 1 : 0)));
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** The normal distribution's 97.5 % quantile: 95 % lie within so many standard deviations. */
const z = 1.959963984540054;

/**
 * Wilson's (1927) 95 % interval for a share, such as an accuracy of `right` out of `total` pictures; `[0, 1]` of nothing.
 * Throws RangeError unless 0 <= right <= total.
 */
export function wilsonInterval(right: number, total: number): Interval {
  if (!(right >= 0 && right <= total)) throw new RangeError(`${String(right)} right of ${String(total)}`);
  if (total === 0) return { low: 0, high: 1 };
  const share = right / total;
  const scale = 1 + z ** 2 / total;
  const centre = (share + z ** 2 / (2 * total)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / total + z ** 2 / (4 * total ** 2));
  // At the ends the bound is exactly 0 or 1; rounding must not leave a trace beside it.
  return { low: right === 0 ? 0 : centre - half, high: right === total ? 1 : centre + half };
}
