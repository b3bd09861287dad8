import { HeadstartError } from '../../domain/errors';
import type { RunEvent } from '../../domain/events';
import type { RunRequest } from '../../protocol/engine-api';
import type { SelfTestReport } from '../../domain/events';
import type { Backbone } from '../backbone';
import type { ComputePath } from '../compute-paths';
import type { DeviceEnvironment } from '../device';
import { Engine } from '../engine';
import type { ProvedComputeParts } from '../proved-compute';
import type { LoadedWeights } from '../weights/weights-loader';
import { WeightsLoader } from '../weights/weights-loader';
import { createPixels, createStandInBackbone } from './small-run';

/** Says that weights are loaded, without any: for engines with a stand-in backbone. */
class NoWeights extends WeightsLoader {
  override load(): Promise<LoadedWeights> {
    const scaling = { mean: [0, 0, 0], std: [1, 1, 1] } as const;
    return Promise.resolve({
      weights: { index: { shards: [], fileOf: new Map() }, scaling, shards: new Map() },
      report: { from: 'cache', totalBytes: 0, seconds: 0.5, kept: true },
    });
  }
}

export const passed: SelfTestReport = { featureError: 0, lossError: 0, secondsPerPicture: 0.1, secondsPerStep: 0.01 };

export interface StandInOptions {
  readonly onExtract?: (pictures: number) => void;
  /** Passes at once unless another is given. */
  readonly selfTest?: ProvedComputeParts['selfTest'];
  /** Names of the paths that each device offers. */
  readonly pathNames?: (device: 'cpu' | 'webgpu') => readonly string[];
}

/** An engine whose device, head, training and features are real, and whose backbone is a stand-in. */
export async function createStandInEngine(device: DeviceEnvironment, options: StandInOptions = {}) {
  const { onExtract = () => undefined, selfTest = () => Promise.resolve(passed), pathNames = () => ['The stand-in'] } = options;
  const standIn = createStandInBackbone();
  const counts = { backbones: 0, disposed: 0 };
  /** Set, the present backbones never answer again. */
  const loss = { lost: false };
  const open = (name: string): Promise<Backbone> => {
    counts.backbones += 1;
    loss.lost = false;
    const extractBatch: Backbone['extractBatch'] = (pixels, signal) => {
      onExtract(pixels.length);
      return loss.lost ? Promise.reject(new HeadstartError('cpu-worker-lost')) : standIn.extractBatch(pixels, signal);
    };
    return Promise.resolve({
      ...standIn,
      computePlan: name,
      isLost: () => loss.lost,
      extractFeatures: async (pixels, _tap, signal) => (await extractBatch([pixels], signal))[0] ?? new Float32Array(0),
      extractBatch,
      dispose: () => {
        counts.disposed += 1;
      },
    });
  };
  const engine = new Engine({
    device,
    paths: (compute) =>
      pathNames(compute.status.device).map((name): ComputePath => ({ name, featureTolerance: 1e-3, open: () => open(name) })),
    selfTest,
    loader: new NoWeights(),
    today: () => new Date(Date.UTC(2026, 0, 2)),
  });
  await engine.loadWeights('', () => undefined, new AbortController().signal);
  return { engine, counts, loss };
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
