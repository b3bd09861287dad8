import type { NamedTensor } from '../../protocol/compute-api';
import type { RunSample } from '../../protocol/engine-api';
import type { LossOptions } from '../cross-entropy';
import type { HeadWeights } from '../head';
import type { OptimizerState } from '../optimizers';
import type { FeatureSource } from './feature-source';
import type { Measured, SavedHead } from './live-head';

/** The trained convolutions with their optimizer's memory. */
export interface SavedBackbone {
  readonly tensors: readonly NamedTensor[];
  readonly optimizer: OptimizerState;
}

/** What moves in a run, as plain arrays. Of a head whose backbone moved there is no `headBefore`. */
export interface SavedModel extends SavedHead {
  /** Null where the backbone is frozen, and before it moved. */
  readonly backbone: SavedBackbone | null;
}

/** The weights that predict. */
export interface ModelWeights {
  readonly head: HeadWeights;
  readonly tensors: readonly NamedTensor[];
}

export interface BatchLesson {
  /** 0-based; chooses what chance does to the pictures, and whether the backbone learns yet. */
  readonly epoch: number;
  readonly loss: LossOptions;
  /** Weight of all samples of the update: see `logitsGradient`. */
  readonly divisor: number;
}

export interface ModelUpdate {
  readonly headRate: number;
  readonly backboneRate: number;
  /** Largest L2 norm of all gradients together; null for any. */
  readonly clip: number | null;
}

export interface BatchProgress {
  /** Told how many of the batch's pictures that were not held went through. */
  readonly onPicture: (done: number) => void;
}

/** What moves in a run, between the training loop and the device. The loop does not know which of the three ways it is. */
export interface Model {
  /** Where its pictures come from, and what they cost. */
  readonly source: Pick<FeatureSource, 'pace' | 'seconds' | 'countMissing'>;
  /** Whether training pictures pass again in every epoch, instead of being held after the first. */
  readonly repeats: boolean;
  /** By plain cross-entropy, pictures unchanged. Rejects with `cancelled` or a failure. */
  measure(batch: readonly RunSample[], progress: BatchProgress): Promise<Measured>;
  /** Measures by the training loss and adds the gradients to what was learnt; a loss that is not finite adds nothing of use. */
  learn(batch: readonly RunSample[], lesson: BatchLesson, progress: BatchProgress): Promise<Measured>;
  /** Forgets what was learnt. */
  forget(): void;
  /** One update from what was learnt. False where a gradient is not finite: then nothing has moved. */
  update(update: ModelUpdate): Promise<boolean>;
  /** Goes back by one update; false where it cannot, and the last checkpoint has to stand. */
  revert(): boolean;
  save(): Promise<SavedModel>;
  dispose(): void;
}

/** Of several parts of a batch, in their order. */
export function joinMeasured(parts: readonly Measured[]): Measured {
  const [first] = parts;
  if (parts.length === 1 && first !== undefined) return first;
  const losses = parts.flatMap((part) => part.losses);
  const weight = parts.reduce((sum, part) => sum + part.weight, 0);
  return {
    mean: Math.fround(losses.reduce((sum, loss) => sum + loss, 0) / weight),
    losses,
    weight,
    right: parts.reduce((sum, part) => sum + part.right, 0),
    probabilities: Float64Array.from(parts.flatMap((part) => [...part.probabilities])),
    logits: Float32Array.from(parts.flatMap((part) => [...part.logits])),
  };
}

/** The factor that brings gradients of a sum of squares to a norm, as torch.nn.utils.clip_grad_norm_. */
export function clipScale(squares: number, clip: number | null): number {
  return clip === null ? 1 : Math.min(1, clip / (Math.sqrt(squares) + 1e-6));
}
