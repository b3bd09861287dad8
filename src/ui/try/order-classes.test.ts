import { describe, expect, it } from 'vitest';
import { orderClasses } from './order-classes';

describe('the order of the probability bars', () => {
  it('keeps the places of a few classes', () => {
    expect(orderClasses([0.1, 0.9])).toEqual([0, 1]);
    expect(orderClasses([0.1, 0.2, 0.3, 0.3, 0.1])).toEqual([0, 1, 2, 3, 4]);
  });

  it('puts the likeliest of many first, and what is not a number last', () => {
    expect(orderClasses([0.1, 0.4, 0.1, 0.05, 0.3, Number.NaN])).toEqual([1, 4, 0, 2, 3, 5]);
  });
});
