import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { fits, type Fit } from '../src/domain/dataset';
import type { DeviceChoice } from '../src/domain/events';
import { exportPrecisions, type ExportPrecision } from '../src/domain/model-export';
import {
  usualAugmentation,
  type Optimizer,
  type RunConfig,
  type Schedule,
  type Unfreeze,
  type Way,
} from '../src/domain/run-config';
import { convLayers } from '../src/domain/vgg16';
import { mostThreads } from '../src/domain/threads';
import { checkModel, readExisting, readWeights, refuse, type WeightsWanted } from './model-arguments';

export const demoUsage = `Trains on labelled pictures in a headless browser, through the real page, and prints what it says.

npm run demo -- [options]
  --data PATH        folder or archive of labelled pictures, or a list of them (.csv, .tsv, .jsonl) beside or above them;
                     the embedded sample drawings when absent
  --file-column NAME, --label-column NAME, --split-column NAME   of a list whose columns are not clear
  --val DIR          validation pictures; then all of --data, a folder too, trains
  --limit N          at most N pictures a class (with --val: of --data only)
  --weights WHAT     convolutions to stand on: shipped (the default) | torchvision (fetched, 59 MB) | a .safetensors, .pth, .pt or
                     .onnx file, or a ZIP that this app wrote; may be repeated for the files of one ONNX model
  --model FILE       such a file that has a head too: without --data it only predicts, with it training goes on from there
  --start WHAT       model (the default with --model) | new: a new head on the weights of --model
  --preset NAME      note | recommended
  --way NAME         features | frozen | fine-tune
  --epochs N  --lr X  --batch N  --seed N
  --optimizer NAME   adam | adamw | sgd
  --weight-decay X   L2 of adam and sgd, decoupled with adamw
  --schedule NAME    constant | cosine
  --clip X           largest norm of an update's gradients, or off
  --accumulate N     batches per update
  --early-stopping N epochs without a lower validation loss before the run stops, or off
  --label-smoothing X  share of a label that goes to all classes, 0 to 0.3
  --class-weights NAME  none | balanced
  --augment [on|off] training pictures changed by chance in every epoch; with --way frozen or fine-tune
  --unfreeze WHAT    block5 | all | the last N convolutions, 1 to 13; with --way fine-tune
  --backbone-lr X    learning rate of those convolutions; with --way fine-tune
  --warmup N         epochs that train the head alone first; with --way fine-tune
  --fit NAME         crop | squash | pad
  --device NAME      auto | webgpu | cpu (webgpu is emulated in software where there is no graphics card)
  --threads N        threads of the processor, at most 16; as many as it has when absent
  --predict PATH     predicts a picture, or all of a folder or an archive, after training; may be repeated
  --screenshot FILE  a picture of the page at the end, PNG
  --export DIR       the trained model in every format, unpacked; DIR must be new or empty
  --precision NAME   of its values: float32 (the default) | float16; with --export
  --json FILE        everything printed, as data
  --help             this text`;

export interface DemoArguments {
  readonly dataPath: string | null;
  /** Columns of a list of pictures, by their names. */
  readonly columns: Readonly<Partial<Record<'file' | 'label' | 'split', string>>>;
  readonly valFolder: string | null;
  readonly limit: number | null;
  readonly preset: 'note' | 'recommended' | null;
  readonly way: Way | null;
  readonly epochs: number | null;
  readonly learningRate: number | null;
  readonly batchSize: number | null;
  readonly optimizer: Optimizer | null;
  readonly weightDecay: number | null;
  readonly schedule: Schedule | null;
  /** `off` is no limit. */
  readonly gradientClip: number | 'off' | null;
  readonly accumulate: number | null;
  readonly earlyStopping: number | 'off' | null;
  readonly labelSmoothing: number | null;
  readonly classWeights: RunConfig['classWeights'] | null;
  readonly augment: 'on' | 'off' | null;
  readonly unfreeze: Unfreeze | null;
  readonly backboneLearningRate: number | null;
  readonly headWarmupEpochs: number | null;
  readonly fit: Fit | null;
  readonly device: DeviceChoice;
  readonly threads: number | null;
  readonly seed: number | null;
  /** As given, for printing; each is there. */
  readonly predict: readonly string[];
  readonly screenshot: string | null;
  readonly json: string | null;
  readonly exportFolder: string | null;
  readonly precision: ExportPrecision | null;
  /** Files to take convolutions from, `torchvision` for those on the Hub; null: those of the page. */
  readonly weights: WeightsWanted;
  /** Files of a model whose head comes in too. */
  readonly model: readonly string[] | null;
  readonly start: 'new' | 'model' | null;
}

