import { HeadstartError } from '../../domain/errors';
import type { RunEvent } from '../../domain/events';
import type { RunRequest } from '../../protocol/engine-api';
import type { SelfTestReport } from '../../domain/events';
import type { CheckpointStore } from '../../storage/checkpoint-store';
import type { FeatureCache } from '../../storage/feature-cache';
import type { Backbone } from '../backbone';
import type { ComputePath } from '../compute-paths';
import type { DeviceEnvironment } from '../device';
import type { KeptBases } from '../base-weights';
import { Engine } from '../engine';
import type { ModelSources } from '../model-intake';
import type { ProvedComputeParts } from '../proved-compute';
import type { LoadedWeights } from '../weights/weights-loader';
import { WeightsLoader } from '../weights/weights-loader';
import type { BackboneWeights } from '../weights/conv-weights';
import { createPixels, createStandInBackbone } from './small-run';
import { applyTensor, createStandInTraining, standInTensor } from './stand-in-trainer';

/** Says that weights are loaded, without any: for engines with a stand-in backbone. */
class NoWeights extends WeightsLoader {
  constructor(private readonly trained: ReadonlyMap<string, Float32Array> | undefined) {
    super();
  }

  override load(): Promise<LoadedWeights> {
    const scaling = { mean: [0, 0, 0], std: [1, 1, 1] } as const;
    const { trained } = this;
    return Promise.resolve({
      weights: {
        ...{ index: { shards: [], fileOf: new Map() }, scaling, shards: new Map() },
        ...(trained === undefined ? {} : { trained }),
      },
      report: { from: 'cache', totalBytes: 0, seconds: 0.5, kept: true },
    });
  }
}

export const passed: SelfTestReport = { featureError: 0, lossError: 0, secondsPerPicture: 0.1, secondsPerStep: 0.01 };

export interface StandInOptions {
  readonly onExtract?: (pictures: number) => void;
  /** Passes at once unless another is given. */
  readonly selfTest?: ProvedComputeParts['selfTest'];
  /** As `selfTest`. */
  readonly trainingTest?: ProvedComputeParts['trainingTest'];
  /** Names of the paths that each device offers. */
  readonly pathNames?: (device: 'cpu' | 'webgpu') => readonly string[];
  /** What can train convolutions: the paths themselves, another one, or none; the paths themselves unless told. */
  readonly trains?: 'itself' | 'elsewhere' | 'nothing';
  /** Where features are kept; nowhere unless told. */
  readonly disk?: FeatureCache;
  /** Where unfinished runs are kept; nowhere unless told. */
  readonly runs?: CheckpointStore;
  /** Milliseconds. */
  readonly now?: () => number;
  /** As its backbones tell; one unless told. */
  readonly threads?: number;
  /** The features are multiplied by it. */
  readonly magnitude?: number;
  /** Of the page's own convolutions; none unless told, and the one that the stand-in knows stands for zeros then. */
  readonly tensors?: ReadonlyMap<string, Float32Array>;
  readonly models?: ModelSources;
  readonly bases?: KeptBases;
}

function pathOf(name: string, open: ComputePath['open']): ComputePath {
  return { name, featureTolerance: 1e-3, open };
}

/** An engine whose device, head, training and features are real, and whose backbone is a stand-in. */
export async function createStandInEngine(device: DeviceEnvironment, options: StandInOptions = {}) {
  const {
    onExtract = () => undefined,
    selfTest = () => Promise.resolve(passed),
    trainingTest = () => Promise.resolve(),
    pathNames = () => ['The stand-in'],
    trains = 'itself',
    disk = null,
    runs = null,
    now = () => performance.now(),
  } = options;
  const standIn = createStandInBackbone(options.magnitude);
  const counts = { backbones: 0, disposed: 0 };
  /** Ids of the convolutions that backbones were opened with. */
  const opened: (string | undefined)[] = [];
  /** Set, the present backbones never answer again. */
  const loss = { lost: false };
  const open = (name: string, { trained, baseId }: BackboneWeights, canTrain: boolean): Promise<Backbone> => {
    counts.backbones += 1;
    opened.push(baseId);
    loss.lost = false;
    const extractBatch: Backbone['extractBatch'] = async (pixels, signal) => {
      onExtract(pixels.length);
      if (loss.lost) throw new HeadstartError('cpu-worker-lost');
      const features = await standIn.extractBatch(pixels, signal);
      const tensor = trained?.get(standInTensor);
      return tensor === undefined ? features : features.map((own) => applyTensor(own, tensor));
    };
    return Promise.resolve({
      ...standIn,
      computePlan: name,
      threads: options.threads ?? standIn.threads,
      isLost: () => loss.lost,
      extractFeatures: async (pixels, _tap, signal) => (await extractBatch([pixels], signal))[0] ?? new Float32Array(0),
      extractBatch,
      training: canTrain ? createStandInTraining(standIn, { first: trained?.get(standInTensor) ?? null }) : null,
      dispose: () => {
        counts.disposed += 1;
      },
    });
  };
  const engine = new Engine({
    device,
    paths: {
      prepare: () => undefined,
      skipMeasuring: () => undefined,
      of: (compute, weights) =>
        pathNames(compute.status.device).map((name) => pathOf(name, () => open(name, weights, trains === 'itself'))),
      forTraining: (_compute, weights) =>
        trains === 'nothing' ? [] : [pathOf('The other one', () => open('Elsewhere', weights, true))],
    },
    selfTest,
    trainingTest,
    loader: new NoWeights(options.tensors),
    models: options.models ?? null,
    bases: options.bases ?? null,
    disk,
    runs,
    now,
    today: () => new Date(Date.UTC(2026, 0, 2)),
  });
  await engine.loadWeights('', () => undefined, new AbortController().signal);
  return { engine, counts, loss, opened };
}

/** Starts the request and stops when `abortWhen` says so after an event. */
export function startRun(
  engine: Engine,
  request: RunRequest,
  abortWhen: (event: RunEvent) => boolean = () => false,
  events: RunEvent[] = [],
) {
  const stop = new AbortController();
  const onEvent = (event: RunEvent) => {
    events.push(event);
    if (abortWhen(event)) stop.abort();
  };
  return engine.startRun(request, createPixels(request).pixels, onEvent, stop.signal);
}

export function neverStop(): AbortSignal {
  return new AbortController().signal;
}
