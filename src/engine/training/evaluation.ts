import { throwIfCancelled } from '../../domain/errors';
import type { SamplePrediction } from '../../domain/history';
import { argmax } from '../cross-entropy';
import { yieldToTasks } from '../yield';
import { Pace, sumSeconds } from './pace';
import type { RunPlan } from './run-plan';
import { batchesOf, type Session } from './training';

/** What an evaluation takes of a session. */
export type EvaluationParts = Pick<Session, 'model' | 'onEvent' | 'signal' | 'now'> & {
  readonly plan: Pick<RunPlan, 'config' | 'samples' | 'classNames'>;
};

/** Predictions of every validation and test sample with the model as it is. Rejects with `cancelled` or a failure. */
export async function evaluate({ plan, model, onEvent, signal, now }: EvaluationParts): Promise<SamplePrediction[]> {
  const { config, samples, classNames } = plan;
  const all = [...samples.val, ...samples.test];
  const predictions: SamplePrediction[] = [];
  const pace = new Pace();
  const { source } = model;
  const tell = () => {
    const secondsLeft = sumSeconds(
      pace.secondsFor(all.length - predictions.length),
      source.pace.secondsFor(model.source.countMissing(all)),
    );
    onEvent({ kind: 'stage', stage: 'evaluation', done: predictions.length, total: all.length, secondsLeft, note: null });
  };
  tell();
  for (const batch of batchesOf(all, config.batchSize)) {
    await yieldToTasks();
    throwIfCancelled(signal);
    const started = now();
    const picturesBefore = model.source.seconds;
    const { logits, losses, probabilities } = await model.measure(batch, { onPicture: () => undefined });
    const seconds = (now() - started) / 1000 - (model.source.seconds - picturesBefore);
    const milliseconds = (seconds * 1000) / batch.length;
    batch.forEach((sample, row) => {
      const from = row * classNames.length;
      const rowLogits = [...logits.subarray(from, from + classNames.length)];
      const classIndex = argmax(rowLogits);
      predictions.push({
        sampleId: sample.id,
        split: sample.split,
        labelIndex: sample.labelIndex,
        loss: losses[row] ?? NaN,
        classIndex,
        className: classNames[classIndex] ?? '',
        logits: rowLogits,
        probabilities: [...probabilities.subarray(from, from + classNames.length)],
        milliseconds,
      });
      pace.add(milliseconds / 1000);
    });
    tell();
  }
  onEvent({ kind: 'predictions', predictions });
  return predictions;
}

/** Share of the test split that was predicted right; null when there is none. */
export function testAccuracyOf(predictions: readonly SamplePrediction[]): number | null {
  const test = predictions.filter(({ split }) => split === 'test');
  return test.length === 0 ? null : test.filter(({ classIndex, labelIndex }) => classIndex === labelIndex).length / test.length;
}
