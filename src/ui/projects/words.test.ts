import { describe, expect, it } from 'vitest';
import { agoOf } from './words';

describe('agoOf', () => {
  it('says how long ago, and the day where that is long', () => {
    const then = '2026-11-12T10:00:00.000Z';
    const after = (minutes: number) => agoOf(then, Date.parse(then) + minutes * 60_000);
    expect([0, 5, 59, 60, 60 * 23.9, 60 * 25].map(after)).toEqual([
      'just now',
      '5 min ago',
      '59 min ago',
      '1 h ago',
      '23 h ago',
      'yesterday',
    ]);
    expect(after(60 * 24 * 3)).toBe('12 Nov 2026');
    // A clock that was put back.
    expect(after(-5)).toBe('just now');
    expect(agoOf('no time')).toBe('');
  });
});
