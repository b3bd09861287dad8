import { describe, expect, it } from 'vitest';
import { chooseEvidence } from './evidence-choice';

const explanation = {
  prediction: { classIndex: 1, className: 'dog', logits: [1, 3.5], probabilities: [0.1, 0.9], milliseconds: 1 },
  bias: [0.5, -0.5],
  cells: [
    [0.25, 0.25],
    [1, 3],
  ],
};

describe('the chosen evidence', () => {
  it('is of the predicted class unless another is chosen', () => {
    const chosen = { classIndex: null, insteadIndex: null };
    expect(chooseEvidence(explanation, chosen)).toMatchObject({
      classIndex: 1,
      logit: 3.5,
      evidence: { logit: 3.5, bias: -0.5 },
    });
    expect(chooseEvidence(explanation, { ...chosen, classIndex: 0 })).toMatchObject({
      logit: 1,
      evidence: { cells: [0.25, 0.25] },
    });
  });

  it('between two classes adds up to the difference of their logits', () => {
    const { evidence, logit } = chooseEvidence(explanation, { classIndex: null, insteadIndex: 0 });
    expect(logit).toBe(2.5);
    expect(evidence).toEqual({ cells: [0.75, 2.75], bias: -1, logit: 2.5 });
  });

  it('of a class instead of itself is that class alone', () => {
    expect(chooseEvidence(explanation, { classIndex: 1, insteadIndex: 1 })).toMatchObject({ insteadIndex: null, logit: 3.5 });
  });
});
