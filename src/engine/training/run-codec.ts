import * as v from 'valibot';
import type { Split } from '../../domain/dataset';
import { featureCount } from '../../domain/vgg16';
import { runStartSchema } from '../../domain/project';
import type { EpochRecord, StepRecord } from '../../domain/history';
import type { NamedTensor } from '../../protocol/compute-api';
import type { RunSample } from '../../protocol/engine-api';
import type { RunParts } from '../../storage/run-file';
import type { HeadWeights } from '../head';
import type { OptimizerState } from '../optimizers';
import { tensorLengths } from '../trained-tensors';
import { ArrayReader, ArrayWriter } from './array-table';
import type { ModelWeights } from './model';
import { createRunPlan, type RunPlan } from './run-plan';
import { createRunState, emptySums, weightsOnly, type Checkpoint, type EpochSums, type RunState } from './run-state';

const splits: readonly Split[] = ['train', 'val', 'test'];
const sumFields = ['noteLoss', 'loss', 'weight', 'right', 'seen', 'seconds'] as const satisfies readonly (keyof EpochSums)[];
const stepFields = [
  'epoch',
  'step',
  'batchSize',
  'trainLoss',
  'trainAccuracy',
  'noteLoss',
  'noteAccuracy',
] as const satisfies readonly (keyof StepRecord)[];
const epochFields = [
  'epoch',
  'trainLoss',
  'trainAccuracy',
  'valLoss',
  'valAccuracy',
  'noteValLoss',
  'seconds',
] as const satisfies readonly (keyof EpochRecord)[];

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const head = v.object({ weight: count, bias: count });
const tensors = v.array(v.object({ name: v.string(), values: count }));
const weights = v.object({ head, tensors });
const optimizer = v.object({ updates: count, moments: v.array(v.array(count)) });

/** Numbers are places in the file's arrays, but for `number`, `epoch`, `step` and `updates`. */
const headSchema = v.object({
  savedAt: v.string(),
  startedAt: v.string(),
  number: count,
  config: v.unknown(),
  classNames: v.array(v.string()),
  /** Absent in a run that was kept before there were others than the page's own. */
  baseId: v.optional(v.nullable(v.string()), null),
  continues: v.optional(v.nullable(runStartSchema), null),
  origin: v.nullable(v.object({ text: v.string(), label: v.string() })),
  ids: count,
  groups: count,
  labels: count,
  splits: count,
  steps: count,
  epochs: count,
  log: count,
  /** Sums of the epoch, the run's seconds (features, train, evaluation), and the best valLoss. */
  numbers: count,
  firstBatchTold: v.boolean(),
  elsewhereTold: v.boolean(),
  position: v.object({ epoch: count, step: count }),
  head,
  headBefore: v.nullable(head),
  optimizer,
  backbone: v.nullable(v.object({ tensors, optimizer })),
  best: v.nullable(v.object({ epoch: count, weights })),
  fallback: v.nullable(v.object({ epoch: count, weights })),
});

type Head = v.InferOutput<typeof headSchema>;

/** All that a run needs to go on where it stands, bit for bit. Chance is in it by its seed: every stream derives from it by name and epoch. */
export function encodeRun(state: RunState, savedAt: string): RunParts {
  const { plan, checkpoint, seconds } = state;
  const writer = new ArrayWriter();
  const samples = splits.flatMap((split) => plan.samples[split]);
  const addHead = ({ weight, bias }: HeadWeights) => ({ weight: writer.add(weight), bias: writer.add(bias) });
  const addTensors = (all: readonly NamedTensor[]) => all.map(({ name, values }) => ({ name, values: writer.add(values) }));
  const addWeights = (own: ModelWeights) => ({ head: addHead(own.head), tensors: addTensors(own.tensors) });
  const addOptimizer = ({ updates, moments }: OptimizerState) => ({
    updates,
    moments: moments.map((own) => own.map((values) => writer.add(values))),
  });
  const { position, sums, headBefore, backbone, best } = checkpoint;
  const told: Head = {
    savedAt,
    startedAt: state.startedAt,
    number: plan.number,
    config: plan.config,
    classNames: [...plan.classNames],
    baseId: state.baseId,
    continues: state.continues,
    origin: state.origin,
    ids: writer.addTexts(samples.map(({ id }) => id)),
    // No group is called by the empty text.
    groups: writer.addTexts(samples.map(({ group }) => group ?? '')),
    labels: writer.add(Uint32Array.from(samples, ({ labelIndex }) => labelIndex)),
    splits: writer.add(Uint32Array.from(samples, ({ split }) => splits.indexOf(split))),
    steps: writer.addNumbers(state.steps.flatMap((record) => stepFields.map((field) => record[field]))),
    epochs: writer.addNumbers(state.epochs.flatMap((record) => epochFields.map((field) => record[field]))),
    log: writer.addTexts(state.log),
    numbers: writer.addNumbers([
      ...sumFields.map((field) => sums[field]),
      seconds.features,
      seconds.train,
      seconds.evaluation,
      best?.valLoss ?? 0,
    ]),
    firstBatchTold: state.firstBatchTold,
    elsewhereTold: state.elsewhereTold,
    position,
    head: addHead(checkpoint.head),
    headBefore: headBefore === null ? null : addHead(headBefore),
    optimizer: addOptimizer(checkpoint.optimizer),
    backbone: backbone === null ? null : { tensors: addTensors(backbone.tensors), optimizer: addOptimizer(backbone.optimizer) },
    best: best === null ? null : { epoch: best.epoch, weights: addWeights(best.weights) },
    fallback:
      state.fallback === null
        ? null
        : {
            epoch: state.fallback.position.epoch,
            weights: addWeights({ head: state.fallback.head, tensors: state.fallback.backbone?.tensors ?? [] }),
          },
  };
  return { head: told, arrays: writer.arrays };
}