function readNumber(name: string, text: string | undefined, isRight: (value: number) => boolean, rule: string): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || !isRight(value)) refuse(`--${name} must be ${rule}, not “${text}”.`);
  return value;
}

function readWhole(name: string, text: string | undefined, from: number): number | null {
  return readNumber(name, text, (value) => Number.isInteger(value) && value >= from, `a whole number from ${String(from)} up`);
}

function readChoice<const T extends string>(name: string, text: string | undefined, options: readonly T[]): T | null {
  if (text === undefined) return null;
  return options.find((option) => option === text) ?? refuse(`--${name} must be one of ${options.join(', ')}, not “${text}”.`);
}

function readOffOr<T>(text: string | undefined, read: (text: string | undefined) => T): T | 'off' {
  return text === 'off' ? text : read(text);
}

function readUnfreeze(text: string | undefined): Unfreeze | null {
  if (text === undefined || text === 'none' || text === 'block5' || text === 'all') return text ?? null;
  const most = convLayers.length;
  const rule = `none, block5, all, or a whole number from 0 to ${String(most)}`;
  return readNumber('unfreeze', text, (value) => Number.isInteger(value) && value >= 0 && value <= most, rule);
}

/** `--augment` alone switches it on. */
function completeAugment(args: readonly string[]): string[] {
  return args.map((arg, at) => {
    const next = args[at + 1];
    return arg === '--augment' && (next === undefined || next.startsWith('-')) ? '--augment=on' : arg;
  });
}

/** An option that its way does not use would be taken without effect: it is refused instead. */
function checkWay({ way, preset, unfreeze, backboneLearningRate, headWarmupEpochs, augment }: DemoArguments): void {
  if (preset === 'note' && way === 'fine-tune') refuse('--preset note has no fine-tuning: leave one of --preset and --way out.');
  const tunes = [
    ['unfreeze', unfreeze === null || unfreeze === 'none' || unfreeze === 0],
    ['backbone-lr', backboneLearningRate === null],
    ['warmup', headWarmupEpochs === null],
  ] as const;
  for (const [name, isAbsent] of tunes) if (!isAbsent && way !== 'fine-tune') refuse(`--${name} needs --way fine-tune.`);
  if (way === 'fine-tune' && (unfreeze === 'none' || unfreeze === 0))
    refuse('--unfreeze must name at least one convolution with --way fine-tune.');
  if (augment === 'on' && way !== 'frozen' && way !== 'fine-tune') refuse('--augment needs --way frozen or --way fine-tune.');
}

/** What the options change of the settings that a way and a preset begin with. */
export function settingsOf(options: DemoArguments): Partial<RunConfig> {
  const { gradientClip, earlyStopping, augment, limit, valFolder } = options;
  const plain = {
    epochs: options.epochs,
    learningRate: options.learningRate,
    batchSize: options.batchSize,
    optimizer: options.optimizer,
    weightDecay: options.weightDecay,
    schedule: options.schedule,
    accumulate: options.accumulate,
    labelSmoothing: options.labelSmoothing,
    classWeights: options.classWeights,
    unfreeze: options.unfreeze,
    backboneLearningRate: options.backboneLearningRate,
    headWarmupEpochs: options.headWarmupEpochs,
    fit: options.fit,
    seed: options.seed,
  };
  return {
    ...Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== null)),
    ...(gradientClip === null ? {} : { gradientClip: gradientClip === 'off' ? null : gradientClip }),
    ...(earlyStopping === null ? {} : { earlyStopping: earlyStopping === 'off' ? null : earlyStopping }),
    ...(augment === null ? {} : { augmentation: augment === 'on' ? usualAugmentation : null }),
    // With --val the limit was met when the pictures were staged: it counts training pictures only.
    ...(valFolder === null ? (limit === null ? {} : { limitPerClass: limit }) : { limitPerClass: null }),
  };
}

/**
 * The demo's command line, checked; null when help was asked for.
 * Throws PlainFailure with one sentence and exit code 2.
 */
