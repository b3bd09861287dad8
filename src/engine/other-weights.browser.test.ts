import { afterAll, beforeAll, expect, it } from 'vitest';
import { browserEnvironment } from '../kernels/wasm/cpu-backbone';
import { createDrawing, toRgb } from '../ingest/sample/drawings';
import type { Backbone } from './backbone';
import featuresUrl from './fixtures/drawings-features.safetensors?url';
import referenceUrl from './fixtures/drawings-reference.json?url';
import { createKernelBackbone } from './kernel-backbone';
import { worstFeatureError, type DrawingInput, type FeaturesReference } from './testing/features-reference';
import { createEqualWeights, firstCell, someCells } from './testing/other-weights';
import type { BackboneWeights } from './weights/conv-weights';
import { WeightsLoader } from './weights/weights-loader';

const torchvision = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;
const spawn = () => new Worker(new URL('../worker/cpu-kernel.worker.ts', import.meta.url), { type: 'module' });
const open = (weights: BackboneWeights): Promise<Backbone> =>
  createKernelBackbone(weights, { environment: browserEnvironment(spawn), threads: 2 });

let other: BackboneWeights;
let pixels: Uint8Array;
let features: Uint8Array;
let backbone: Backbone;

beforeAll(async () => {
  const { weights } = await new WeightsLoader().load('/models/vgg16/', () => undefined, new AbortController().signal);
  other = createEqualWeights(weights);
  const reference = (await (await fetch(referenceUrl)).json()) as FeaturesReference<DrawingInput>;
  const [first] = reference.inputs;
  if (first === undefined) throw new Error('the reference has no picture');
  pixels = toRgb(createDrawing(first.kind, first.index, first.size));
  features = new Uint8Array(await (await fetch(featuresUrl)).arrayBuffer());
  backbone = await open(other);
});
afterAll(() => {
  backbone.dispose();
});

it('the processor’s kernels give PyTorch’s features of weights that came in, and their trainer begins with them', async () => {
  expect(worstFeatureError(await backbone.extractFeatures(pixels), features, 0)).toBeLessThan(3e-4);
  const trainer = await backbone.training?.openTrainer({ unfrozen: 13, batch: 1, optimizer: 'sgd' });
  if (trainer === undefined) throw new Error('they do not train');
  expect(worstFeatureError(await trainer.forward([pixels]), features, 0)).toBeLessThan(3e-4);
  trainer.dispose();
});

it('they scale pictures by the mean that came in, as it is on paper, at the edges too', async () => {
  const weights = { ...other, scaling: torchvision };
  const own = await open(weights);
  const [map] = (await own.training?.extractBoundary([pixels], 1)) ?? [];
  for (const cell of someCells) {
    const [row, column, channel] = cell;
    expect(map?.[(row * 224 + column) * 64 + channel]).toBeCloseTo(firstCell(pixels, weights, cell), 4);
  }
  own.dispose();
});
