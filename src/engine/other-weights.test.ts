import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDrawing, toRgb } from '../ingest/sample/drawings';
import { createCompute, type Compute } from './device';
import { describeOrigin } from './feature-key';
import { runSelfTest } from './self-test/self-test';
import { nodeEnvironment, readShippedWeights } from './testing/node-environment';
import { createEqualWeights, firstCell, someCells } from './testing/other-weights';
import { createTfjsBackbone } from './tfjs-backbone';

const shipped = readShippedWeights();
const picture = () => toRgb(createDrawing('cat', 0, 224));
const torchvision = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;

let compute: Compute;
beforeAll(async () => {
  compute = await createCompute('cpu', nodeEnvironment);
});
afterAll(() => {
  compute.dispose();
});

describe('weights that came in', () => {
  it('give PyTorch’s features, every one of the 26 tensors and the input’s scaling in force', async () => {
    const backbone = createTfjsBackbone(createEqualWeights(shipped), compute);
    const path = { name: 'The path', featureTolerance: 1e-3 };
    const { featureError } = await runSelfTest(path, backbone, compute, { picture, now: () => performance.now() });
    expect(featureError).toBeLessThan(3e-4);
    backbone.dispose();
  }, 60_000);

  it('are computed with their own mean, as it is on paper, at the edges too', async () => {
    const weights = { ...createEqualWeights(shipped), scaling: torchvision };
    const backbone = createTfjsBackbone(weights, compute);
    const pixels = picture();
    const seen: Float32Array[] = [];
    await backbone.extractFeatures(pixels, (layer, _shape, values) => {
      if (layer === 1) seen.push(values);
    });
    const [map = new Float32Array(0)] = seen;
    for (const cell of someCells) {
      const [row, column, channel] = cell;
      expect(map[(row * 224 + column) * 64 + channel]).toBeCloseTo(firstCell(pixels, weights, cell), 4);
    }
    backbone.dispose();
  }, 60_000);

  it('have features of their own, which never pass for those of others', () => {
    const about = { decoder: 'browser', plan: 'plan' };
    const own = describeOrigin({ ...about, weights: shipped });
    const other = createEqualWeights(shipped);
    const theirs = describeOrigin({ ...about, weights: other });
    const thirds = describeOrigin({ ...about, weights: { ...other, baseId: 'cd'.repeat(32) } });
    expect(new Set([own, theirs, thirds]).size).toBe(3);
  });
});
