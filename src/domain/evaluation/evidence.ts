import { featureCount } from '../vgg16';

/** Cells of VGG-16's last map, 7 x 7. */
export const evidenceSide = 7;
export const evidenceCells = evidenceSide * evidenceSide;
const channels = featureCount / evidenceCells;

/** What each part of a picture adds to one class's logit. */
export interface Evidence {
  /** 49 cells, row by row from the top left, float64: contributions to the logit. */
  readonly cells: readonly number[];
  readonly bias: number;
  /** The bias and the cells together: the head's logit but for rounding. */
  readonly logit: number;
}

/**
 * A linear head explained exactly: its logit is the bias plus, for each cell, the sum over channels of feature times weight; with a head
 * that scales features to one norm each part is divided by the picture's own norm. `features` and `weights` are `[25088]` in PyTorch's
 * CHW order, unscaled; `featureNorm` is the norm that the head scales to, or null. Features that are all zero leave the bias.
 */
export function evidenceOf(
  features: ArrayLike<number>,
  weights: ArrayLike<number>,
  bias: number,
  featureNorm: number | null,
): Evidence {
  if (features.length !== featureCount || weights.length !== featureCount)
    throw new RangeError(`${features.length} features and ${weights.length} weights instead of ${featureCount}`);
  const cells = new Array<number>(evidenceCells).fill(0);
  let squares = 0;
  for (let channel = 0; channel < channels; channel++)
    for (let cell = 0; cell < evidenceCells; cell++) {
      const at = channel * evidenceCells + cell;
      const feature = features[at] ?? 0;
      if (feature === 0) continue;
      squares += feature * feature;
      cells[cell] = (cells[cell] ?? 0) + feature * (weights[at] ?? 0);
    }
  const scale = featureNorm === null ? 1 : squares === 0 ? 0 : featureNorm / Math.sqrt(squares);
  const scaled = cells.map((value) => value * scale);
  return { cells: scaled, bias, logit: scaled.reduce((sum, value) => sum + value, bias) };
}

/** What speaks for the first class and against the second: the difference of both, cell by cell. */
export function evidenceBetween(first: Evidence, second: Evidence): Evidence {
  return {
    cells: first.cells.map((value, cell) => value - (second.cells[cell] ?? 0)),
    bias: first.bias - second.bias,
    logit: first.logit - second.logit,
  };
}

/** The sum as it is shown: three numbers that add up to the last digit, and whether the unrounded ones do. */
export interface ShownSum {
  readonly bias: string;
  readonly cells: string;
  readonly logit: string;
  /** Bias and cells differ from the logit by less than half of the last digit. */
  readonly holds: boolean;
}

/**
 * Bias and cells beside the logit that the head gave, with `digits` decimals. Rounded each by itself, three numbers may miss by one in
 * the last digit; where the sum holds that one is put on the cells.
 */
export function showSum({ bias, cells }: Evidence, logit: number, digits: number): ShownSum {
  const unit = 10 ** -digits;
  const sum = cells.reduce((total, cell) => total + cell, 0);
  const holds = Math.abs(bias + sum - logit) < unit / 2;
  const rounded = Math.round(logit / unit) - Math.round(bias / unit);
  return {
    bias: bias.toFixed(digits),
    cells: (holds ? rounded * unit : sum).toFixed(digits),
    logit: logit.toFixed(digits),
    holds,
  };
}
