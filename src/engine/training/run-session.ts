import { throwIfCancelled } from '../../domain/errors';
import type { RunEvent } from '../../domain/events';
import type { SamplePrediction } from '../../domain/history';
import type { PixelSource } from '../../protocol/compute-api';
import type { Backbone } from '../backbone';
import { toComputeError } from '../compute-errors';
import type { Compute } from '../device';
import type { FeatureStore } from '../feature-store';
import { evaluate } from './evaluation';
import { FeatureSource } from './feature-source';
import { LiveHead } from './live-head';
import { orderOfEpoch } from './run-plan';
import type { RunState } from './run-state';
import { idsOf, labelsOf, Training, type Session } from './training';

export interface SessionParts {
  readonly compute: Compute;
  readonly backbone: Backbone;
  readonly store: FeatureStore;
  readonly pixels: PixelSource;
  readonly onEvent: (event: RunEvent) => void;
  readonly signal: AbortSignal;
  /** Milliseconds. */
  readonly now: () => number;
}

/** How many pictures the page shows of the first batch, as the note does. */
const shownOfFirstBatch = 4;

/**
 * Goes on with a run until it is paused (null) or its evaluation is done. `skipTraining` evaluates the head as it is.
 * However it ends, the state is left such that the run can go on, and no tensor is left on the device.
 * Rejects with the code of what failed.
 */
export async function goOn(state: RunState, parts: SessionParts, skipTraining: boolean): Promise<SamplePrediction[] | null> {
  const { compute, onEvent, signal, now } = parts;
  const { plan } = state;
  const source = new FeatureSource({ ...parts, fit: plan.config.fit });
  const head = new LiveHead(state.checkpoint, plan.config, compute);
  const session: Session = { state, source, head, onEvent, signal, now };
  const training = new Training(session);
  try {
    if (!skipTraining) {
      tellFirstBatch(session);
      if (plan.config.way === 'features') await extractAll(session);
      await timed(session, 'train', () => training.run());
    }
    return await timed(session, 'evaluation', () => evaluate(session));
  } catch (thrown) {
    const error = compute.failure() ?? toComputeError(thrown);
    if (error.code === 'cancelled') return null;
    throw error;
  } finally {
    // After a failure of the device the last checkpoint stands; the steps since then are done again.
    if (compute.failure() === null) await training.park().catch(() => undefined);
    head.dispose();
  }
}

function tellFirstBatch({ state, onEvent }: Session): void {
  if (state.firstBatchTold) return;
  state.firstBatchTold = true;
  const first = orderOfEpoch(state.plan, 0).slice(0, Math.min(shownOfFirstBatch, state.plan.config.batchSize));
  onEvent({ kind: 'first-batch', sampleIds: idsOf(first), labels: labelsOf(first) });
}

/** Way `features`: every picture that the run needs goes through the backbone before the first step. */
async function extractAll({ state, source, onEvent, signal }: Session): Promise<void> {
  const { train, val, test } = state.plan.samples;
  const all = [...train, ...val, ...test];
  let done = all.length - source.countMissing(all);
  const tell = () => {
    onEvent({
      kind: 'stage',
      stage: 'features',
      done,
      total: all.length,
      secondsLeft: source.pace.secondsFor(all.length - done),
      note: null,
    });
  };
  const secondsBefore = source.seconds;
  try {
    tell();
    throwIfCancelled(signal);
    await source.ensureAll(idsOf(all), {
      onPicture: () => {
        done += 1;
        tell();
      },
    });
  } finally {
    state.seconds.features += source.seconds - secondsBefore;
  }
}

/** Books the time: what went into pictures as features, the rest as the stage. */
async function timed<T>({ state, source, now }: Session, stage: 'train' | 'evaluation', work: () => Promise<T>): Promise<T> {
  const started = now();
  const secondsBefore = source.seconds;
  try {
    return await work();
  } finally {
    const onPictures = source.seconds - secondsBefore;
    state.seconds.features += onPictures;
    state.seconds[stage] += (now() - started) / 1000 - onPictures;
  }
}
