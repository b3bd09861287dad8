import type { ComputeStatus } from '../domain/events';
import type { RunRecord, SamplePrediction } from '../domain/history';
import { testAccuracyOf } from './training/evaluation';
import type { RunState } from './training/run-state';

/** The record of a run whose evaluation is done. `weightsSeconds` is how long the weights took to load. */
export function createRunRecord(
  { plan, startedAt, steps, epochs, log, seconds }: RunState,
  { device, adapter, threads, computePlan }: ComputeStatus,
  weightsSeconds: number,
  predictions: readonly SamplePrediction[],
): RunRecord {
  const { number, config, classNames, samples } = plan;
  return {
    id: `${startedAt} ${String(number)}`,
    number,
    startedAt,
    config,
    classNames,
    counts: { train: samples.train.length, val: samples.val.length, test: samples.test.length },
    device,
    adapter,
    threads,
    computePlan,
    history: { steps: [...steps], epochs: [...epochs] },
    log: [...log],
    seconds: {
      weights: weightsSeconds,
      features: seconds.features,
      train: seconds.train,
      total: weightsSeconds + seconds.features + seconds.train + seconds.evaluation,
    },
    stoppedEarly: epochs.length < config.epochs,
    testAccuracy: testAccuracyOf(predictions),
    chosenBy: null,
    bestEpoch: null,
  };
}
