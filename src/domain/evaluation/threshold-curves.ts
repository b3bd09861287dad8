/** A picture's probability of the class in question, and whether it is of it. */
export interface Ranked {
  readonly probability: number;
  readonly isPositive: boolean;
}

/** What a threshold makes of the pictures: those at or above it are taken for the class. */
export interface ThresholdPoint {
  /** Infinity where none is taken. */
  readonly threshold: number;
  readonly truePositives: number;
  readonly falsePositives: number;
  /** Share of the class that is taken (recall, sensitivity). NaN where the class has no picture. */
  readonly truePositiveRate: number;
  /** Share of the others that are taken. NaN where there are none. */
  readonly falsePositiveRate: number;
  /** Of those taken the share that is of the class; 1 where none is taken. */
  readonly precision: number;
}

/** One point for no picture taken and one for each distinct probability, from the highest threshold down. */
export function thresholdCurve(pictures: readonly Ranked[]): ThresholdPoint[] {
  const positives = pictures.filter(({ isPositive }) => isPositive).length;
  const negatives = pictures.length - positives;
  const point = (threshold: number, truePositives: number, falsePositives: number): ThresholdPoint => ({
    threshold,
    truePositives,
    falsePositives,
    truePositiveRate: truePositives / positives,
    falsePositiveRate: falsePositives / negatives,
    precision: truePositives + falsePositives === 0 ? 1 : truePositives / (truePositives + falsePositives),
  });
  const sorted = [...pictures].sort((a, b) => b.probability - a.probability);
  const points = [point(Infinity, 0, 0)];
  let truePositives = 0;
  let falsePositives = 0;
  sorted.forEach(({ probability, isPositive }, at) => {
    if (isPositive) truePositives += 1;
    else falsePositives += 1;
    if (sorted[at + 1]?.probability !== probability) points.push(point(probability, truePositives, falsePositives));
  });
  return points;
}

/** Area under the ROC curve by trapezoids: the chance that a picture of the class is above one of the others. NaN without both. */
export function areaUnderRoc(points: readonly ThresholdPoint[]): number {
  let area = 0;
  points.forEach(({ truePositiveRate, falsePositiveRate }, at) => {
    const before = points[at - 1];
    if (before === undefined) return;
    area += ((falsePositiveRate - before.falsePositiveRate) * (truePositiveRate + before.truePositiveRate)) / 2;
  });
  return points.length === 1 ? NaN : area;
}

/** Average precision: each threshold's precision weighted by the recall it adds, without interpolation. NaN without the class. */
export function averagePrecision(points: readonly ThresholdPoint[]): number {
  let sum = points.length === 1 ? NaN : 0;
  points.forEach(({ truePositiveRate, precision }, at) => {
    const before = points[at - 1];
    if (before !== undefined) sum += (truePositiveRate - before.truePositiveRate) * precision;
  });
  return sum;
}
