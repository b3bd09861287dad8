import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { fits, type Fit } from '../src/domain/dataset';
import type { DeviceChoice } from '../src/domain/events';
import type { Way } from '../src/domain/run-config';
import { mostThreads } from '../src/domain/threads';
import { PlainFailure } from './install.mjs';

export const demoUsage = `Trains on labelled pictures in a headless browser, through the real page, and prints what it says.

npm run demo -- [options]
  --data PATH        folder of labelled pictures; the embedded sample drawings when absent
  --val DIR          validation pictures; then all of --data trains
  --limit N          at most N pictures a class (with --val: of --data only)
  --preset NAME      note | recommended
  --way NAME         features | frozen | fine-tune
  --epochs N  --lr X  --batch N  --seed N
  --fit NAME         crop | squash | pad
  --device NAME      auto | webgpu | cpu (webgpu is emulated in software where there is no graphics card)
  --threads N        threads of the processor, at most 16; as many as it has when absent
  --predict FILE     predicts a picture after training; may be repeated
  --screenshot FILE  a picture of the page at the end, PNG
  --json FILE        everything printed, as data
  --help             this text`;

export interface DemoArguments {
  readonly dataFolder: string | null;
  readonly valFolder: string | null;
  readonly limit: number | null;
  readonly preset: 'note' | 'recommended' | null;
  readonly way: Way | null;
  readonly epochs: number | null;
  readonly learningRate: number | null;
  readonly batchSize: number | null;
  readonly fit: Fit | null;
  readonly device: DeviceChoice;
  readonly threads: number | null;
  readonly seed: number | null;
  /** As given, for printing; each is there. */
  readonly predict: readonly string[];
  readonly screenshot: string | null;
  readonly json: string | null;
}

/** Options of later versions, so that their names are refused with a reason and not as a typing mistake. */
const later = ['export', 'unfreeze', 'augment', 'augmentation'];

function refuse(sentence: string): never {
  throw new PlainFailure(`${sentence} See npm run demo -- --help.`, 2);
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

function readExisting(name: string, text: string, kind: 'folder' | 'file'): string {
  const path = resolve(text);
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) refuse(`--${name}: there is nothing at ${text}.`);
  if (kind === 'folder' && !status.isDirectory())
    refuse(`--${name} must be a folder in this version; archives and manifests come later.`);
  if (kind === 'file' && !status.isFile()) refuse(`--${name} must be a file: ${text} is not.`);
  return path;
}

/**
 * The demo's command line, checked; null when help was asked for.
 * Throws PlainFailure with one sentence and exit code 2.
 */
export function parseDemoArguments(args: readonly string[]): DemoArguments | null {
  const asked = later.find((name) => args.some((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`)));
  if (asked !== undefined) refuse(`--${asked} is not in this version yet.`);
  const option = { type: 'string' } as const;
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        data: option,
        val: option,
        limit: option,
        preset: option,
        way: option,
        epochs: option,
        lr: option,
        batch: option,
        fit: option,
        device: option,
        threads: option,
        seed: option,
        predict: { type: 'string', multiple: true },
        screenshot: option,
        json: option,
        help: { type: 'boolean' },
      },
    }));
  } catch (error) {
    refuse(`${error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error)}.`);
  }
  if (values.help === true) return null;
  if (values.val !== undefined && values.data === undefined) refuse('--val needs --data: the pictures to train on.');
  return {
    dataFolder: values.data === undefined ? null : readExisting('data', values.data, 'folder'),
    valFolder: values.val === undefined ? null : readExisting('val', values.val, 'folder'),
    limit: readWhole('limit', values.limit, 2),
    preset: readChoice('preset', values.preset, ['note', 'recommended']),
    way: readChoice('way', values.way, ['features', 'frozen', 'fine-tune']),
    epochs: readWhole('epochs', values.epochs, 1),
    learningRate: readNumber('lr', values.lr, (value) => value > 0, 'a number above 0'),
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
    predict: (values.predict ?? []).filter((file) => readExisting('predict', file, 'file') !== ''),
    screenshot: values.screenshot === undefined ? null : resolve(values.screenshot),
    json: values.json === undefined ? null : resolve(values.json),
  };
}
