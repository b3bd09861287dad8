import { evidenceBetween, type Evidence } from '../../domain/evaluation/evidence';
import type { Explanation } from '../../domain/evaluation/inspection';

/** Which class the evidence is for; with `instead`, what speaks for it and against that other one. */
export interface EvidenceChoice {
  /** Null for the predicted class. */
  readonly classIndex: number | null;
  readonly insteadIndex: number | null;
}

export interface ChosenEvidence {
  readonly evidence: Evidence;
  /** What the head gave: the class's logit, or the difference of both. */
  readonly logit: number;
  readonly classIndex: number;
  readonly insteadIndex: number | null;
}

/** The evidence of one class, its logit being the sum. */
function ofClass({ bias, cells }: Explanation, classIndex: number): Evidence {
  const own = cells[classIndex] ?? [];
  const start = bias[classIndex] ?? Number.NaN;
  return { cells: own, bias: start, logit: own.reduce((sum, value) => sum + value, start) };
}

/** What a choice means for this picture; a class instead of itself is that class alone. */
export function chooseEvidence(explanation: Explanation, choice: EvidenceChoice): ChosenEvidence {
  const { logits, classIndex: predicted } = explanation.prediction;
  const classIndex = choice.classIndex ?? predicted;
  const insteadIndex = choice.insteadIndex === classIndex ? null : choice.insteadIndex;
  const own = ofClass(explanation, classIndex);
  const logit = logits[classIndex] ?? Number.NaN;
  if (insteadIndex === null) return { evidence: own, logit, classIndex, insteadIndex };
  return {
    evidence: evidenceBetween(own, ofClass(explanation, insteadIndex)),
    logit: logit - (logits[insteadIndex] ?? Number.NaN),
    classIndex,
    insteadIndex,
  };
}
