import type { RunKeep, UnfinishedRun } from '../../protocol/engine-api';
import { firstBatchOf } from './run-plan';
import { runIdOf, type RunState } from './run-state';

/** A run that waits, as the page shows it. */
export function describeUnfinished(state: RunState, keep: RunKeep, savedAt: string): UnfinishedRun {
  const { plan, checkpoint, steps, epochs, log, continues } = state;
  const { number, config, classNames, samples, stepsPerEpoch } = plan;
  const first = firstBatchOf(plan);
  return {
    id: runIdOf(state),
    request: {
      ...{ number, config, classNames, keep },
      samples: [...samples.train, ...samples.val, ...samples.test],
      ...(continues === null ? {} : { startFrom: continues.runId }),
    },
    savedAt,
    ...checkpoint.position,
    stepsPerEpoch,
    history: { steps: [...steps], epochs: [...epochs] },
    log: [...log],
    firstBatch: state.firstBatchTold
      ? { sampleIds: first.map(({ id }) => id), labels: first.map(({ labelIndex }) => labelIndex) }
      : null,
  };
}
