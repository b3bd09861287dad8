import type { ComputeStatus } from '../domain/events';
import type { RunRecord, SamplePrediction } from '../domain/history';
import { testAccuracyOf } from './training/evaluation';
import { isTrained, runIdOf, type RunState } from './training/run-state';

/** The record of a run whose evaluation is done. `weightsSeconds` is how long the weights took to load. */
export function createRunRecord(
  state: RunState,
  { device, adapter, threads, computePlan }: ComputeStatus,
  weightsSeconds: number,
  predictions: readonly SamplePrediction[],
  weightsHash: string,
): RunRecord {
  const { plan, startedAt, steps, epochs, log, seconds, checkpoint } = state;
  const { number, config, classNames, samples } = plan;
  return {
    id: runIdOf(state),
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
    stoppedEarly: !isTrained(state),
    testAccuracy: testAccuracyOf(predictions),
    chosenBy: checkpoint.best === null ? null : 'validation',
    bestEpoch: checkpoint.best?.epoch ?? null,
    weightsHash,
    ...(state.baseId === null ? {} : { backbone: state.baseId }),
    ...(state.continues === null ? {} : { continues: state.continues }),
  };
}
