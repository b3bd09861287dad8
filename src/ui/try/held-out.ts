import type { Sample, Split } from '../../domain/dataset';
import type { SamplePrediction } from '../../domain/history';
import type { SplitOverview } from '../../store/state';

export type HeldOutSplit = Exclude<Split, 'train'>;
export type HeldOutFilter = 'all' | 'wrong' | 'unsure';

/** Below this probability of the predicted class a prediction counts as unsure. */
export const sureFrom = 0.7;

/** A picture that the head never learned from, with what the head says of it; null before training. */
export interface HeldOutPicture {
  readonly id: string;
  readonly name: string;
  /** Its label, as the class is called now; null when it was taken away since. */
  readonly className: string | null;
  readonly split: HeldOutSplit;
  readonly prediction: SamplePrediction | null;
  readonly isWrong: boolean;
  readonly isUnsure: boolean;
}

function judge(prediction: SamplePrediction): Pick<HeldOutPicture, 'isWrong' | 'isUnsure'> {
  const probability = prediction.probabilities[prediction.classIndex] ?? 0;
  // Written so that a probability that is not a number is unsure.
  return { isWrong: prediction.classIndex !== prediction.labelIndex, isUnsure: !(probability >= sureFrom) };
}

/** By sample and split, so that the grid renders a picture again only when something about it changed. */
const unjudged = new WeakMap<Sample, HeldOutPicture>();

function createUnjudged(sample: Sample, split: HeldOutSplit): HeldOutPicture {
  const known = unjudged.get(sample);
  if (known?.split === split) return known;
  const { id, name, className } = sample;
  const picture = { id, name, className, split, prediction: null, isWrong: false, isUnsure: false };
  unjudged.set(sample, picture);
  return picture;
}

/**
 * The pictures kept apart from training. Once a run has predicted, they are the run's own, whatever the settings say since;
 * before, those that the present settings would keep apart. Pictures that were removed are left out.
 */
export function createHeldOut(
  samples: ReadonlyMap<string, Sample>,
  splits: SplitOverview,
  predictions: readonly SamplePrediction[],
): HeldOutPicture[] {
  if (predictions.length > 0) {
    return predictions.flatMap((prediction) => {
      const sample = samples.get(prediction.sampleId);
      const { split } = prediction;
      if (sample === undefined || split === 'train') return [];
      return [{ id: sample.id, name: sample.name, className: sample.className, split, prediction, ...judge(prediction) }];
    });
  }
  return [...samples.values()].flatMap((sample) => {
    const split = splits.assignments.get(sample.id);
    return split === undefined || split === 'train' ? [] : [createUnjudged(sample, split)];
  });
}

export function filterHeldOut(pictures: readonly HeldOutPicture[], filter: HeldOutFilter): readonly HeldOutPicture[] {
  if (filter === 'all') return pictures;
  return pictures.filter(({ isWrong, isUnsure }) => (filter === 'wrong' ? isWrong : isUnsure));
}

/** What a picture is called aloud: `3.jpg, label cat, predicted dog, wrong, unsure`. */
export function describeHeldOut({ name, className, prediction, isWrong, isUnsure }: HeldOutPicture): string {
  const parts = [name, className === null ? 'no label' : `label ${className}`];
  if (prediction !== null) parts.push(`predicted ${prediction.className}`, isWrong ? 'wrong' : 'right');
  if (isUnsure) parts.push('unsure');
  return parts.join(', ');
}
