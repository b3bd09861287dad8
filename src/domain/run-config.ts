import * as v from 'valibot';
import { fits, type Fit } from './dataset';
import { HeadstartError } from './errors';
import { convLayers, convsPerBlock } from './vgg16';

/** The three ways of transfer learning that the note names. */
export type Way = 'features' | 'frozen' | 'fine-tune';
export type Preset = 'note' | 'recommended' | 'custom';
export type Optimizer = 'adam' | 'adamw' | 'sgd';
export type Schedule = 'constant' | 'cosine';
export type ClassWeights = 'none' | 'balanced';
/** Which convolutions train: none, the last block's three, all thirteen, or the last so many. */
export type Unfreeze = 'none' | 'block5' | 'all' | number;

/** What chance may do to a training picture, anew in every epoch. Zero (or false) leaves that part out. */
export interface Augmentation {
  /** Mirrored left to right, half of the time. */
  readonly flip: boolean;
  /** Up to this share of the picture's side is cut away, the rest scaled up; 0 to 0.5. */
  readonly crop: number;
  /** Brightness, contrast and saturation each by a factor from 1 - this to 1 + this; 0 to 0.5. */
  readonly colour: number;
  /** Turned by up to so many degrees either way; 0 to 30. */
  readonly rotation: number;
  /** Probability that one rectangle is covered; 0 to 0.5. */
  readonly erase: number;
}

/**
 * Everything that decides a run, besides the pictures. A setting that the way does not use is kept, so that it is there again when the
 * way is chosen again, and has no effect: `backboneLearningRate`, `headWarmupEpochs` and `unfreeze` count for `fine-tune` only (see
 * `unfrozenConvs`), `augmentation` for `frozen` and `fine-tune` (see `augmentationOf`). All others count for every way.
 */
export interface RunConfig {
  readonly preset: Preset;
  readonly way: Way;
  readonly fit: Fit;
  /** Each sample's features are scaled to this L2 norm before the head; null leaves them as they are. */
  readonly featureNorm: number | null;
  readonly optimizer: Optimizer;
  readonly learningRate: number;
  /** adam, sgd: L2 added to the gradient as PyTorch does; adamw: decoupled. */
  readonly weightDecay: number;
  /** sgd only. */
  readonly momentum: number;
  readonly batchSize: number;
  readonly epochs: number;
  /** Decides split, limit, initial weights and order. */
  readonly seed: number;
  /** Share of pictures without a folder split that go to validation, 0 to 1. */
  readonly valFraction: number;
  /** At most so many pictures a class in train and val together, test shrinking in proportion (see split.ts); null uses all. */
  readonly limitPerClass: number | null;
  /** Every so many minibatches a line of the log; the note prints every fifth. */
  readonly logEvery: number;
  /** fine-tune only; there at least one convolution must train. */
  readonly unfreeze: Unfreeze;
  /** fine-tune only: of the convolutions; `learningRate` is the head's. */
  readonly backboneLearningRate: number;
  /** fine-tune only: so many epochs train the head alone first. Fewer than `epochs`. */
  readonly headWarmupEpochs: number;
  /** Gradients of an update are scaled so that their common L2 norm is at most this; null leaves them as they are. */
  readonly gradientClip: number | null;
  /** Batches whose gradients are averaged for one update; 1 updates after each. */
  readonly accumulate: number;
  /** cosine: each learning rate falls along half a cosine, from its value to zero at the last update. */
  readonly schedule: Schedule;
  /** Ends the run after so many epochs without a lower valLoss and restores the best epoch's weights; null runs all epochs, keeps the last. */
  readonly earlyStopping: number | null;
  /** This share of each label is spread over all classes, as PyTorch's CrossEntropyLoss does; 0 to 0.3. */
  readonly labelSmoothing: number;
  /** balanced: each sample's loss counts by pictures / (classes * pictures of its class) in train. */
  readonly classWeights: ClassWeights;
  /** frozen and fine-tune only; null trains on the pictures as they are. */
  readonly augmentation: Augmentation | null;
}

/**
 * The settings that came with fine-tuning, as they are in a project saved before: those that count for every way change nothing, those
 * of fine-tuning are ready for it.
 */
