import * as v from 'valibot';
import { fits, type Fit } from './dataset';
import { HeadstartError, describeError } from './errors';

/** The three ways of transfer learning that the note names. */
export type Way = 'features' | 'frozen' | 'fine-tune';
export type Preset = 'note' | 'recommended' | 'custom';
export type Optimizer = 'adam' | 'adamw' | 'sgd';

/** Everything that decides a run, besides the pictures. */
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
};

function grouped(value: number): string {
  return value.toLocaleString('en-GB', { maximumFractionDigits: 6 });
}

function wholeNumber(from: number, to: number) {
  const problem = `must be a whole number from ${grouped(from)} to ${grouped(to)}`;
  return v.pipe(
    v.number(problem),
    v.check((value) => Number.isInteger(value) && value >= from && value <= to, problem),
  );
}

function numberFrom(from: number, to: number) {
  const problem = `must be a number from ${grouped(from)} to ${grouped(to)}`;
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

const largestLimit = 1_000_000;
const limitProblem = `must be a whole number from 2 to ${grouped(largestLimit)}, or empty for all pictures`;

/** The bounds of every setting. `fine-tune` passes here: `validateRunConfig` refuses it by a code of its own. */
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
  limitPerClass: v.nullable(
    v.pipe(
      v.number(limitProblem),
      v.check((value) => Number.isInteger(value) && value >= 2 && value <= largestLimit, limitProblem),
    ),
  ),
  logEvery: wholeNumber(1, 1000),
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
  return (result.issues ?? []).flatMap((issue) => {
    const field = issue.path?.[0]?.key;
    // Valibot words a missing key by itself; every other text here is ours.
    return isSetting(field) ? [{ field, problem: issue.message.startsWith('must be') ? issue.message : 'is missing' }] : [];
  });
}

/** Every problem of a configuration, in the order of its settings; empty when it can be trained with. */
export function runConfigProblems(config: unknown): RunConfigProblem[] {
  const problems: RunConfigProblem[] = findProblems(config).map(({ field, problem }) => ({
    field,
    message: `${problem.slice(0, 1).toUpperCase()}${problem.slice(1)}.`,
  }));
  if (asksForFineTune(config)) problems.push({ field: 'way', message: describeError('way-not-available').message });
  return problems;
}

function asksForFineTune(config: unknown): boolean {
  return typeof config === 'object' && config !== null && 'way' in config && config.way === 'fine-tune';
}

/**
 * The configuration, checked; unknown keys are dropped.
 * Throws `setting-invalid` for the first setting outside its bounds and `way-not-available` for fine-tuning.
 */
export function validateRunConfig(config: unknown): RunConfig {
  if (asksForFineTune(config)) throw new HeadstartError('way-not-available');
  const [first] = findProblems(config);
  if (first !== undefined)
    throw new HeadstartError('setting-invalid', { setting: settingNames[first.field], problem: first.problem });
  return v.parse(runConfigSchema, config);
}
