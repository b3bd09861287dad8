import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { accuracy, argmax, crossEntropy, mean, softmax, wilsonInterval } from './metrics';

const logits = fc.array(fc.double({ min: -1e4, max: 1e4, noNaN: true }), { minLength: 1, maxLength: 12 });

describe('probabilities and loss', () => {
  test('equal the values worked out by hand', () => {
    // e^0 : e^ln3 = 1 : 3.
    expect(softmax([0, Math.log(3)])).toEqual([expect.closeTo(0.25, 15), expect.closeTo(0.75, 15)]);
    expect(crossEntropy([0, Math.log(3)], 1)).toBeCloseTo(Math.log(4 / 3), 15);
    expect(crossEntropy([0, Math.log(3)], 0)).toBeCloseTo(Math.log(4), 15);
    expect(crossEntropy([5, 5, 5, 5], 2)).toBeCloseTo(Math.log(4), 15);
  });

  test('stay finite where the exponential of a logit would not', () => {
    expect(softmax([1000, 0])).toEqual([1, 0]);
    expect(crossEntropy([1000, 0], 1)).toBe(1000);
    expect(crossEntropy(new Float32Array([-1000, 0]), 0)).toBe(1000);
  });

  test('the probabilities add up to 1, keep the order of the logits, and agree with the loss', () => {
    fc.assert(
      fc.property(logits, (values) => {
        const probabilities = softmax(values);
        expect(probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
        expect(probabilities[argmax(values)]).toBe(Math.max(...probabilities));
        values.forEach((_, label) => {
          const loss = crossEntropy(values, label);
          expect(loss).toBeGreaterThanOrEqual(0);
          expect(Math.exp(-loss)).toBeCloseTo(probabilities[label] ?? NaN, 12);
        });
      }),
    );
  });

  test('a label outside the logits is refused', () => {
    expect(() => crossEntropy([1, 2], 2)).toThrow(RangeError);
    expect(() => crossEntropy([1, 2], -1)).toThrow(RangeError);
  });
});

describe('counting', () => {
  test('the largest value is found, the first of equal ones, and never NaN', () => {
    expect([argmax([1, 3, 2]), argmax([2, 2]), argmax([NaN, -5]), argmax(new Float32Array([-3, -1]))]).toEqual([1, 0, 1, 1]);
    expect(() => argmax([])).toThrow(RangeError);
  });

  test('mean and accuracy are plain shares, and NaN of nothing', () => {
    expect(mean([1, 2, 6])).toBe(3);
    expect(mean([])).toBeNaN();
    expect(accuracy([0, 1, 1, 0], [0, 1, 0, 0])).toBe(0.75);
    expect(accuracy([], [])).toBeNaN();
    expect(() => accuracy([0], [0, 1])).toThrow(RangeError);
  });
});

describe('Wilson’s interval', () => {
  test.each([
    // n = 10, z^2 = 3.841459: none right leaves z^2 / (n + z^2) = 3.841459 / 13.841459.
    [0, 10, 0, 0.277533],
    // Half right: 0.5 -+ (z / 1.3841459) * sqrt(0.025 + 0.009603647) = 0.5 -+ 1.416010 * 0.186021.
    [5, 10, 0.236593, 0.763407],
    [10, 10, 0.722467, 1],
    // 898 of 900: centre (0.997778 + 0.002134) / 1.004268 = 0.995662, half 1.951634 * sqrt(2.463649e-6 + 1.185635e-6).
    [898, 900, 0.991934, 0.99939],
    [0, 0, 0, 1],
  ])('of %i right out of %i is %f to %f', (right, total, low, high) => {
    const interval = wilsonInterval(right, total);
    expect(interval.low).toBeCloseTo(low, 5);
    expect(interval.high).toBeCloseTo(high, 5);
  });

  test('holds the share, stays within 0 and 1, and mirrors when right and wrong change places', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.nat(), (total, draw) => {
        const right = draw % (total + 1);
        const { low, high } = wilsonInterval(right, total);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(right / total);
        expect(high).toBeGreaterThanOrEqual(right / total);
        expect(wilsonInterval(total - right, total).low).toBeCloseTo(1 - high, 12);
      }),
    );
  });

  test('more right than there are is refused', () => {
    expect(() => wilsonInterval(3, 2)).toThrow(RangeError);
    expect(() => wilsonInterval(-1, 2)).toThrow(RangeError);
  });
});
