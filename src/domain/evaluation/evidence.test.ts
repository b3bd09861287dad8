import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deriveRng } from '../rng';
import { featureCount } from '../vgg16';
import { evidenceBetween, evidenceCells, evidenceOf, showSum } from './evidence';

/** About as sparse as VGG-16's. */
function drawFeatures(seed: number): Float32Array {
  const rng = deriveRng(seed, 'features');
  return Float32Array.from({ length: featureCount }, () => Math.max(0, rng.uniform() * 6 - 5));
}

function drawWeights(seed: number): Float32Array {
  const rng = deriveRng(seed, 'weights');
  return Float32Array.from({ length: featureCount }, () => (rng.uniform() - 0.5) / 50);
}

/** As PyTorch's Linear over features scaled to the norm, in float64. */
function logitOf(features: Float32Array, weights: Float32Array, bias: number, norm: number | null): number {
  const length = Math.sqrt(features.reduce((sum, value) => sum + value * value, 0));
  const scale = norm === null ? 1 : norm / length;
  return features.reduce((sum, value, at) => sum + value * scale * (weights[at] ?? NaN), bias);
}

describe('evidence', () => {
  it('adds up to the logit, with and without a feature norm, whatever the picture and the head', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.nat(),
        fc.double({ min: -3, max: 3, noNaN: true }),
        fc.option(fc.double({ min: 1, max: 500, noNaN: true })),
        (picture, head, bias, norm) => {
          const [features, weights] = [drawFeatures(picture), drawWeights(head)];
          const { cells, logit } = evidenceOf(features, weights, bias, norm);
          expect(cells).toHaveLength(evidenceCells);
          expect(cells.reduce((sum, cell) => sum + cell, bias)).toBeCloseTo(logit, 10);
          expect(logit).toBeCloseTo(logitOf(features, weights, bias, norm), 9);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('stands in the cell where the feature is: PyTorch flattens channels first', () => {
    const features = new Float32Array(featureCount);
    const weights = new Float32Array(featureCount).fill(1);
    // Channel 3, row 2, column 5.
    features[3 * 49 + 2 * 7 + 5] = 4;
    weights[3 * 49 + 2 * 7 + 5] = -0.5;
    const { cells } = evidenceOf(features, weights, 1, null);
    expect(cells.map((value, cell) => (value === 0 ? null : [cell, value])).filter((found) => found !== null)).toEqual([
      [19, -2],
    ]);
  });

  it('leaves the bias alone of a picture without features', () => {
    const { cells, logit } = evidenceOf(new Float32Array(featureCount), drawWeights(1), 0.25, 100);
    expect(cells.every((value) => value === 0)).toBe(true);
    expect(logit).toBe(0.25);
  });

  it('between two classes is the difference of both, which adds up to that of the logits', () => {
    const features = drawFeatures(1);
    const [cat, dog] = [evidenceOf(features, drawWeights(2), 0.1, 100), evidenceOf(features, drawWeights(3), -0.2, 100)];
    const between = evidenceBetween(cat, dog);
    expect(between.logit).toBeCloseTo(cat.logit - dog.logit, 12);
    expect(between.cells.reduce((sum, cell) => sum + cell, between.bias)).toBeCloseTo(between.logit, 10);
  });

  it('is of 25,088 features and weights only', () => {
    expect(() => evidenceOf(new Float32Array(49), drawWeights(1), 0, null)).toThrow(RangeError);
  });
});

describe('the shown sum', () => {
  const evidence = (bias: number, sum: number) => ({ bias, cells: [sum], logit: bias + sum });

  it('adds up to the last digit, whatever the rounding', () => {
    const value = fc.double({ min: -100, max: 100, noNaN: true });
    fc.assert(
      fc.property(value, value, fc.double({ min: -0.0004, max: 0.0004, noNaN: true }), (bias, sum, off) => {
        const shown = showSum(evidence(bias, sum), bias + sum + off, 3);
        expect(shown.holds).toBe(true);
        expect(Number(shown.bias) + Number(shown.cells)).toBeCloseTo(Number(shown.logit), 9);
        expect(Math.abs(Number(shown.cells) - sum)).toBeLessThan(0.0016);
      }),
    );
  });

  it('does not pretend where the numbers differ', () => {
    expect(showSum(evidence(1, 2), 3.002, 3)).toEqual({ bias: '1.000', cells: '2.000', logit: '3.002', holds: false });
  });
});
