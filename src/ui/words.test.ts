import { describe, expect, it } from 'vitest';
import { countOf, formatBytes, joinWords, timeLeft } from './words';

describe('words on the page', () => {
  it('count one thing and many', () => {
    expect(countOf(1, 'picture')).toBe('1 picture');
    expect(countOf(2000, 'class', 'classes')).toBe('2,000 classes');
  });

  it('give sizes in the unit that reads best', () => {
    expect([812, 30_400, 1_234_567, 29_440_032, 2_100_000_000].map(formatBytes)).toEqual([
      '812 B',
      '30 kB',
      '1.2 MB',
      '29 MB',
      '2.1 GB',
    ]);
  });

  it('say the time left only where it is known', () => {
    expect([null, Number.NaN, 0.2, 3.2, 99, 240].map(timeLeft)).toEqual([
      '',
      '',
      'almost done',
      '4 s left',
      '99 s left',
      '4 min left',
    ]);
  });

  it('leave out what says nothing', () => {
    expect(joinWords('a', '', null, false, undefined, 'b')).toBe('a · b');
  });
});
