import type { Split } from '../../domain/dataset';
import { HeadstartError } from '../../domain/errors';
import { deriveRng } from '../../domain/rng';
import { validateRunConfig, type RunConfig } from '../../domain/run-config';
import type { RunRequest, RunSample } from '../../protocol/engine-api';
import { balancedWeights, type LossOptions } from '../cross-entropy';
import type { ModelUpdate } from './model';

/** A checked request: what a run goes by from its first to its last step. */
export interface RunPlan {
  readonly number: number;
  readonly config: RunConfig;
  readonly classNames: readonly string[];
  readonly samples: Readonly<Record<Split, readonly RunSample[]>>;
  readonly stepsPerEpoch: number;
}

/** Below this a class cannot be learnt from. */
const fewestTrainSamples = 2;

/** Throws `setting-invalid`, `one-class`, `class-too-small` or `no-validation-pictures`. */
export function createRunPlan({ number, config, classNames, samples }: RunRequest): RunPlan {
  const checked = validateRunConfig(config);
  if (classNames.length < 2) throw new HeadstartError('one-class', { className: classNames[0] ?? '' });
  const stray = samples.find(({ labelIndex }) => classNames[labelIndex] === undefined);
  if (stray !== undefined) throw new HeadstartError('unexpected', { detail: `a sample has label ${String(stray.labelIndex)}` });
  const bySplit = {
    train: samples.filter(({ split }) => split === 'train'),
    val: samples.filter(({ split }) => split === 'val'),
    test: samples.filter(({ split }) => split === 'test'),
  };
  classNames.forEach((className, classIndex) => {
    const count = bySplit.train.filter(({ labelIndex }) => labelIndex === classIndex).length;
    if (count < fewestTrainSamples) throw new HeadstartError('class-too-small', { className, count });
  });
  if (bySplit.val.length === 0) throw new HeadstartError('no-validation-pictures');
  return {
    number,
    config: checked,
    classNames,
    samples: bySplit,
    stepsPerEpoch: Math.ceil(bySplit.train.length / checked.batchSize),
  };
}

/** The training samples in the order of an epoch. Each epoch has a stream of its own, so that a run can go on at any of them. */
export function orderOfEpoch({ config, samples }: RunPlan, epoch: number): RunSample[] {
  return deriveRng(config.seed, `order of epoch ${String(epoch)}`).shuffle(samples.train);
}

/** How many pictures the page shows of the first batch, as the note does. */
const shownOfFirstBatch = 4;

/** What is shown of the first batch. */
export function firstBatchOf(plan: RunPlan): RunSample[] {
  return orderOfEpoch(plan, 0).slice(0, Math.min(shownOfFirstBatch, plan.config.batchSize));
}

/** The training loss of a run. */
export function lossOf({ config, classNames, samples }: RunPlan): LossOptions {
  const labels = samples.train.map(({ labelIndex }) => labelIndex);
  return {
    smoothing: config.labelSmoothing,
    weights: config.classWeights === 'balanced' ? balancedWeights(labels, classNames.length) : null,
  };
}

/** How far along its schedule an update is; `step` is that of the update's first batch. As torch's CosineAnnealingLR, once an update. */
export function updateAt({ config, stepsPerEpoch }: RunPlan, epoch: number, step: number): ModelUpdate {
  const perEpoch = Math.ceil(stepsPerEpoch / config.accumulate);
  const done = (epoch * perEpoch + Math.floor(step / config.accumulate)) / (config.epochs * perEpoch);
  const factor = config.schedule === 'cosine' ? (1 + Math.cos(Math.PI * done)) / 2 : 1;
  return {
    headRate: config.learningRate * factor,
    backboneRate: config.backboneLearningRate * factor,
    clip: config.gradientClip,
  };
}
