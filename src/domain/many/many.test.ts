import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import { labelOfPath, orderMany, scoreFolders, sureness, type ManyPrediction } from './many';
import { writePredictions } from './predictions-csv';

function say(path: string, probabilities: readonly number[]): ManyPrediction {
  const classIndex = probabilities.indexOf(Math.max(...probabilities));
  return { path, classIndex: Math.max(0, classIndex), logits: probabilities, probabilities };
}

describe('pictures predicted together', () => {
  const three = [say('a/10.jpg', [0.5, 0.4, 0.1]), say('a/9.jpg', [0.1, 0.8, 0.1]), say('b/1.jpg', [0.45, 0.1, 0.45])];
  const paths = (order: Parameters<typeof orderMany>[1]) => orderMany(three, order).map(({ path }) => path);

  it('are ordered by file as people count, by class, by probability and by margin', () => {
    expect(paths('file')).toEqual(['a/9.jpg', 'a/10.jpg', 'b/1.jpg']);
    expect(paths('class')).toEqual(['a/10.jpg', 'b/1.jpg', 'a/9.jpg']);
    expect(paths('probability')).toEqual(['b/1.jpg', 'a/10.jpg', 'a/9.jpg']);
    expect(paths('margin')).toEqual(['b/1.jpg', 'a/10.jpg', 'a/9.jpg']);
    expect(sureness(three[0] as ManyPrediction).margin).toBeCloseTo(0.1, 12);
  });

  it('come first where their probability is no number, and keep an order', () => {
    const broken = { ...say('z.jpg', [0.5, 0.5]), probabilities: [Number.NaN, Number.NaN] };
    expect(orderMany([...three, broken, { ...broken, path: 'y.jpg' }], 'margin').map(({ path }) => path)).toEqual([
      'y.jpg',
      'z.jpg',
      'b/1.jpg',
      'a/10.jpg',
      'a/9.jpg',
    ]);
  });

  it('are scored by the innermost folder that is called as a class is', () => {
    const names = ['cat', 'dog', 'Été'];
    expect(labelOfPath('test/dog/cat/1.jpg', names)).toBe(0);
    expect(labelOfPath('test/Dog/1.jpg', names)).toBe(1);
    expect(labelOfPath('x/été/1.jpg', names)).toBe(2);
    expect(labelOfPath('cat.jpg', names)).toBeNull();
    expect(labelOfPath('CAT/1.jpg', ['cat', 'Cat'])).toBeNull();
    expect(labelOfPath('Cat/1.jpg', ['cat', 'Cat'])).toBe(1);
    expect(scoreFolders([say('cat/1.jpg', [0.9, 0.1]), say('dog/1.jpg', [0.9, 0.1]), say('1.jpg', [1, 0])], names)).toEqual({
      labelled: 2,
      right: 1,
    });
    expect(scoreFolders([say('1.jpg', [1, 0])], names)).toBeNull();
  });

  it('are written as RFC 4180, and no cell is computed by a spreadsheet', () => {
    const names = ['=cmd', 'a,"b"'];
    const text = writePredictions([say('-x/"1".jpg', [0.123456789, 0.876543211]), say('+1.jpg', [1, Number.NaN])], names);
    const { data, errors } = Papa.parse<string[]>(text.trimEnd(), { newline: '\r\n' });
    expect(errors).toEqual([]);
    expect(data).toEqual([
      ['file', 'label', 'probability of =cmd', 'probability of a,"b"'],
      [`'-x/"1".jpg`, 'a,"b"', '0.123457', '0.876543'],
      [`'+1.jpg`, `'=cmd`, '1', ''],
    ]);
    expect(text.endsWith('\r\n')).toBe(true);
  });
});
