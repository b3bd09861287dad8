import { describe, expect, it } from 'vitest';
import { findUneven } from './uneven-classes';

const counts = (...entries: [string | null, number][]) => new Map(entries);

describe('classes', () => {
  it('are uneven from two to one on, whatever is unlabelled or empty', () => {
    expect(findUneven(counts(['cat', 20], ['dog', 10], ['fox', 15]))).toEqual({ largest: 'cat', smallest: 'dog', ratio: 2 });
    expect(findUneven(counts(['cat', 19], ['dog', 10], [null, 500], ['new', 0]))).toBeNull();
    expect(findUneven(counts())).toBeNull();
  });
});
