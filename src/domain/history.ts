import type { Split } from './dataset';
import type { Likeness } from './evaluation/likeness';
import type { ModelFileFormat } from './model-import';
import { unfrozenConvs, type RunConfig } from './run-config';

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

/** Of a head that was trained elsewhere, or on an earlier occasion, and came in as a file. */
export interface ImportedRun {
  readonly fileName: string;
  readonly format: ModelFileFormat;
  /** Null where the file does not say. */
  readonly trainedBy: 'headstart' | 'pytorch' | null;
  /** When it came in, ISO 8601. */
  readonly at: string;
}

/** The model whose weights a run began with. */
export interface RunStart {
  readonly runId: string;
  readonly number: number;
  /** Of all its tensors, as `ModelParts.fingerprint`: the same as in an export of it. */
  readonly fingerprint: string;
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
  /** Id of the convolutions that it stands on (see BackboneIdentity); absent: those that come with the page. */
  readonly backbone?: string;
  /** Its head came in with a file: there is no history. Absent of a run that was made here. */
  readonly imported?: ImportedRun;
  /** Absent of a run that began with a new head. */
  readonly continues?: RunStart;
}

/**
 * Whether a run has convolutions of its own, by fine-tuning here. A model that was fine-tuned before it came in has not: its convolutions
 * are the ones in force.
 */
export function hasOwnConvolutions({ config, imported }: Pick<RunRecord, 'config' | 'imported'>): boolean {
  return imported === undefined && unfrozenConvs(config) > 0;
}

/** The epoch whose weights the run kept. */
export function keptEpoch({ bestEpoch, history }: Pick<RunRecord, 'bestEpoch' | 'history'>): EpochRecord | null {
  const kept = bestEpoch === null ? history.epochs.at(-1) : history.epochs.find(({ epoch }) => epoch === bestEpoch);
  return kept ?? null;
}
