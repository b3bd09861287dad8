import type { Split } from './dataset';
import type { Likeness } from './evaluation/likeness';
import type { RunConfig } from './run-config';

/** One optimizer update. */
export interface StepRecord {
  /** 0-based. */
  readonly epoch: number;
  /** 0-based within the epoch (the note's minibatch). */
  readonly step: number;
  readonly batchSize: number;
  /** Mean cross-entropy over this batch, before the update. */
  readonly trainLoss: number;
  /** Share of this batch predicted right, before the update. */
  readonly trainAccuracy: number;
  /** As the note prints: sum of the batch means so far in this epoch (float32) over the samples seen. */
  readonly noteLoss: number;
  /** As the note prints: right so far in this epoch over the samples seen. */
  readonly noteAccuracy: number;
}

/** One pass over the training samples, and the validation after it. */
export interface EpochRecord {
  readonly epoch: number;
  /** Mean cross-entropy per sample over the epoch's steps. */
  readonly trainLoss: number;
  readonly trainAccuracy: number;
  /** Mean cross-entropy per validation sample. */
  readonly valLoss: number;
  readonly valAccuracy: number;
  /** As the note prints: sum of the validation batch means over the samples. */
  readonly noteValLoss: number;
  readonly seconds: number;
}

export interface History {
  readonly steps: readonly StepRecord[];
  readonly epochs: readonly EpochRecord[];
}

export const emptyHistory: History = { steps: [], epochs: [] };

/** Logits are the head's raw outputs; probabilities their softmax; classIndex their argmax. */
export interface Prediction {
  readonly classIndex: number;
  readonly className: string;
  readonly logits: readonly number[];
  readonly probabilities: readonly number[];
  /** Decoding excluded, compute only. */
  readonly milliseconds: number;
  /** How alike the picture is to those that the head learnt from; absent until these are ready to be compared with. */
  readonly likeness?: Likeness;
}

export interface SamplePrediction extends Prediction {
  readonly sampleId: string;
  readonly split: Split;
  /** Ground truth. */
  readonly labelIndex: number;
  /** Cross-entropy of this sample. */
  readonly loss: number;
}

export interface StageSeconds {
  readonly weights: number;
  readonly features: number;
  readonly train: number;
  readonly total: number;
}

/** A finished (or stopped) run: what the page shows, what the project keeps, what the demo prints. */
export interface RunRecord {
  readonly id: string;
  readonly number: number;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly config: RunConfig;
  readonly classNames: readonly string[];
  readonly counts: Readonly<Record<Split, number>>;
  readonly device: 'webgpu' | 'cpu';
  readonly adapter: string | null;
  readonly threads: number;
  /** The arithmetic in force, such as `tfjs-wasm-simd float32`. */
  readonly computePlan: string;
  readonly history: History;
  readonly log: readonly string[];
  readonly seconds: StageSeconds;
  /** Whether the person stopped it before its last epoch. */
  readonly stoppedEarly: boolean;
  /** Accuracy on the untouched test split, where the folders have one. */
  readonly testAccuracy: number | null;
  /** What chose the epoch whose weights the head (and backbone) has; null when it is simply the last. */
  readonly chosenBy: 'validation' | null;
  /** That epoch, 0-based, where validation chose it. Its valAccuracy is a chosen one, so a little too good. */
  readonly bestEpoch: number | null;
  /** SHA-256 of the head and the trained tensors, see engine/weights-hash; null in records made before it was. */
  readonly weightsHash: string | null;
}

/** The epoch whose weights the run kept. */
export function keptEpoch({ bestEpoch, history }: Pick<RunRecord, 'bestEpoch' | 'history'>): EpochRecord | null {
  const kept = bestEpoch === null ? history.epochs.at(-1) : history.epochs.find(({ epoch }) => epoch === bestEpoch);
  return kept ?? null;
}
