import { expect, it } from 'vitest';
import { createDrawing, toRgb } from '../ingest/sample/drawings';
import { createCompute } from './device';
import { createBrowserEnvironment } from './device-environment';
import featuresUrl from './fixtures/drawings-features.safetensors?url';
import referenceUrl from './fixtures/drawings-reference.json?url';
import {
  createLayerComparison,
  worstFeatureError,
  type DrawingInput,
  type FeaturesReference,
} from './testing/features-reference';
import { sha256Hex } from './weights/sha256';
import { WeightsLoader } from './weights/weights-loader';
import { createTfjsBackbone } from './tfjs-backbone';

/** tfjs' stock kernels take about 95 s a picture on software WebGPU, so it is one picture, and its own file. */
it('the backbone on WebGPU gives every layer and the features of a drawing as PyTorch does, and frees what it took', async () => {
  const reference = (await (await fetch(referenceUrl)).json()) as FeaturesReference<DrawingInput>;
  const file = new Uint8Array(await (await fetch(featuresUrl)).arrayBuffer());
  const [input] = reference.inputs;
  if (input === undefined) throw new Error('the reference is empty');
  const pixels = toRgb(createDrawing(input.kind, input.index, input.size));
  expect(await sha256Hex(pixels)).toBe(input.sha256);

  const { weights } = await new WeightsLoader().load('/models/vgg16/', () => undefined, new AbortController().signal);
  const compute = await createCompute('webgpu', createBrowserEnvironment());
  expect(compute.status).toMatchObject({ device: 'webgpu', softwareAdapter: true, reason: null });
  const empty = compute.memory();
  const backbone = createTfjsBackbone(weights, compute);
  const ready = compute.memory();
  expect(ready.gpuBytes).toBeGreaterThan(58_000_000);

  const { tap, seen } = createLayerComparison(reference, 0);
  const started = performance.now();
  const features = await backbone.extractFeatures(pixels, tap);
  const worst = worstFeatureError(features, file, 0);
  console.info(
    `${((performance.now() - started) / 1000).toFixed(1)} s; features off by ${worst.toExponential(1)} of rms, layers by ${Math.max(...seen.map((layer) => layer.worst)).toExponential(1)}`,
  );
  expect(seen).toHaveLength(reference.layers.length);
  for (const { layer, worst: worstOfLayer } of seen) expect(worstOfLayer, layer).toBeLessThan(1e-3);
  expect(worst).toBeLessThan(1e-3);
  expect(compute.memory()).toEqual(ready);
  backbone.dispose();
  expect(compute.memory()).toEqual(empty);
  compute.dispose();
}, 400_000);
