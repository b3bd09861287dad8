/** What of a prediction the counts need: the ground truth and what was predicted, class indices. */
export interface Judged {
  readonly labelIndex: number;
  readonly classIndex: number;
}

/** `counts[label][predicted]`: how many pictures of a class were predicted as which. */
export type ConfusionMatrix = readonly (readonly number[])[];

/** Throws RangeError for an index outside the classes. */
export function confusionMatrix(predictions: readonly Judged[], classes: number): ConfusionMatrix {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (const { labelIndex, classIndex } of predictions) {
    const row = counts[labelIndex];
    const count = row?.[classIndex];
    if (row === undefined || count === undefined)
      throw new RangeError(`label ${labelIndex}, predicted ${classIndex}, of ${classes} classes`);
    row[classIndex] = count + 1;
  }
  return counts;
}

/** Each row over its sum: of the pictures of a class, the share predicted as each; NaN where a class has no picture. */
export function rowShares(matrix: ConfusionMatrix): number[][] {
  return matrix.map((row) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count) => count / total);
  });
}

/** One class against the others. A share of nothing is NaN: nobody was predicted as the class, or it has no picture. */
export interface ClassRates {
  /** Of what was predicted as this class, the share that is. */
  readonly precision: number;
  /** Of the class's pictures, the share that was found. */
  readonly recall: number;
  /** Harmonic mean of both: 2 right / (pictures + predicted). */
  readonly f1: number;
  /** Pictures of the class. */
  readonly support: number;
}

export function ratesByClass(matrix: ConfusionMatrix): ClassRates[] {
  return matrix.map((row, index) => {
    const right = row[index] ?? 0;
    const support = row.reduce((sum, count) => sum + count, 0);
    const predicted = matrix.reduce((sum, other) => sum + (other[index] ?? 0), 0);
    return { precision: right / predicted, recall: right / support, f1: (2 * right) / (support + predicted), support };
  });
}
