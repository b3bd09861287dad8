import * as tf from '@tensorflow/tfjs-core';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plainRun } from '../../domain/testing/plain-run';
import { convLayers, featureCount, vggLayers } from '../../domain/vgg16';
import { createDrawing, toRgb } from '../../ingest/sample/drawings';
import type { Backbone } from '../backbone';
import { createCompute, type Compute } from '../device';
import { createLayerComparison, type DrawingInput, type FeaturesReference } from '../testing/features-reference';
import { nodeEnvironment, readShippedWeights } from '../testing/node-environment';
import { createTfjsBackbone } from '../tfjs-backbone';
import { computeLayerMaps, readLayerMap, readNetworkWeights } from './layer-maps';

const reference = JSON.parse(
  readFileSync(new URL('../fixtures/drawings-reference.json', import.meta.url), 'utf8'),
) as FeaturesReference<DrawingInput>;
const weights = readShippedWeights();
const signal = new AbortController().signal;
const [input] = reference.inputs;
if (input === undefined) throw new Error('the reference has no picture');
const pixels = toRgb(createDrawing(input.kind, input.index, input.size));

let compute: Compute;
let stock: Backbone;
/** As our kernels answer: only what comes after a pooling where one follows. */
let fused: Backbone;

beforeAll(async () => {
  compute = await createCompute('cpu', nodeEnvironment);
  stock = createTfjsBackbone(weights, compute);
  const seen = new Map<number, Float32Array>();
  const features = await stock.extractFeatures(pixels, (index, _shape, values) => seen.set(index, values));
  fused = {
    ...stock,
    extractFeatures: () => Promise.resolve(features),
    training: {
      computePlan: '',
      batch: 1,
      extractBoundary: (_pixels, steps) => {
        const index = convLayers[steps - 1]?.index ?? -1;
        return Promise.resolve([seen.get(index + (vggLayers[index + 2]?.kind === 'pool' ? 2 : 1)) ?? new Float32Array(0)]);
      },
      openTrainer: () => Promise.reject(new Error('not part of this test')),
    },
  };
}, 60_000);

afterAll(() => {
  stock.dispose();
  compute.dispose();
});

async function errorOf(backbone: Backbone, layerIndex: number): Promise<number> {
  const { tap, seen } = createLayerComparison(reference, 0);
  const { shape, values } = await readLayerMap(pixels, layerIndex, { compute, backbone, weights, signal });
  tap(layerIndex, shape, values);
  return seen[0]?.worst ?? Number.NaN;
}

describe('what a picture excites in a layer, against PyTorch', () => {
  it('is the backbone’s own map, and before a pooling that kernels do at once the convolution of the map before it', async () => {
    const before = tf.memory().numTensors;
    // 1.1; 2.2 and 5.3 before their pooling; 3.1; the fourth pooling; the last pooling, which is the features.
    for (const layerIndex of [1, 8, 11, 23, 29, 30])
      expect(await errorOf(fused, layerIndex), `layer ${layerIndex}`).toBeLessThan(1e-4);
    expect(tf.memory().numTensors).toBe(before);
  }, 60_000);

  it('is watched where a backbone passes layer by layer', async () => {
    expect(await errorOf(stock, 8)).toBeLessThan(1e-4);
  }, 60_000);

  it('is packed to a byte a place, and is not for layers that give nothing to see', async () => {
    const parts = { compute, backbone: fused, weights, signal };
    const maps = await computeLayerMaps(pixels, 30, parts);
    expect(maps).toMatchObject({ layerIndex: 30, height: 7, width: 7, channels: 512 });
    expect(maps.values).toHaveLength(featureCount);
    await expect(readLayerMap(pixels, 0, parts)).rejects.toThrow('nothing to see');
    await expect(readLayerMap(pixels, 31, parts)).rejects.toThrow('nothing to see');
  });

  it('ends with cancel, and with a code where numbers are none', async () => {
    const abort = new AbortController();
    abort.abort();
    const parts = { compute, backbone: fused, weights, signal };
    await expect(readLayerMap(pixels, 11, { ...parts, signal: abort.signal })).rejects.toMatchObject({ code: 'cancelled' });
    const broken = { ...fused, extractFeatures: () => Promise.resolve(new Float32Array(featureCount).fill(Number.NaN)) };
    await expect(readLayerMap(pixels, 30, { ...parts, backbone: broken })).rejects.toMatchObject({ code: 'self-check-failed' });
  });
});

describe('the weights that can be looked at', () => {
  it('are the first filters by row, column and colour, those of a fine-tuned head where there is one', () => {
    const { filters, head, isTuned } = readNetworkWeights(weights, null);
    expect([filters.length, head, isTuned]).toEqual([64 * 27, null, false]);
    const oihw = Float32Array.from({ length: 64 * 27 }, (_, at) => at);
    const own = [{ name: 'features.0.weight', values: oihw }];
    const kept = { run: plainRun, weight: new Float32Array(2 * featureCount), bias: new Float32Array(2), tensors: own };
    const changed = { ...weights, trained: new Map([['features.0.weight', oihw]]) };
    const tuned = readNetworkWeights(changed, kept);
    expect(tuned.isTuned).toBe(true);
    // Convolutions that came in are not what a head fine-tuned.
    expect(readNetworkWeights(changed, { ...kept, tensors: [] }).isTuned).toBe(false);
    // Filter 2, row 1, column 0, blue: [2, 2, 1, 0] of OIHW.
    expect(tuned.filters[2 * 27 + (1 * 3 + 0) * 3 + 2]).toBe(2 * 27 + 2 * 9 + 1 * 3 + 0);
  });
});
