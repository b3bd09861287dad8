import { describe, expect, it } from 'vitest';
import { deriveRng } from '../../domain/rng';
import { featureCount } from '../../domain/vgg16';
import { gradientBeforeNorm, scaleToNorm } from './feature-norm';

function noise(seed: number): Float32Array {
  const rng = deriveRng(seed, 'noise');
  return Float32Array.from({ length: 2 * featureCount }, () => rng.uniform() - 0.3);
}

describe('gradientBeforeNorm', () => {
  it('is the slope of what comes after the norm, along any direction', () => {
    const [features, direction, weights] = [noise(1), noise(2), noise(3)];
    const norm = 10;
    const valueAt = (far: number) => {
      const moved = scaleToNorm(
        features.map((value, at) => value + far * (direction[at] ?? NaN)),
        norm,
      );
      return moved.reduce((sum, value, at) => sum + value * (weights[at] ?? NaN), 0);
    };
    const slope = gradientBeforeNorm(weights, features, norm).reduce((sum, value, at) => sum + value * (direction[at] ?? NaN), 0);
    const far = 0.01;
    const measured = (valueAt(far) - valueAt(-far)) / (2 * far);
    expect(Math.abs(measured / slope - 1)).toBeLessThan(1e-3);
    const unscaled = weights.reduce((sum, value, at) => sum + value * (direction[at] ?? NaN), 0);
    expect(Math.abs(slope / unscaled - 1)).toBeGreaterThan(0.1);
  });

  it('changes nothing without a norm, and has no slope where all features are zero', () => {
    const weights = noise(3);
    expect(gradientBeforeNorm(weights, noise(1), null)).toBe(weights);
    const features = noise(1).fill(0, 0, featureCount);
    const gradient = gradientBeforeNorm(weights, features, 10);
    expect(gradient.subarray(0, featureCount).every((value) => value === 0)).toBe(true);
    expect(gradient.every(Number.isFinite)).toBe(true);
    expect(
      scaleToNorm(features, 10)
        .subarray(0, featureCount)
        .every((value) => value === 0),
    ).toBe(true);
  });
});
