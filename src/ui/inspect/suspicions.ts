import type { Sample } from '../../domain/dataset';
import type { FoldPrediction } from '../../domain/evaluation/inspection';
import { rankLabelErrors } from '../../domain/evaluation/label-errors';

/** A label that the heads of the folds doubt. */
export interface Suspicion {
  readonly sampleId: string;
  readonly name: string;
  /** As it was when the folds were trained. */
  readonly label: string;
  readonly suggestion: string;
  /** Probability of the label minus that of the suggestion. */
  readonly margin: number;
  /** Confident learning takes it for an error, not for a hard picture. */
  readonly isLikely: boolean;
  /** What the person decided: the picture is no longer labelled so, or the label was confirmed. */
  readonly verdict: 'open' | 'relabelled' | 'kept';
}

/**
 * The labels that heads without the picture would not have given, or that confident learning takes for errors; the likeliest first.
 * Pictures that were removed are left out.
 */
export function findSuspicions(
  predictions: readonly FoldPrediction[],
  classNames: readonly string[],
  samples: ReadonlyMap<string, Sample>,
  confirmed: readonly string[],
): Suspicion[] {
  const kept = new Set(confirmed);
  return rankLabelErrors(predictions, classNames.length).flatMap(({ at, suggestedIndex, margin, isLikely }) => {
    const prediction = predictions[at];
    const sample = prediction === undefined ? undefined : samples.get(prediction.sampleId);
    if (prediction === undefined || sample === undefined || !(isLikely || margin < 0)) return [];
    const label = classNames[prediction.labelIndex] ?? '';
    const suggestion = classNames[suggestedIndex] ?? '';
    const isRelabelled = sample.className === suggestion;
    const verdict = isRelabelled ? 'relabelled' : kept.has(sample.id) ? 'kept' : 'open';
    return [{ sampleId: sample.id, name: sample.name, label, suggestion, margin, isLikely, verdict }];
  });
}
