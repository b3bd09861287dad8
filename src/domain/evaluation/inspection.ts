import type { Prediction, SamplePrediction } from '../history';

/** Laws: within a stage `done` never falls and `total` never changes. */
export interface InspectionProgress {
  readonly stage: 'features' | 'training' | 'predictions' | 'pooling' | 'comparing' | 'components' | 'neighbours' | 'layout';
  readonly done: number;
  readonly total: number;
  readonly secondsLeft: number | null;
}

/** Predicted by a head that never saw this picture. */
export interface FoldPrediction extends SamplePrediction {
  /** 0-based. */
  readonly fold: number;
}

/** What came of training a head once for each fold, on the pictures of the others. */
export interface CrossValidation {
  readonly folds: number;
  /** One for each training and validation picture; `split` is the one it has in the run. */
  readonly predictions: readonly FoldPrediction[];
  readonly seconds: number;
}

/** A picture's prediction with what each cell of the last map adds to each logit. */
export interface Explanation {
  readonly prediction: Prediction;
  /** By class index. */
  readonly bias: readonly number[];
  /** By class index: 49 cells, row by row from the top left. Bias and cells of a class add up to its logit. */
  readonly cells: readonly (readonly number[])[];
}

/** The same with the picture as the network saw it. */
export interface ShownExplanation extends Explanation {
  /** 224 x 224 RGB, 8 bit, row-major; covered parts included. */
  readonly pixels: Uint8Array;
}
