import { describe, expect, it } from 'vitest';
import { plainSample, type Sample, type Split } from '../../domain/dataset';
import type { SamplePrediction } from '../../domain/history';
import { createHeldOut, describeHeldOut, filterHeldOut } from './held-out';

function sample(id: string, className: string): Sample {
  return {
    ...plainSample,
    id,
    name: `${id}.jpg`,
    path: `${className}/${id}.jpg`,
    className,
    folderSplit: null,
    width: 9,
    height: 9,
    bytes: 9,
  };
}

const samples = new Map(['a', 'b', 'c', 'd'].map((id) => [id, sample(id, id < 'c' ? 'cat' : 'dog')]));

function splitsOf(entries: Record<string, Split>) {
  return { assignments: new Map(Object.entries(entries)), counts: { train: 0, val: 0, test: 0 }, leftOut: 0 };
}

function prediction(
  sampleId: string,
  labelIndex: number,
  classIndex: number,
  probability: number,
  split: Split = 'val',
): SamplePrediction {
  const probabilities = classIndex === 0 ? [probability, 1 - probability] : [1 - probability, probability];
  return {
    sampleId,
    split,
    labelIndex,
    classIndex,
    className: classIndex === 0 ? 'cat' : 'dog',
    probabilities,
    logits: [0, 0],
    loss: 0,
    milliseconds: 1,
  };
}

describe('the pictures kept apart', () => {
  it('are the same objects until their split changes, so that the grid need not render them again', () => {
    const [before] = createHeldOut(samples, splitsOf({ b: 'val', d: 'test' }), []);
    expect(createHeldOut(samples, splitsOf({ a: 'val', b: 'val' }), [])).toContain(before);
    expect(createHeldOut(samples, splitsOf({ b: 'test' }), [])).not.toContain(before);
  });

  it('are those of the present split before any run, judged by nothing', () => {
    const pictures = createHeldOut(samples, splitsOf({ a: 'train', b: 'val', d: 'test' }), []);
    expect(pictures.map(({ id, split, isWrong, isUnsure }) => ({ id, split, isWrong, isUnsure }))).toEqual([
      { id: 'b', split: 'val', isWrong: false, isUnsure: false },
      { id: 'd', split: 'test', isWrong: false, isUnsure: false },
    ]);
  });

  it('are those of the run once it has predicted, even when the settings would split otherwise', () => {
    const predictions = [prediction('a', 0, 0, 0.99), prediction('gone', 0, 0, 0.99), prediction('c', 1, 1, 0.9, 'train')];
    expect(createHeldOut(samples, splitsOf({ a: 'train', b: 'val' }), predictions).map(({ id }) => id)).toEqual(['a']);
  });

  it('are wrong by the label and unsure below 0.7', () => {
    const pictures = createHeldOut(samples, splitsOf({}), [
      prediction('a', 0, 0, 0.99),
      prediction('b', 0, 1, 0.95),
      prediction('c', 1, 1, 0.6),
      prediction('d', 1, 1, 0.7),
    ]);
    expect(filterHeldOut(pictures, 'all')).toHaveLength(4);
    expect(filterHeldOut(pictures, 'wrong').map(({ id }) => id)).toEqual(['b']);
    expect(filterHeldOut(pictures, 'unsure').map(({ id }) => id)).toEqual(['c']);
    expect(pictures.map(describeHeldOut)).toEqual([
      'a.jpg, label cat, predicted cat, right',
      'b.jpg, label cat, predicted dog, wrong',
      'c.jpg, label dog, predicted dog, right, unsure',
      'd.jpg, label dog, predicted dog, right',
    ]);
  });
});
