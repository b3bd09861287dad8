import { describe, expect, it } from 'vitest';
import { plainSample, type Sample } from '../../domain/dataset';
import { findSuspicions } from './suspicions';

const classNames = ['cat', 'dog'];

function createSample(id: string, className: string | null): Sample {
  return { ...plainSample, ...{ id, name: `${id}.jpg`, path: id, className, folderSplit: null, width: 9, height: 9, bytes: 1 } };
}

const predict = (sampleId: string, labelIndex: number, dog: number) => ({
  ...{ sampleId, labelIndex, fold: 0, split: 'train' as const, loss: 0, milliseconds: 0, className: '', logits: [] },
  classIndex: dog > 0.5 ? 1 : 0,
  probabilities: [1 - dog, dog],
});

// Thresholds of confident learning: the mean probability of cat over the cats is 0.625, of dog over the dogs 0.85.
const predictions = [
  ...[predict('a', 0, 0.1), predict('b', 0, 0.1), predict('c', 0, 0.9), predict('d', 0, 0.4)],
  ...[predict('e', 1, 0.9), predict('f', 1, 0.8)],
];
const samples = (change: Readonly<Record<string, string | null>> = {}) =>
  new Map(
    predictions.map(({ sampleId, labelIndex }) => {
      const className = sampleId in change ? (change[sampleId] ?? null) : (classNames[labelIndex] ?? null);
      return [sampleId, createSample(sampleId, className)];
    }),
  );

describe('suspicions', () => {
  it('are labels that heads without the picture would not have given, marked where they are surer than usual', () => {
    expect(findSuspicions(predictions, classNames, samples(), [])).toEqual([
      {
        sampleId: 'c',
        name: 'c.jpg',
        label: 'cat',
        suggestion: 'dog',
        margin: expect.closeTo(-0.8, 9) as number,
        isLikely: true,
        verdict: 'open',
      },
    ]);
    const unsure = [...predictions.slice(0, 2), predict('c', 0, 0.6), ...predictions.slice(3)];
    expect(findSuspicions(unsure, classNames, samples(), [])).toMatchObject([{ sampleId: 'c', isLikely: false }]);
  });

  it('say what the person decided, and leave out pictures that are gone', () => {
    const verdictOf = (...given: Parameters<typeof samples>) =>
      findSuspicions(predictions, classNames, samples(...given), ['c'])[0]?.verdict;
    expect(verdictOf()).toBe('kept');
    expect(verdictOf({ c: 'dog' })).toBe('relabelled');
    const without = samples();
    without.delete('c');
    expect(findSuspicions(predictions, classNames, without, [])).toEqual([]);
  });
});