export const settingsBeforeFineTuning = {
  unfreeze: 'block5',
  backboneLearningRate: 0.0001,
  headWarmupEpochs: 1,
  gradientClip: null,
  accumulate: 1,
  schedule: 'constant',
  earlyStopping: null,
  labelSmoothing: 0,
  classWeights: 'none',
  augmentation: null,
} as const satisfies Partial<RunConfig>;

/** What augmentation does when it is switched on: mild, and sound for nearly every kind of picture. */
export const usualAugmentation: Augmentation = { flip: true, crop: 0.2, colour: 0.2, rotation: 10, erase: 0.25 };

/** How many of the last convolutions train, 0 to 13: none unless the way is `fine-tune`. */
export function unfrozenConvs({ way, unfreeze }: Pick<RunConfig, 'way' | 'unfreeze'>): number {
  return way === 'fine-tune' ? convsOf(unfreeze) : 0;
}

function convsOf(unfreeze: Unfreeze): number {
  if (unfreeze === 'none') return 0;
  if (unfreeze === 'all') return convLayers.length;
  return unfreeze === 'block5' ? (convsPerBlock.at(-1) ?? 0) : unfreeze;
}

/** The augmentation in force: none for `features`, whose pictures meet the backbone once. */
export function augmentationOf({ way, augmentation }: Pick<RunConfig, 'way' | 'augmentation'>): Augmentation | null {
  return way === 'features' ? null : augmentation;
}

/** What each setting is called on the page and in messages. */
export const settingNames: Readonly<Record<keyof RunConfig, string>> = {
  preset: 'Preset',
  way: 'Way of transfer',
  fit: 'Picture fit',
  featureNorm: 'Feature norm',
  optimizer: 'Optimizer',
  learningRate: 'Learning rate',
  weightDecay: 'Weight decay',
  momentum: 'Momentum',
  batchSize: 'Batch size',
  epochs: 'Epochs',
  seed: 'Seed',
  valFraction: 'Validation share',
  limitPerClass: 'Limit per class',
  logEvery: 'Log every',
  unfreeze: 'Unfreeze',
  backboneLearningRate: 'Backbone learning rate',
  headWarmupEpochs: 'Head warm-up',
  gradientClip: 'Gradient clipping',
  accumulate: 'Batches per update',
  schedule: 'Schedule',
  earlyStopping: 'Early stopping',
  labelSmoothing: 'Label smoothing',
  classWeights: 'Class weights',
  augmentation: 'Augmentation',
};

function grouped(value: number): string {
  return value.toLocaleString('en-GB', { maximumFractionDigits: 6 });
}

function wholeNumber(from: number, to: number, otherwise = '') {
  const problem = `must be a whole number from ${grouped(from)} to ${grouped(to)}${otherwise}`;
  return v.pipe(
    v.number(problem),
    v.check((value) => Number.isInteger(value) && value >= from && value <= to, problem),
  );
}

function numberFrom(from: number, to: number, subject = '') {
  const problem = `must be a number from ${grouped(from)} to ${grouped(to)}${subject}`;
  return v.pipe(
    v.number(problem),
    v.check((value) => value >= from && value <= to, problem),
  );
}

function numberAbove(from: number, to: number, otherwise = '') {
  const problem = `must be a number above ${grouped(from)} and at most ${grouped(to)}${otherwise}`;
  return v.pipe(
    v.number(problem),
    v.check((value) => value > from && value <= to, problem),
  );
}

function oneOf<const T extends readonly string[]>(options: T) {
  return v.picklist(options, `must be one of ${options.join(', ')}`);
}

const unfreezeProblem = `must be one of none, block5, all, or a whole number from 0 to ${String(convLayers.length)}`;
const augmentationProblem = 'must be flip, crop, colour, rotation and erase, or none';

function isUnfreeze(value: unknown): value is Unfreeze {
  if (typeof value === 'number') return Number.isInteger(value) && value >= 0 && value <= convLayers.length;
  return value === 'none' || value === 'block5' || value === 'all';
}

