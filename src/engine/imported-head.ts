import { HeadstartError } from '../domain/errors';
import { emptyHistory, type RunRecord } from '../domain/history';
import type { ModelOffer } from '../domain/model-import';
import { createPreset } from '../domain/presets';
import type { RunConfig } from '../domain/run-config';
import type { KeptHead } from '../protocol/compute-api';
import type { HeadWish } from '../protocol/engine-api';
import type { ReadHead } from './model-files/read-model';
import { hashWeights } from './weights-hash';

/** The settings that made it, as far as the file tells them; norm and fit decide what its weights mean. */
function configOf({ settings, featureNorm, fit }: ReadHead): RunConfig {
  const told = settings ?? { ...createPreset('recommended', 0), preset: 'custom' as const };
  return { ...told, featureNorm, fit: fit ?? told.fit };
}

/**
 * A head that came in, as a run of the project: it has no history. Its convolutions are those in force, so it has none of its own.
 * @throws HeadstartError `model-head-unusable` where the names are not as many as its classes, or two are one
 */
export function importHead(
  head: ReadHead,
  { source, title }: Pick<ModelOffer, 'source' | 'title'>,
  { runId, number, classNames }: HeadWish,
  at: string,
  baseId: string | undefined,
): KeptHead {
  const classes = head.bias.length;
  const unusable = (detail: string) => new HeadstartError('model-head-unusable', { name: title, detail });
  if (classNames.length !== classes)
    throw unusable(`it has ${String(classes)} classes, and ${String(classNames.length)} names were given`);
  if (new Set(classNames).size !== classes || classNames.includes(''))
    throw unusable('each of its classes needs a name of its own');
  const weights = { weight: head.weight.slice(), bias: head.bias.slice() };
  const run: RunRecord = {
    id: runId,
    number,
    startedAt: at,
    config: configOf(head),
    classNames: [...classNames],
    counts: { train: 0, val: 0, test: 0 },
    device: 'cpu',
    adapter: null,
    threads: 0,
    computePlan: 'not computed here',
    history: emptyHistory,
    log: [],
    seconds: { weights: 0, features: 0, train: 0, total: 0 },
    stoppedEarly: false,
    testAccuracy: null,
    chosenBy: null,
    bestEpoch: null,
    weightsHash: hashWeights({ head: weights, tensors: [] }),
    ...(baseId === undefined ? {} : { backbone: baseId }),
    imported: {
      fileName: source.kind === 'file' ? source.fileName : title,
      format: source.kind === 'file' ? source.format : 'safetensors',
      trainedBy: head.trainedBy,
      at,
    },
  };
  return { run, ...weights, tensors: [] };
}
