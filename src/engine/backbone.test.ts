import * as tf from '@tensorflow/tfjs-core';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDrawing, toRgb } from '../ingest/sample/drawings';
import type { Backbone } from './backbone';
import { createCompute, type Compute } from './device';
import {
  createLayerComparison,
  dropAlpha,
  worstFeatureError,
  type DrawingInput,
  type FeaturesReference,
} from './testing/features-reference';
import { nodeEnvironment, readShippedWeights } from './testing/node-environment';
import { createTfjsBackbone } from './tfjs-backbone';

/** Of a layer's, or of the features', rms. */
const bound = 1e-3;
const picturesSeconds: number[] = [];

let compute: Compute;
let backbone: Backbone;
let atStart: { tensors: number; bytes: number };

beforeAll(async () => {
  compute = await createCompute('cpu', nodeEnvironment);
  atStart = compute.memory();
  backbone = createTfjsBackbone(readShippedWeights(), compute);
}, 30_000);
afterAll(() => {
  backbone.dispose();
  expect(compute.memory()).toMatchObject(atStart);
  compute.dispose();
  console.info(
    `${(picturesSeconds.reduce((a, b) => a + b, 0) / picturesSeconds.length).toFixed(2)} s a picture on tfjs' WASM backend, one thread`,
  );
});

async function expectAsPyTorch(
  pixels: Uint8Array,
  reference: FeaturesReference,
  file: Uint8Array,
  picture: number,
): Promise<Float32Array> {
  const before = tf.memory().numTensors;
  const { tap, seen } = createLayerComparison(reference, picture);
  const started = performance.now();
  const features = await backbone.extractFeatures(pixels, tap);
  picturesSeconds.push((performance.now() - started) / 1000);
  expect(seen.map(({ layer }) => layer)).toEqual(reference.layers.map(({ layer }) => layer));
  for (const { layer, worst } of seen) expect(worst, layer).toBeLessThan(bound);
  const worst = worstFeatureError(features, file, picture);
  console.info(
    `features off by at most ${worst.toExponential(1)} of rms, layers by ${Math.max(...seen.map((layer) => layer.worst)).toExponential(1)}`,
  );
  expect(worst).toBeLessThan(bound);
  expect(tf.memory().numTensors).toBe(before);
  return features;
}

describe('the backbone on the CPU, against PyTorch', () => {
  const folder = new URL('./fixtures/', import.meta.url);
  const reference = JSON.parse(
    readFileSync(new URL('drawings-reference.json', folder), 'utf8'),
  ) as FeaturesReference<DrawingInput>;
  const file = new Uint8Array(readFileSync(new URL('drawings-features.safetensors', folder)));

  it.each(reference.inputs.map((input, picture) => ({ ...input, picture })))(
    'gives every layer and the features of the drawing $kind $index',
    async ({ kind, index, size, sha256, picture }) => {
      const pixels = toRgb(createDrawing(kind, index, size));
      expect(createHash('sha256').update(pixels).digest('hex')).toBe(sha256);
      await expectAsPyTorch(pixels, reference, file, picture);
    },
    60_000,
  );

  it('refuses features that are not all numbers', async () => {
    const weights = readShippedWeights();
    const name = weights.index.fileOf.get('features.28.bias') ?? '';
    const shard = weights.shards.get(name)?.slice() ?? new Uint8Array();
    const headerBytes = Number(new DataView(shard.buffer).getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(shard.subarray(8, 8 + headerBytes))) as Record<
      string,
      { data_offsets: [number, number] }
    >;
    const [begin] = header['features.28.bias']?.data_offsets ?? [0];
    new DataView(shard.buffer).setFloat32(8 + headerBytes + begin, Infinity, true);
    const broken = createTfjsBackbone({ ...weights, shards: new Map(weights.shards).set(name, shard) }, compute);
    await expect(broken.extractFeatures(new Uint8Array(224 * 224 * 3))).rejects.toMatchObject({ code: 'self-check-failed' });
    broken.dispose();
  }, 60_000);
});

const shared = new URL('../../../shared/reference/', import.meta.url);
if (existsSync(new URL('features.json', shared))) {
  const reference = JSON.parse(readFileSync(new URL('features.json', shared), 'utf8')) as FeaturesReference<string>;
  const file = new Uint8Array(readFileSync(new URL('features.safetensors', shared)));
  describe('the backbone on the CPU, against PyTorch on photos', () => {
    it.each(reference.inputs.map((path, picture) => ({ path, picture })))(
      'gives every layer and the features of $path',
      async ({ path, picture }) => {
        const { data } = PNG.sync.read(readFileSync(new URL(path, shared)));
        await expectAsPyTorch(dropAlpha(data), reference, file, picture);
      },
      60_000,
    );
  });
} else console.info('left out: the backbone on photos (../shared/reference/features.json is not here)');
