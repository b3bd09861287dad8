import type { History } from '../../domain/history';

export type Metric = 'loss' | 'accuracy';

/**
 * What a chart plots and its table lists: one row for each position on the x axis.
 * A position is the number of optimizer updates made before the measurement: the step's own index for a training batch
 * (measured before its update), and the number of steps up to an epoch's end for its validation.
 */
export interface ChartColumns {
  readonly metric: Metric;
  /** Ascending, no gaps in a whole history. */
  readonly steps: readonly number[];
  /** Mean over one batch; null where there was no step or the value is not finite. */
  readonly train: readonly (number | null)[];
  /** Moving average of `train`; all null in a short history. */
  readonly smoothed: readonly (number | null)[];
  /** Over all validation samples, at the end of each epoch. */
  readonly validation: readonly (number | null)[];
}

/** Weight of the past in the moving average. */
const memory = 0.9;
/** Fewer steps than this need no smoothing. */
const fewSteps = 20;

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** Exponential moving average, corrected for its start (as Adam corrects its moments), so that it begins at the first value. */
export function smooth(values: readonly (number | null)[]): (number | null)[] {
  let sum = 0;
  let weight = 0;
  return values.map((value) => {
    if (value === null) return null;
    sum = memory * sum + (1 - memory) * value;
    weight = memory * weight + (1 - memory);
    return sum / weight;
  });
}

export function createChartColumns(history: History, metric: Metric): ChartColumns {
  const batches = history.steps.map((record) => finite(metric === 'loss' ? record.trainLoss : record.trainAccuracy));
  const averages = batches.length < fewSteps ? batches.map(() => null) : smooth(batches);
  const steps = batches.map((_, index) => index);
  const validation: (number | null)[] = batches.map(() => null);
  let end = 0;
  for (const epoch of history.epochs) {
    while (end < history.steps.length && (history.steps[end]?.epoch ?? Infinity) <= epoch.epoch) end += 1;
    validation[end] = finite(metric === 'loss' ? epoch.valLoss : epoch.valAccuracy);
  }
  // The last epoch's validation comes after the last step.
  if (validation.length > steps.length) steps.push(steps.length);
  const padded = (values: readonly (number | null)[]) => steps.map((_, index) => values[index] ?? null);
  return { metric, steps, train: padded(batches), smoothed: padded(averages), validation: padded(validation) };
}

export type PlottedColumns = [number[], (number | null)[], (number | null)[], (number | null)[]];

/** As uPlot wants them. A logarithmic axis has no place for 0 and below; those are left out of the drawing, not of the table. */
export function toPlotted(columns: ChartColumns, logarithmic: boolean): PlottedColumns {
  const drawable = (value: number | null) => (logarithmic && value !== null && value <= 0 ? null : value);
  return [[...columns.steps], columns.train.map(drawable), columns.smoothed.map(drawable), columns.validation.map(drawable)];
}

export interface ChartRow {
  readonly step: number;
  readonly train: number | null;
  readonly smoothed: number | null;
  readonly validation: number | null;
}

/** The rows of the table: the latest `latest` positions and every one with a validation, oldest first. */
export function createChartRows(columns: ChartColumns, latest = 200): ChartRow[] {
  const from = columns.steps.length - latest;
  return columns.steps.flatMap((step, index) => {
    const validation = columns.validation[index] ?? null;
    if (index < from && validation === null) return [];
    return [{ step, train: columns.train[index] ?? null, smoothed: columns.smoothed[index] ?? null, validation }];
  });
}
