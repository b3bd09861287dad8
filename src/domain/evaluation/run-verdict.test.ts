import { describe, expect, it } from 'vitest';
import type { Split } from '../dataset';
import type { SamplePrediction } from '../history';
import { compareRuns } from './run-verdict';

const say = (sampleId: string, classIndex: number, labelIndex = 0, split: Split = 'val'): SamplePrediction => ({
  ...{ sampleId, classIndex, labelIndex, split, className: '', logits: [], probabilities: [], milliseconds: 0, loss: 0 },
});
const ids = Array.from({ length: 12 }, (_, at) => String(at));
const names = ['Run 1', 'Run 2'] as const;

describe('two runs', () => {
  it('are compared on held-out pictures that both have under the same label', () => {
    const first = [say('a', 0), say('b', 0), say('c', 0, 1), say('d', 0, 0, 'train')];
    const second = [say('a', 1), say('c', 0), say('d', 1, 0, 'train'), say('e', 0)];
    const verdict = compareRuns(first, second, names);
    expect(verdict).toMatchObject({ count: 1, onlyFirst: 1, onlySecond: 0, disagreements: [{ sampleId: 'a', classIndex: 1 }] });
    expect(compareRuns(first, [], names)).toBeNull();
  });

  it('differ by more than chance, or may well not, in words', () => {
    const right = ids.map((id) => say(id, 0));
    const wrong = ids.map((id) => say(id, 1));
    expect(compareRuns(wrong, right, names)?.words).toBe(
      'Run 1 alone is right on 0, Run 2 alone on 12. That is more than chance (McNemar’s exact test, p < 0.001): Run 2 is better.',
    );
    // One against none: as likely as heads or tails twice over.
    const almost = [...right.slice(1), say('0', 1)];
    expect(compareRuns(right, almost, names)?.words).toBe(
      'Run 1 alone is right on 1, Run 2 alone on 0. That may well be chance (McNemar’s exact test, p = 1.000).',
    );
    expect(compareRuns(right, right, names)?.words).toContain('no difference');
  });

  it('can disagree on a picture that both have wrong', () => {
    expect(compareRuns([say('a', 1)], [say('a', 2)], names)).toMatchObject({
      ...{ onlyFirst: 0, onlySecond: 0 },
      disagreements: [{ classIndex: 2 }],
    });
  });
});
