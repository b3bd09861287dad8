import { expect, it } from 'vitest';
import { clampThreads, mostThreads, threadLimit } from './threads';

it('offers every core up to a limit, and at least one', () => {
  expect([undefined, 0, 1, 2, 7.5, 16, 128].map(threadLimit)).toEqual([1, 1, 1, 2, 7, mostThreads, mostThreads]);
});

it('takes a wish for more threads than there are for all of them', () => {
  expect([0, 1, 3, 4, 5, 99].map((threads) => clampThreads(threads, 4))).toEqual([1, 1, 3, 4, 4, 4]);
});
