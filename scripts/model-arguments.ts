import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { PlainFailure } from './install.mjs';

/** Files to take convolutions from, `torchvision` for those on the Hub; null: those of the page. */
export type WeightsWanted = 'torchvision' | readonly string[] | null;

export function refuse(sentence: string): never {
  throw new PlainFailure(`${sentence} See npm run demo -- --help.`, 2);
}

export function readExisting(name: string, text: string, kind: 'folder' | 'file' | 'either'): string {
  const path = resolve(text);
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) refuse(`--${name}: there is nothing at ${text}.`);
  if (kind === 'folder' && !status.isDirectory()) refuse(`--${name} must be a folder: ${text} is not.`);
  if (kind === 'file' && !status.isFile()) refuse(`--${name} must be a file: ${text} is not.`);
  return path;
}

/** `shipped`, `torchvision` or files; several only of one model. */
export function readWeights(texts: readonly string[] | undefined): WeightsWanted {
  const [first] = texts ?? [];
  if (texts === undefined || first === undefined) return null;
  const isName = (text: string) => text === 'shipped' || text === 'torchvision';
  if (texts.length > 1 && texts.some(isName)) refuse('--weights must be shipped, torchvision, or the files of one model.');
  if (first === 'shipped') return null;
  return first === 'torchvision' ? first : texts.map((text) => readExisting('weights', text, 'file'));
}

/** What trains nothing has no settings. */
const trainingOptions = [
  ...['val', 'limit', 'preset', 'way', 'epochs', 'lr', 'batch', 'optimizer', 'weight-decay', 'schedule', 'clip', 'accumulate'],
  ...[
    'early-stopping',
    'label-smoothing',
    'class-weights',
    'augment',
    'unfreeze',
    'backbone-lr',
    'warmup',
    'fit',
    'seed',
    'start',
  ],
];

/** What `--model` goes together with. */
export function checkModel(values: Readonly<Record<string, unknown>>): void {
  const isGiven = (name: string) => values[name] !== undefined;
  if (!isGiven('model')) {
    if (isGiven('start')) refuse('--start needs --model: there is nothing else to start from.');
    return;
  }
  if (isGiven('weights')) refuse('--model brings its own weights: leave --weights out.');
  if (isGiven('data')) return;
  const idle = trainingOptions.find(isGiven);
  if (idle !== undefined) refuse(`--${idle} needs --data: with --model alone nothing is trained.`);
  if (!isGiven('predict') && !isGiven('export'))
    refuse('--model needs --data to train on, --predict or --export: else there is nothing to do.');
}