export function parseDemoArguments(args: readonly string[]): DemoArguments | null {
  const option = { type: 'string' } as const;
  let values;
  try {
    ({ values } = parseArgs({
      args: completeAugment(args),
      options: {
        data: option,
        val: option,
        limit: option,
        preset: option,
        way: option,
        epochs: option,
        lr: option,
        batch: option,
        optimizer: option,
        'weight-decay': option,
        schedule: option,
        clip: option,
        accumulate: option,
        'early-stopping': option,
        'label-smoothing': option,
        'class-weights': option,
        augment: option,
        unfreeze: option,
        'backbone-lr': option,
        warmup: option,
        fit: option,
        device: option,
        threads: option,
        seed: option,
        'file-column': option,
        'label-column': option,
        'split-column': option,
        weights: { type: 'string', multiple: true },
        model: { type: 'string', multiple: true },
        start: option,
        predict: { type: 'string', multiple: true },
        screenshot: option,
        json: option,
        export: option,
        precision: option,
        help: { type: 'boolean' },
      },
    }));
  } catch (error) {
    refuse(`${error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error)}.`);
  }
  if (values.help === true) return null;
  if (values.val !== undefined && values.data === undefined) refuse('--val needs --data: the pictures to train on.');
  if (values.precision !== undefined && values.export === undefined)
    refuse('--precision needs --export: it is of what is written.');
  checkModel(values);
  const isPositive = (value: number) => value > 0;
  const options: DemoArguments = {
    columns: {
      ...(values['file-column'] === undefined ? {} : { file: values['file-column'] }),
      ...(values['label-column'] === undefined ? {} : { label: values['label-column'] }),
      ...(values['split-column'] === undefined ? {} : { split: values['split-column'] }),
    },
    dataPath:
      values.data === undefined ? null : readExisting('data', values.data, values.val === undefined ? 'either' : 'folder'),
    valFolder: values.val === undefined ? null : readExisting('val', values.val, 'folder'),
    limit: readWhole('limit', values.limit, 2),
    preset: readChoice('preset', values.preset, ['note', 'recommended']),
    way: readChoice('way', values.way, ['features', 'frozen', 'fine-tune']),
    epochs: readWhole('epochs', values.epochs, 1),
    learningRate: readNumber('lr', values.lr, isPositive, 'a number above 0'),
    optimizer: readChoice('optimizer', values.optimizer, ['adam', 'adamw', 'sgd']),
    weightDecay: readNumber('weight-decay', values['weight-decay'], (value) => value >= 0 && value <= 1, 'a number from 0 to 1'),
    schedule: readChoice('schedule', values.schedule, ['constant', 'cosine']),
    gradientClip: readOffOr(values.clip, (text) => readNumber('clip', text, isPositive, 'a number above 0, or off')),
    accumulate: readWhole('accumulate', values.accumulate, 1),
    earlyStopping: readOffOr(values['early-stopping'], (text) =>
      readNumber('early-stopping', text, (value) => Number.isInteger(value) && value >= 1, 'a whole number from 1 up, or off'),
    ),
    labelSmoothing: readNumber(
      'label-smoothing',
      values['label-smoothing'],
      (value) => value >= 0 && value <= 0.3,
      'a number from 0 to 0.3',
    ),
    classWeights: readChoice('class-weights', values['class-weights'], ['none', 'balanced']),
    augment: readChoice('augment', values.augment, ['on', 'off']),
    unfreeze: readUnfreeze(values.unfreeze),
    backboneLearningRate: readNumber('backbone-lr', values['backbone-lr'], isPositive, 'a number above 0'),
    headWarmupEpochs: readWhole('warmup', values.warmup, 0),
    batchSize: readWhole('batch', values.batch, 1),
    fit: readChoice('fit', values.fit, fits),
    device: readChoice('device', values.device, ['auto', 'webgpu', 'cpu']) ?? 'auto',
    threads: readNumber(
      'threads',
      values.threads,
      (value) => Number.isInteger(value) && value >= 1 && value <= mostThreads,
      `a whole number from 1 to ${String(mostThreads)}`,
    ),
    seed: readWhole('seed', values.seed, 0),
    predict: (values.predict ?? []).filter((file) => readExisting('predict', file, 'either') !== ''),
    screenshot: values.screenshot === undefined ? null : resolve(values.screenshot),
    json: values.json === undefined ? null : resolve(values.json),
    exportFolder: values.export === undefined ? null : resolve(values.export),
    precision: readChoice('precision', values.precision, exportPrecisions),
    weights: readWeights(values.weights),
    model: values.model === undefined ? null : values.model.map((file) => readExisting('model', file, 'file')),
    start: readChoice('start', values.start, ['new', 'model']),
  };
  checkWay(options);
  return options;
}