/** The bounds of every setting by itself; `findProblems` adds those that depend on another. */
const runConfigSchema = v.object({
  preset: oneOf(['note', 'recommended', 'custom']),
  way: oneOf(['features', 'frozen', 'fine-tune']),
  fit: oneOf(fits),
  featureNorm: v.nullable(numberAbove(0, 10_000, ', or empty to leave the features as they are')),
  optimizer: oneOf(['adam', 'adamw', 'sgd']),
  learningRate: numberAbove(0, 10),
  weightDecay: numberFrom(0, 1),
  momentum: numberFrom(0, 0.999),
  batchSize: wholeNumber(1, 1024),
  epochs: wholeNumber(1, 1000),
  seed: wholeNumber(0, 0xffff_ffff),
  valFraction: numberFrom(0.05, 0.5),
  limitPerClass: v.nullable(wholeNumber(2, 1_000_000, ', or empty for all pictures')),
  logEvery: wholeNumber(1, 1000),
  unfreeze: v.custom<Unfreeze>(isUnfreeze, unfreezeProblem),
  backboneLearningRate: numberAbove(0, 10),
  headWarmupEpochs: wholeNumber(0, 1000),
  gradientClip: v.nullable(numberAbove(0, 10_000, ', or empty for none')),
  accumulate: wholeNumber(1, 64),
  schedule: oneOf(['constant', 'cosine']),
  earlyStopping: v.nullable(wholeNumber(1, 1000, ', or empty to run every epoch')),
  labelSmoothing: numberFrom(0, 0.3),
  classWeights: oneOf(['none', 'balanced']),
  augmentation: v.nullable(
    v.object(
      {
        flip: v.boolean('must be on or off for flip'),
        crop: numberFrom(0, 0.5, ' for crop'),
        colour: numberFrom(0, 0.5, ' for colour'),
        rotation: numberFrom(0, 30, ' for rotation'),
        erase: numberFrom(0, 0.5, ' for erase'),
      },
      augmentationProblem,
    ),
  ),
}) satisfies v.GenericSchema<unknown, RunConfig>;

/** What is wrong with one setting, as a sentence to show beside its field. */
export interface RunConfigProblem {
  readonly field: keyof RunConfig;
  readonly message: string;
}

function isSetting(value: unknown): value is keyof RunConfig {
  return typeof value === 'string' && Object.hasOwn(settingNames, value);
}

interface Finding {
  readonly field: keyof RunConfig;
  /** Goes on after the setting's name: `must be ...`. */
  readonly problem: string;
}

function findProblems(config: unknown): Finding[] {
  // Anything else than an object has no settings at all: each is reported as missing.
  const candidate = typeof config === 'object' && config !== null ? config : {};
  const result = v.safeParse(runConfigSchema, candidate);
  if (result.success) return findConflicts(result.output);
  return result.issues.flatMap((issue) => {
    const field = issue.path?.[0]?.key;
    if (!isSetting(field)) return [];
    const isPart = (issue.path?.length ?? 0) > 1;
    // Valibot words a missing key by itself; every other text here is ours.
    const otherwise = isPart ? augmentationProblem : 'is missing';
    return [{ field, problem: issue.message.startsWith('must be') ? issue.message : otherwise }];
  });
}

/** Settings that are sound by themselves and not together. */
function findConflicts(config: RunConfig): Finding[] {
  if (config.way !== 'fine-tune') return [];
  const findings: Finding[] = [];
  if (unfrozenConvs(config) === 0) findings.push({ field: 'unfreeze', problem: 'must be at least one convolution to fine-tune' });
  if (config.headWarmupEpochs >= config.epochs)
    findings.push({ field: 'headWarmupEpochs', problem: 'must be fewer epochs than the run has, or the backbone never moves' });
  return findings;
}

/** Every problem of a configuration, in the order of its settings; empty when it can be trained with. */
export function runConfigProblems(config: unknown): RunConfigProblem[] {
  return findProblems(config).map(({ field, problem }) => ({
    field,
    message: `${problem.slice(0, 1).toUpperCase()}${problem.slice(1)}.`,
  }));
}

/** The configuration, checked; unknown keys are dropped. Throws `setting-invalid` for the first setting that cannot be trained with. */
export function validateRunConfig(config: unknown): RunConfig {
  const [first] = findProblems(config);
  if (first !== undefined)
    throw new HeadstartError('setting-invalid', { setting: settingNames[first.field], problem: first.problem });
  return v.parse(runConfigSchema, config);
}
