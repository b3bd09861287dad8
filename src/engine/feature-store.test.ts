import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { featureCount } from '../domain/vgg16';
import { FeatureStore, packFeatures, unpackFeatures } from './feature-store';

function unpack(packed: ReturnType<typeof packFeatures>, norm: number | null = null): Float32Array {
  const out = new Float32Array(featureCount);
  unpackFeatures(packed, norm, out, 0);
  return out;
}

describe('packed features', () => {
  it('come back bit by bit, whatever the values and wherever they lie', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(featureCount - 1), fc.float()), { maxLength: 200 }), (entries) => {
        const features = new Float32Array(featureCount);
        for (const [at, value] of [...entries, [0, 1.5], [31, -0], [32, NaN], [featureCount - 1, 2]] as const)
          features[at] = value;
        expect(new Uint32Array(unpack(packFeatures(features)).buffer)).toEqual(new Uint32Array(features.buffer));
      }),
      { numRuns: 30 },
    );
  });

  it('keep 5,000 pictures near 100 MB where 85 of 100 values are zero', () => {
    const features = Float32Array.from({ length: featureCount }, (_, i) => (i % 20 < 3 ? i : 0));
    const store = new FeatureStore();
    store.put('a', 'crop', features);
    expect(store.bytes * 5000).toBeLessThan(100e6);
  });

  it('are scaled to one L2 norm on request, and stay zero when all are zero', () => {
    const features = new Float32Array(featureCount);
    features[3] = 3;
    features[40] = 4;
    const scaled = unpack(packFeatures(features), 10);
    expect([scaled[3], scaled[40]]).toEqual([6, 8]);
    expect(unpack(packFeatures(new Float32Array(featureCount)), 10).every((value) => value === 0)).toBe(true);
  });
});

describe('FeatureStore', () => {
  it('holds the features of a sample for each fit, until the sample is forgotten or the device changes', () => {
    const store = new FeatureStore();
    const one = new Float32Array(featureCount).fill(1);
    store.useDevice('cpu');
    store.put('a', 'crop', one);
    store.put('a', 'pad', one);
    store.put('b/c', 'crop', one);
    store.useDevice('cpu');
    expect(store.get('a', 'crop')).toBeDefined();
    expect(store.get('a', 'squash')).toBeUndefined();
    store.forget(['a']);
    expect(store.get('a', 'pad')).toBeUndefined();
    expect(store.get('b/c', 'crop')).toBeDefined();
    store.useDevice('webgpu');
    expect(store.get('b/c', 'crop')).toBeUndefined();
    expect(store.bytes).toBe(0);
  });
});