/** The run and when it was kept; null where the parts do not belong to a run of this build. */
export function decodeRun(parts: RunParts): { readonly state: RunState; readonly savedAt: string } | null {
  const told = v.safeParse(headSchema, parts.head);
  if (!told.success) return null;
  try {
    return { state: readState(told.output, new ArrayReader(parts.arrays)), savedAt: told.output.savedAt };
  } catch {
    return null; // settings or lengths that this build does not know
  }
}

function readState(told: Head, reader: ArrayReader): RunState {
  const plan = readPlan(told, reader);
  const classes = plan.classNames.length;
  const readHead = ({ weight, bias }: Head['head']): HeadWeights => ({
    weight: reader.floats(weight, classes * featureCount),
    bias: reader.floats(bias, classes),
  });
  const readTensors = (all: v.InferOutput<typeof tensors>) =>
    all.map(({ name, values }): NamedTensor => ({ name, values: reader.floats(values, tensorLengths.get(name) ?? -1) }));
  const numbers = reader.numbers(told.numbers);
  if (numbers.length !== sumFields.length + 4) throw new RangeError('not the numbers of a run');
  const at = (index: number) => numbers[index] ?? NaN;
  const [features, train, evaluation, valLoss] = [0, 1, 2, 3].map((index) => at(sumFields.length + index));
  const readOptimizer = ({ updates, moments }: Head['optimizer'], lengths: readonly number[]): OptimizerState => ({
    updates,
    moments: moments.map((own, index) => own.map((values) => reader.floats(values, lengths[index] ?? -1))),
  });
  const { backbone, best, fallback, position } = told;
  const trained = backbone === null ? [] : readTensors(backbone.tensors);
  const checkpoint: Checkpoint = {
    position,
    sums: Object.fromEntries(sumFields.map((field, index) => [field, at(index)])) as Record<keyof EpochSums, number>,
    head: readHead(told.head),
    headBefore: told.headBefore === null ? null : readHead(told.headBefore),
    optimizer: readOptimizer(told.optimizer, [classes * featureCount, classes]),
    backbone:
      backbone === null
        ? null
        : {
            tensors: trained,
            optimizer: readOptimizer(
              backbone.optimizer,
              trained.map(({ values }) => values.length),
            ),
          },
    best:
      best === null
        ? null
        : {
            epoch: best.epoch,
            valLoss: valLoss ?? NaN,
            weights: { head: readHead(best.weights.head), tensors: readTensors(best.weights.tensors) },
          },
  };
  const { baseId, continues } = told;
  const state = createRunState(plan, told.startedAt, { baseId, continues, first: checkpoint });
  state.fallback =
    fallback === null
      ? null
      : weightsOnly({
          ...checkpoint,
          position: { epoch: fallback.epoch, step: 0 },
          sums: emptySums,
          head: readHead(fallback.weights.head),
          backbone: { tensors: readTensors(fallback.weights.tensors), optimizer: checkpoint.optimizer },
        });
  state.steps.push(...readRecords(reader, told.steps, stepFields));
  state.epochs.push(...readRecords(reader, told.epochs, epochFields));
  state.log.push(...reader.texts(told.log));
  Object.assign(state.seconds, { features, train, evaluation });
  state.origin = told.origin;
  state.firstBatchTold = told.firstBatchTold;
  state.elsewhereTold = told.elsewhereTold;
  return state;
}

function readRecords<Field extends string>(reader: ArrayReader, at: number, fields: readonly Field[]): Record<Field, number>[] {
  return reader
    .rows(at, fields.length)
    .map((row) => Object.fromEntries(fields.map((field, index) => [field, row[index] ?? NaN])) as Record<Field, number>);
}

function readPlan(told: Head, reader: ArrayReader): RunPlan {
  const [ids, groups] = [reader.texts(told.ids), reader.texts(told.groups)];
  const [labels, places] = [reader.counts(told.labels), reader.counts(told.splits)];
  if ([groups, labels, places].some(({ length }) => length !== ids.length)) throw new RangeError('samples are cut');
  const samples = ids.map((id, at): RunSample => {
    const split = splits[places[at] ?? -1];
    if (split === undefined) throw new RangeError('no such split');
    const group = groups[at] ?? '';
    return { id, labelIndex: labels[at] ?? -1, split, ...(group === '' ? {} : { group }) };
  });
  // Checks settings and samples again, as for a new run.
  const plan = createRunPlan({
    number: told.number,
    config: told.config as RunPlan['config'],
    classNames: told.classNames,
    samples,
  });
  const { epoch, step } = told.position;
  if (epoch > plan.config.epochs || step > plan.stepsPerEpoch) throw new RangeError('beyond the end');
  return plan;
}
