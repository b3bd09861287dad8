import type { InspectionProgress } from '../../domain/evaluation/inspection';
import type { SamplePrediction } from '../../domain/history';
import type { KeptHead, PixelSource } from '../../protocol/compute-api';
import type { RunSample } from '../../protocol/engine-api';
import type { Backbone } from '../backbone';
import type { Compute } from '../device';
import type { FeatureStore } from '../feature-store';
import { freshOptimizerState } from '../optimizers';
import { evaluate } from '../training/evaluation';
import { FeatureSource } from '../training/feature-source';
import { HeadModel } from '../training/head-model';

export interface PredictSamplesParts {
  readonly compute: Compute;
  /** As the head was trained with it. */
  readonly backbone: Backbone;
  /** Of that backbone's features. */
  readonly store: FeatureStore;
  readonly pixels: PixelSource;
  readonly signal: AbortSignal;
  /** Milliseconds. */
  readonly now: () => number;
}

/** What a kept head says of labelled samples, in their order. Rejects with `cancelled`, `picture-gone` or a failure of the device. */
export async function predictSamples(
  { run, weight, bias }: KeptHead,
  samples: readonly RunSample[],
  onProgress: (progress: InspectionProgress) => void,
  parts: PredictSamplesParts,
): Promise<SamplePrediction[]> {
  const { config, classNames, number } = run;
  const source = new FeatureSource({ ...parts, fit: config.fit });
  const saved = { head: { weight, bias }, headBefore: null, optimizer: freshOptimizerState, backbone: null };
  const model = new HeadModel({ saved, config, compute: parts.compute, source, changeOf: null });
  const plan = { number, config, classNames, samples: { train: [], val: [], test: samples }, stepsPerEpoch: 0 };
  try {
    return await evaluate({
      ...parts,
      plan,
      model,
      onEvent: (event) => {
        if (event.kind !== 'stage') return;
        const { done, total, secondsLeft } = event;
        onProgress({ stage: 'predictions', done, total, secondsLeft });
      },
    });
  } finally {
    model.dispose();
  }
}
