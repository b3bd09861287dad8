import { throwIfCancelled } from '../../domain/errors';
import type { SamplePrediction } from '../../domain/history';
import { formatKeptLine, formatTestLine } from '../../domain/note-log';
import { toComputeError } from '../compute-errors';
import { createModel } from './create-model';
import { evaluate, testAccuracyOf } from './evaluation';
import type { FeatureSource } from './feature-source';
import { labelsOf } from './head-model';
import { firstBatchOf } from './run-plan';
import { chosenModel, type RunState } from './run-state';
import type { SessionParts } from './session-parts';
import { idsOf, Training, type Session } from './training';

/**
 * Goes on with a run until it is paused (null) or its evaluation is done. `skipTraining` evaluates the weights as they are.
 * However it ends, the state is left such that the run can go on, and no tensor is left on the device.
 * Rejects with the code of what failed.
 */
export async function goOn(state: RunState, parts: SessionParts, skipTraining: boolean): Promise<SamplePrediction[] | null> {
  const { compute, onEvent, signal, now, keeper } = parts;
  try {
    if (!skipTraining) await train(state, parts);
    const { source, model } = await createModel(state.plan, chosenModel(state), parts);
    const session = { state, model, onEvent, signal, now, keeper };
    try {
      const predictions = await timed(session, source, 'evaluation', () => evaluate({ ...session, plan: state.plan }));
      tellResult(session, predictions);
      return predictions;
    } finally {
      model.dispose();
    }
  } catch (thrown) {
    const error = compute.failure() ?? toComputeError(thrown);
    if (error.code === 'cancelled') return null;
    throw error;
  }
}

/** What the note's lines do not say: which epoch was kept, and the accuracy on pictures that had no say in anything. */
function tellResult({ state, onEvent }: Session, predictions: readonly SamplePrediction[]): void {
  const kept = state.epochs.find(({ epoch }) => epoch === state.checkpoint.best?.epoch);
  const testAccuracy = testAccuracyOf(predictions);
  const lines = [
    ...(kept === undefined ? [] : [formatKeptLine(kept)]),
    ...(testAccuracy === null ? [] : [formatTestLine(testAccuracy)]),
  ];
  for (const line of lines) {
    state.log.push(line);
    onEvent({ kind: 'log', line });
  }
}

async function train(state: RunState, parts: SessionParts): Promise<void> {
  const { compute, onEvent, signal, now, keeper } = parts;
  const { source, model } = await createModel(state.plan, state.checkpoint, parts);
  const session: Session = { state, model, onEvent, signal, now, keeper };
  const training = new Training(session);
  try {
    tellFirstBatch(session);
    if (state.plan.config.way === 'features') await extractAll(session, source);
    await timed(session, source, 'train', async (book) => {
      await bringKept(session, source);
      await training.run(book);
    });
  } catch (error) {
    // After a failure of what computes the last checkpoint stands; the steps since then are done again.
    if (compute.failure() === null) await training.park().catch(() => undefined);
    throw error;
  } finally {
    model.dispose();
  }
}

/** What is on disk, in the order in which it lies there and not batch by batch. */
async function bringKept({ state, model }: Session, source: FeatureSource): Promise<void> {
  const { train, val, test } = state.plan.samples;
  await source.bring(idsOf([...(model.repeats ? [] : train), ...val, ...test]));
}

function tellFirstBatch({ state, onEvent }: Session): void {
  if (state.firstBatchTold) return;
  state.firstBatchTold = true;
  const first = firstBatchOf(state.plan);
  onEvent({ kind: 'first-batch', sampleIds: idsOf(first), labels: labelsOf(first) });
}

/** Way `features`: every picture that the run needs goes through the backbone before the first step. */
async function extractAll({ state, onEvent, signal }: Session, source: FeatureSource): Promise<void> {
  const { train, val, test } = state.plan.samples;
  const all = [...train, ...val, ...test];
  let done = 0;
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
  const tellHeld = () => {
    done = all.length - source.countMissing(all);
    tell();
  };
  try {
    tellHeld();
    await source.bring(idsOf(all), tellHeld);
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

/** Books the time: what went into pictures as features, the rest as the stage. `work` may book what has passed so far. */
async function timed<T>(
  { state, now }: Session,
  source: FeatureSource,
  stage: 'train' | 'evaluation',
  work: (book: () => void) => Promise<T>,
): Promise<T> {
  let [from, secondsFrom] = [now(), source.seconds];
  const book = () => {
    const [until, seconds] = [now(), source.seconds];
    state.seconds.features += seconds - secondsFrom;
    state.seconds[stage] += (until - from) / 1000 - (seconds - secondsFrom);
    [from, secondsFrom] = [until, seconds];
  };
  try {
    return await work(book);
  } finally {
    book();
  }
}
