import { HeadstartError, throwIfCancelled } from '../../domain/errors';
import type { RunEvent } from '../../domain/events';
import type { SamplePrediction } from '../../domain/history';
import type { Split } from '../../domain/dataset';
import { settingsBeforeFineTuning, type RunConfig } from '../../domain/run-config';
import { featureCount, inputValues } from '../../domain/vgg16';
import type { PixelSource } from '../../protocol/compute-api';
import type { RunRequest, RunSample } from '../../protocol/engine-api';
import type { Backbone } from '../backbone';
import type { Compute } from '../device';
import { FeatureStore } from '../feature-store';
import { createRunPlan } from '../training/run-plan';
import { goOn } from '../training/run-session';
import type { SessionParts } from '../training/session-parts';
import { createRunState, type RunState } from '../training/run-state';
import { createStandInTraining, type StandInTraining, type StandInTrainingOptions } from './stand-in-trainer';

export const smallConfig: RunConfig = {
  preset: 'custom',
  way: 'features',
  fit: 'crop',
  featureNorm: null,
  optimizer: 'adam',
  learningRate: 0.0003,
  weightDecay: 0,
  momentum: 0.9,
  batchSize: 4,
  epochs: 2,
  seed: 11,
  valFraction: 0.2,
  limitPerClass: null,
  logEvery: 2,
  ...settingsBeforeFineTuning,
};

/** 10 train (so batches of 4, 4, 2), 5 val, 3 test samples of two classes. */
export function createSmallRequest(config: Partial<RunConfig> = {}): RunRequest {
  const counts: readonly [Split, number][] = [
    ['train', 10],
    ['val', 5],
    ['test', 3],
  ];
  const samples = counts.flatMap(([split, count]) =>
    Array.from({ length: count }, (_, i): RunSample => ({ id: `${split}-${String(i)}`, labelIndex: i % 2, split })),
  );
  return { number: 1, config: { ...smallConfig, ...config }, classNames: ['cat', 'dog'], samples };
}

/** Pixels that carry the sample's place and label in their first values, for the backbone below. */
export function createPixels(
  request: RunRequest,
  gone: ReadonlySet<string> = new Set(),
): { pixels: PixelSource; asked: string[] } {
  const asked: string[] = [];
  const pixels: PixelSource = (sampleId) => {
    asked.push(sampleId);
    if (gone.has(sampleId)) return Promise.reject(new HeadstartError('picture-gone', { name: sampleId }));
    const at = request.samples.findIndex(({ id }) => id === sampleId);
    const out = new Uint8Array(inputValues).map((_, place) => place * 31 + at * 17);
    out.set([at, request.samples[at]?.labelIndex ?? 0]);
    return Promise.resolve(out);
  };
  return { pixels, asked };
}

/** Stands for VGG-16: sparse features that depend on the picture, with a trace of its label in the first thousand. */
export function createStandInBackbone(magnitude = 1): Backbone {
  const extract = ([at = 0, label = 0]: Uint8Array) => {
    let state = at * 7919 + 1;
    return Float32Array.from({ length: featureCount }, (_, i) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      const value = state / 2 ** 32 - 0.85;
      return (Math.max(0, value) * 10 + (i < 1000 && i % 2 === label ? 3 : 0)) * magnitude;
    });
  };
  return {
    computePlan: 'stand-in float32',
    threads: 1,
    memoryBytes: 0,
    gpuBytes: () => 0,
    batch: 3,
    training: null,
    isLost: () => false,
    extractFeatures: (pixels) => Promise.resolve(extract(pixels)),
    extractBatch: async (pixels, signal) => {
      throwIfCancelled(signal);
      return Promise.resolve(pixels.map(extract));
    },
    dispose: () => undefined,
  };
}

export interface SmallRun {
  readonly state: RunState;
  readonly events: RunEvent[];
  readonly asked: string[];
  /** Pictures as they met the whole backbone, one after another. */
  readonly met: Uint8Array[];
  readonly training: StandInTraining;
  /** Goes on until done or paused; `abortWhen` is asked after every event. */
  go(options?: {
    finish?: boolean;
    abortWhen?: (event: RunEvent) => boolean;
    compute?: Compute;
    gone?: ReadonlySet<string>;
    keeper?: SessionParts['keeper'];
  }): Promise<SamplePrediction[] | null>;
}

export interface SmallRunOptions {
  /** The features are multiplied by it. */
  readonly magnitude?: number;
  /** See EngineParts. */
  readonly boundaryBudget?: number;
  readonly training?: StandInTrainingOptions;
  /** Goes on with it in place of a run that begins. */
  readonly state?: RunState;
  /** Validation pictures have the wrong labels: what is learnt makes their loss worse. */
  readonly misleading?: boolean;
}

export function createSmallRun(compute: Compute, config: Partial<RunConfig> = {}, options: SmallRunOptions = {}): SmallRun {
  const { magnitude = 1, boundaryBudget = Infinity } = options;
  const whole = createStandInBackbone(magnitude);
  const met: Uint8Array[] = [];
  const backbone: Backbone = {
    ...whole,
    extractBatch: (pictures, ...rest) => {
      met.push(...pictures);
      return whole.extractBatch(pictures, ...rest);
    },
  };
  const training = createStandInTraining(whole, options.training);
  const boundaries = new FeatureStore(boundaryBudget);
  const request = createSmallRequest(config);
  const samples = request.samples.map((sample) =>
    options.misleading === true && sample.split === 'val' ? { ...sample, labelIndex: 1 - sample.labelIndex } : sample,
  );
  const state = options.state ?? createRunState(createRunPlan({ ...request, samples }), '2026-01-01T00:00:00.000Z');
  const store = new FeatureStore();
  const events: RunEvent[] = [];
  const asked: string[] = [];
  return {
    state,
    events,
    asked,
    met,
    training,
    go: async (options = {}) => {
      const stop = new AbortController();
      const source = createPixels(request, options.gone);
      try {
        return await goOn(
          state,
          {
            compute: options.compute ?? compute,
            backbone,
            training,
            boundaries,
            store,
            pixels: source.pixels,
            onEvent: (event) => {
              events.push(event);
              if (options.abortWhen?.(event) === true) stop.abort();
            },
            signal: stop.signal,
            now: () => performance.now(),
            keeper: options.keeper ?? null,
          },
          options.finish ?? false,
        );
      } finally {
        asked.push(...source.asked);
      }
    },
  };
}
