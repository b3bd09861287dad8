import { featureCount } from '../../domain/vgg16';
import type { HeadstartError } from '../../domain/errors';
import type { EpochRecord, RunStart, StepRecord } from '../../domain/history';
import { createHeadWeights } from '../head';
import { freshOptimizerState } from '../optimizers';
import type { ModelWeights, SavedModel } from './model';
import type { RunPlan } from './run-plan';

/** The next thing to do: step `step` of epoch `epoch`; after an epoch's last step its validation. */
export interface Position {
  readonly epoch: number;
  readonly step: number;
}

/** What an epoch has added up so far. */
export interface EpochSums {
  /** Sum of the batch means, float32 as the note's code adds them. */
  readonly noteLoss: number;
  /** Sum of the samples' losses. */
  readonly loss: number;
  /** Sum of the samples' weights: as many as were seen, unless classes weigh differently. */
  readonly weight: number;
  readonly right: number;
  readonly seen: number;
  readonly seconds: number;
}

export const emptySums: EpochSums = { noteLoss: 0, loss: 0, weight: 0, right: 0, seen: 0, seconds: 0 };

/** The epoch with the lowest valLoss so far, and its weights. */
export interface BestEpoch {
  readonly epoch: number;
  readonly valLoss: number;
  readonly weights: ModelWeights;
}

/** All that the next step depends on, as plain arrays: nothing is lost with a device, and nothing on it is held while a run waits. */
export interface Checkpoint extends SavedModel {
  readonly position: Position;
  readonly sums: EpochSums;
  /** Null unless the run stops early, and before its first validation. */
  readonly best: BestEpoch | null;
}

/** What decides the numbers of a run besides its plan, as a text to compare; `label` is for people. */
export interface RunOrigin {
  readonly text: string;
  readonly label: string;
}

/** A run that is going on or waits to be continued. */
export interface RunState {
  readonly plan: RunPlan;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Of the convolutions that it stands on, see BackboneIdentity; null: those that come with the page. */
  readonly baseId: string | null;
  /** Whose weights it began with; null: a new head. */
  readonly continues: RunStart | null;
  checkpoint: Checkpoint;
  /**
   * Weights at the end of the last epoch, for a model that cannot go back by one update, where the checkpoint is of a later step: the last
   * that are known to give a finite loss. Null where the checkpoint is those.
   */
  fallback: Checkpoint | null;
  /** What it has been computed with; null before its first step. */
  origin: RunOrigin | null;
  /** What was told so far. Steps that are done again after a lost device are not told again. */
  readonly steps: StepRecord[];
  readonly epochs: EpochRecord[];
  readonly log: string[];
  readonly seconds: { features: number; train: number; evaluation: number };
  firstBatchTold: boolean;
  /** Whether it was told where a backbone is trained that the device itself cannot train. */
  elsewhereTold: boolean;
  /** `not-finite`: it cannot go on, only be finished with the last finite head. */
  deadEnd: HeadstartError | null;
}

/** What a run begins with where that is not a new head on the page's own convolutions. */
export interface RunBeginning extends Pick<RunState, 'baseId' | 'continues'> {
  /** The first weights, and where to go on; null: a new head. */
  readonly first: SavedModel | Checkpoint | null;
}

export const plainBeginning: RunBeginning = { baseId: null, continues: null, first: null };

export function createRunState(
  plan: RunPlan,
  startedAt: string,
  { baseId, continues, first }: RunBeginning = plainBeginning,
): RunState {
  return {
    plan,
    startedAt,
    baseId,
    continues,
    checkpoint: { ...firstCheckpoint(plan), ...first },
    fallback: null,
    origin: null,
    steps: [],
    epochs: [],
    log: [],
    seconds: { features: 0, train: 0, evaluation: 0 },
    firstBatchTold: false,
    elsewhereTold: false,
    deadEnd: null,
  };
}

function firstCheckpoint({ classNames, config }: RunPlan): Checkpoint {
  return {
    position: { epoch: 0, step: 0 },
    sums: emptySums,
    head: createHeadWeights(featureCount, classNames.length, config.seed),
    headBefore: null,
    optimizer: freshOptimizerState,
    backbone: null,
    best: null,
  };
}

/** As its record is called. */
export function runIdOf({ plan, startedAt }: Pick<RunState, 'plan' | 'startedAt'>): string {
  return `${startedAt} ${String(plan.number)}`;
}

/** What is needed to predict, and to say where it was. */
export function weightsOnly({ backbone, ...checkpoint }: Checkpoint): Checkpoint {
  return {
    ...checkpoint,
    headBefore: null,
    optimizer: freshOptimizerState,
    backbone:
      backbone === null || backbone.tensors.length === 0 ? null : { tensors: backbone.tensors, optimizer: freshOptimizerState },
  };
}

/** Whether nothing is left to train: every epoch is done, or validation has not improved for as many as the run waits. */
export function isTrained({ plan, checkpoint: { position, best } }: Pick<RunState, 'plan' | 'checkpoint'>): boolean {
  const { epochs, earlyStopping } = plan.config;
  if (position.epoch >= epochs) return true;
  return earlyStopping !== null && best !== null && position.step === 0 && position.epoch - 1 - best.epoch >= earlyStopping;
}

/** The weights that predict: the best epoch's where validation chooses, else the last. */
export function chosenWeights({ checkpoint: { best, head, backbone } }: Pick<RunState, 'checkpoint'>): ModelWeights {
  return best?.weights ?? { head, tensors: backbone?.tensors ?? [] };
}

/** As `chosenWeights`, for a model that only measures. */
export function chosenModel(state: Pick<RunState, 'checkpoint'>): SavedModel {
  const { head, tensors } = chosenWeights(state);
  return {
    head,
    headBefore: null,
    optimizer: freshOptimizerState,
    backbone: tensors.length === 0 ? null : { tensors, optimizer: freshOptimizerState },
  };
}
