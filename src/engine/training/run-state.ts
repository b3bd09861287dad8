import { featureCount } from '../../domain/vgg16';
import type { HeadstartError } from '../../domain/errors';
import type { EpochRecord, StepRecord } from '../../domain/history';
import { createHeadWeights, type HeadWeights } from '../head';
import { freshOptimizerState, type OptimizerState } from '../optimizers';
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
  readonly right: number;
  readonly seen: number;
  readonly seconds: number;
}

export const emptySums: EpochSums = { noteLoss: 0, loss: 0, right: 0, seen: 0, seconds: 0 };

/** All that the next step depends on, as plain arrays: nothing is lost with a device, and nothing on it is held while a run waits. */
export interface Checkpoint {
  readonly position: Position;
  readonly sums: EpochSums;
  readonly head: HeadWeights;
  /** One update earlier: the last weights that are known to give a finite loss. Null before the first update. */
  readonly headBefore: HeadWeights | null;
  readonly optimizer: OptimizerState;
}

/** A run that is going on or waits to be continued. */
export interface RunState {
  readonly plan: RunPlan;
  /** ISO 8601. */
  readonly startedAt: string;
  checkpoint: Checkpoint;
  /** What was told so far. Steps that are done again after a lost device are not told again. */
  readonly steps: StepRecord[];
  readonly epochs: EpochRecord[];
  readonly log: string[];
  readonly seconds: { features: number; train: number; evaluation: number };
  firstBatchTold: boolean;
  /** `not-finite`: it cannot go on, only be finished with the last finite head. */
  deadEnd: HeadstartError | null;
}

export function createRunState(plan: RunPlan, startedAt: string): RunState {
  return {
    plan,
    startedAt,
    checkpoint: {
      position: { epoch: 0, step: 0 },
      sums: emptySums,
      head: createHeadWeights(featureCount, plan.classNames.length, plan.config.seed),
      headBefore: null,
      optimizer: freshOptimizerState,
    },
    steps: [],
    epochs: [],
    log: [],
    seconds: { features: 0, train: 0, evaluation: 0 },
    firstBatchTold: false,
    deadEnd: null,
  };
}
