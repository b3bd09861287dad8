import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { HeadstartError } from './errors';
import { modelSummary, parseClasses, parseInputShape, parseUnfreeze, type InputShape } from './summary';

const folder = new URL('./fixtures/summary/', import.meta.url);

const given: readonly [file: string, input: InputShape, classes: number, unfreeze: string][] = [
  ['seed-244-frozen.txt', [1, 3, 244, 244], 2, 'none'],
  ['224-batch32-frozen.txt', [32, 3, 224, 224], 2, 'none'],
  ['224-block5-trainable-3-classes.txt', [1, 3, 224, 224], 3, 'block5'],
  ['224-all-trainable.txt', [1, 3, 224, 224], 2, 'all'],
];

/** Written by scripts/reference/summary.py; the name holds the arguments. */
const more = readdirSync(new URL('more/', folder)).map((file) => {
  const [shape = '', classes = '', unfrozen = ''] = file.split('.');
  return [
    `more/${file}`,
    parseInputShape(shape.replaceAll('-', ',')),
    Number(classes.replace('classes-', '')),
    unfrozen.replace('unfrozen-', ''),
  ] as const;
});

function problemOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof HeadstartError && error.code === 'setting-invalid') return error.message;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('the model summary', () => {
  test('there are ten further references', () => {
    expect(more).toHaveLength(10);
  });

  test.each([...given, ...more])(
    'equals what torchinfo printed in %s, character for character',
    (file, input, classes, unfreeze) => {
      const expected = readFileSync(new URL(file, folder), 'utf8');
      expect(`${modelSummary({ input, classes, unfrozenConvs: parseUnfreeze(unfreeze) })}\n`).toBe(expected);
    },
  );

  test('each thawed convolution moves its parameters from one total to the other', () => {
    const totals = Array.from({ length: 14 }, (_, unfrozenConvs) => {
      const text = modelSummary({ input: [1, 3, 32, 32], classes: 2, unfrozenConvs });
      return ['Trainable', 'Non-trainable'].map((kind) =>
        Number(new RegExp(`^${kind} params: (.*)$`, 'm').exec(text)?.[1]?.replaceAll(',', '')),
      );
    });
    for (const [trainable = NaN, frozen = NaN] of totals) expect(trainable + frozen).toBe(14_764_866);
    const trainables = totals.map(([trainable]) => trainable);
    expect(trainables).toEqual([...new Set(trainables)].sort((a = 0, b = 0) => a - b));
  });
});

describe('the arguments of the summary', () => {
  test('are read from text', () => {
    expect(parseInputShape('1,3,244,244')).toEqual([1, 3, 244, 244]);
    expect(parseInputShape(' 2, 3, 500 ,333 ')).toEqual([2, 3, 500, 333]);
    expect(['none', 'block5', 'all', '0', '7', ' 13 '].map(parseUnfreeze)).toEqual([0, 3, 13, 0, 7, 13]);
    expect(parseClasses('40')).toBe(40);
  });

  test.each([
    ['', 'must be four numbers'],
    ['1,3,224', 'must be four numbers'],
    ['1,3,224,224,1', 'must be four numbers'],
    ['0,3,224,224', 'the batch must be'],
    ['x,3,224,224', 'the batch must be'],
    ['1,1,224,224', '3 channels'],
    ['1,3,31,224', 'height and width must be whole numbers from 32 to 4,096'],
    ['1,3,224,4097', 'height and width'],
    ['1,3,2e2,224', 'height and width'],
    ['1,3,-224,224', 'height and width'],
  ])('the shape “%s” is refused in words', (text, words) => {
    expect(problemOf(() => parseInputShape(text))).toMatch(/^Input shape: /);
    expect(problemOf(() => parseInputShape(text))).toContain(words);
  });

  test('a wrong freezing or number of classes is refused in words, in text and in numbers', () => {
    for (const text of ['', 'block6', '14', '-1', '1.5']) {
      expect(problemOf(() => parseUnfreeze(text))).toBe('Unfreeze: must be none, block5, all or a whole number from 0 to 13');
    }
    for (const text of ['', '1', '0', 'two', '10001', '2.5']) {
      expect(problemOf(() => parseClasses(text))).toBe('Classes: must be a whole number from 2 to 10,000');
    }
    expect(problemOf(() => modelSummary({ input: [1, 3, 16, 16], classes: 2, unfrozenConvs: 0 }))).toContain('Input shape');
    expect(problemOf(() => modelSummary({ input: [1, 3, 224, 224], classes: NaN, unfrozenConvs: 0 }))).toContain('Classes');
    expect(problemOf(() => modelSummary({ input: [1, 3, 224, 224], classes: 2, unfrozenConvs: 20 }))).toContain('Unfreeze');
  });
});
