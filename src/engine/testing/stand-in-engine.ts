import type { RunEvent } from '../../domain/events';
import type { RunRequest } from '../../protocol/engine-api';
import type { DeviceEnvironment } from '../device';
import { Engine } from '../engine';
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

/** An engine whose device, head, training and features are real, and whose backbone is a stand-in. */
export async function createStandInEngine(device: DeviceEnvironment, onExtract: () => void = () => undefined) {
  const standIn = createStandInBackbone();
  const counts = { backbones: 0, disposed: 0 };
  const engine = new Engine({
    device,
    loader: new NoWeights(),
    createBackbone: () => {
      counts.backbones += 1;
      return {
        extractFeatures: (pixels) => {
          onExtract();
          return standIn.extractFeatures(pixels);
        },
        dispose: () => {
          counts.disposed += 1;
        },
      };
    },
    today: () => new Date(Date.UTC(2026, 0, 2)),
  });
  await engine.loadWeights('', () => undefined, new AbortController().signal);
  return { engine, counts };
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
