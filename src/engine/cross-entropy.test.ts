import { describe, expect, it } from 'vitest';
import { balancedWeights, logitsGradient, measureBatch, weightOf } from './cross-entropy';
import reference from './fixtures/losses.json';

const logits = Float32Array.from(reference.logits);
const { labels } = reference;
const classes = 4;

describe('the training loss', () => {
  for (const { smoothing, weights, loss, gradient } of reference.cases) {
    it(`is PyTorch’s, and so is its gradient, smoothed by ${String(smoothing)} with weights ${String(weights)}`, () => {
      const options = { smoothing, weights };
      const measured = measureBatch(logits, labels, classes, options);
      expect(Math.abs(measured.mean - loss)).toBeLessThan(1e-6);
      const own = logitsGradient(measured, labels, classes, options);
      expect(Math.max(...gradient.map((value, at) => Math.abs(value - (own[at] ?? NaN))))).toBeLessThan(1e-6);
    });
  }

  it('of two parts, divided by the weight of both, adds up to that of the whole', () => {
    const options = { smoothing: 0.1, weights: [0.5, 2, 1.25, 0.1] };
    const whole = logitsGradient(measureBatch(logits, labels, classes, options), labels, classes, options);
    const divisor = weightOf(labels, options);
    const parts = [
      [0, 3],
      [3, 7],
    ].flatMap(([from = 0, to = 0]) => {
      const some = labels.slice(from, to);
      const measured = measureBatch(logits.subarray(from * classes, to * classes), some, classes, options);
      return [...logitsGradient(measured, some, classes, options, divisor)];
    });
    expect(parts).toEqual([...whole]);
  });
});

describe('balancedWeights', () => {
  it('gives every class the same sum, and all together the number of samples', () => {
    const labelled = [0, 0, 0, 1, 2, 2];
    const weights = balancedWeights(labelled, 3);
    expect(weights).toEqual([2 / 3, 2, 1]);
    expect(weightOf(labelled, { smoothing: 0, weights })).toBeCloseTo(6, 12);
  });
});
