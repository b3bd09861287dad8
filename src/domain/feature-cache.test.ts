import { expect, it } from 'vitest';
import { automaticFeatureBudget } from './feature-cache';

it('takes a fifth of what the browser lets the site keep, and at most 1 GB', () => {
  expect([null, 1e12, 2e9, 0].map(automaticFeatureBudget)).toEqual([1e9, 1e9, 4e8, 0]);
});
