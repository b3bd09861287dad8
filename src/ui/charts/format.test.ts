import { describe, expect, it } from 'vitest';
import {
  formatCount,
  formatCounted,
  formatLogits,
  formatMeasure,
  formatMegabytes,
  formatMilliseconds,
  formatRoughly,
  formatShare,
  formatTimeLeft,
} from './format';

describe('the numbers on the page', () => {
  it('separates thousands and counts things in the right number', () => {
    expect(formatCount(14_714_688)).toBe('14,714,688');
    expect(formatCounted(1, 'picture')).toBe('1 picture');
    expect(formatCounted(1200, 'picture')).toBe('1,200 pictures');
    expect(formatCounted(2, 'class', 'classes')).toBe('2 classes');
  });

  it('writes a measure with about four digits and a dash for what is not a number', () => {
    expect([0.693147, 12.4, 0, 0.0000125, null, Number.NaN].map(formatMeasure)).toEqual([
      '0.6931',
      '12.40',
      '0',
      '1.25e-5',
      '–',
      '–',
    ]);
  });

  it('never rounds a probability to certainty', () => {
    expect([0.972, 1, 0.99999, 0, 0.00001].map(formatShare)).toEqual(['97.2 %', '100.0 %', '> 99.9 %', '0.0 %', '< 0.1 %']);
  });

  it('writes logits as a Python list', () => {
    expect(formatLogits([3.2141, -0.3379])).toBe('[3.214, -0.338]');
  });

  it('tells an estimate in coarse steps', () => {
    expect([0.2, 2.1, 19.5, 20.5, 43, 55, 56, 60, 119, 121, 3500, 3590, 5100].map(formatRoughly)).toEqual([
      '1 s',
      '3 s',
      '20 s',
      '25 s',
      '45 s',
      '55 s',
      '1 min',
      '1 min',
      '2 min',
      '3 min',
      '59 min',
      '1 h',
      '1 h 25 min',
    ]);
  });

  it('rounds time left up and changes the unit', () => {
    expect([0.2, 4, 59.5, 61, 3600, 3900].map(formatTimeLeft)).toEqual([
      '1 s left',
      '4 s left',
      '1 min left',
      '2 min left',
      '1 h left',
      '1 h 5 min left',
    ]);
  });

  it('writes milliseconds and megabytes', () => {
    expect([0.44, 22.4, 1234].map(formatMilliseconds)).toEqual(['0.4 ms', '22 ms', '1.2 s']);
    expect(formatMegabytes(29_429_376)).toBe('29.4 MB');
  });
});
