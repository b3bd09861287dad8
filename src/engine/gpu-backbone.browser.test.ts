import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createGpuBackbone, scaleTable, type GpuBackbone, type GpuBackboneOptions } from '../kernels/webgpu/gpu-backbone';
import { defaultPlan, describePlan, leanPlan } from '../kernels/webgpu/kernel-plan';
import type { MemoryPlan } from '../kernels/webgpu/memory-plan';
import { extractTensor, registerConvKernels } from '../kernels/webgpu/tfjs-kernels';
import { convRelu, maxPool } from '../kernels/webgpu/tfjs-ops';
import { createDrawing, toRgb } from '../ingest/sample/drawings';
import { createCompute, type Compute } from './device';
import { createBrowserEnvironment } from './device-environment';
import featuresUrl from './fixtures/drawings-features.safetensors?url';
import referenceUrl from './fixtures/drawings-reference.json?url';
import { createPreprocess } from './preprocessing';
import { countBytes } from './testing/counted-device';
import {
  createLayerComparison,
  worstFeatureError,
  type DrawingInput,
  type FeaturesReference,
} from './testing/features-reference';
import { openConvSources, type BackboneWeights } from './weights/conv-weights';
import { WeightsLoader } from './weights/weights-loader';

/** Of the features' rms. */
const bound = 3e-4;

let weights: BackboneWeights;
let reference: FeaturesReference<DrawingInput>;
let file: Uint8Array;
let pictures: Uint8Array[];
let compute: Compute | null = null;

beforeAll(async () => {
  ({ weights } = await new WeightsLoader().load('/models/vgg16/', () => undefined, new AbortController().signal));
  reference = (await (await fetch(referenceUrl)).json()) as FeaturesReference<DrawingInput>;
  file = new Uint8Array(await (await fetch(featuresUrl)).arrayBuffer());
  pictures = reference.inputs.map(({ kind, index, size }) => toRgb(createDrawing(kind, index, size)));
});
function close(): void {
  compute?.dispose();
  compute = null;
}
afterEach(close);

function pictureAt(at: number): Uint8Array {
  return pictures[at % pictures.length] ?? new Uint8Array();
}

/** A device of the engine's, and a backbone on it. `tamper` sees the device before the backbone does. */
async function open(
  change: Partial<GpuBackboneOptions> = {},
  tamper: (device: GPUDevice) => void = () => undefined,
): Promise<{ backbone: GpuBackbone; device: GPUDevice; own: Compute }> {
  const own = await createCompute('webgpu', createBrowserEnvironment());
  compute = own;
  const { device } = own;
  if (device === null) throw new Error('this browser has no WebGPU');
  tamper(device);
  const backbone = await createGpuBackbone({
    device,
    readSource: openConvSources(weights),
    scaling: weights.scaling,
    software: true,
    orFailure: own.orFailure,
    ...change,
  });
  return { backbone, device, own };
}

it('the table of scaled bytes is what the processor computes, bit for bit', () => {
  const pixels = Uint8Array.from({ length: 224 * 224 * 3 }, (_, at) => Math.floor(at / 3) % 256);
  const table = scaleTable(weights.scaling);
  const scaled = createPreprocess(weights.scaling)(pixels);
  expect(scaled).toEqual(Float32Array.from(pixels, (byte, at) => table[(at % 3) * 256 + byte] ?? NaN));
});

describe('the backbone on software WebGPU', () => {
  it('gives every layer and the features of a drawing as PyTorch does, tells its memory, and frees what it took', async () => {
    let counted = { bytes: () => NaN };
    const told: MemoryPlan[] = [];
    const progress: string[] = [];
    const { backbone, own } = await open(
      {
        batch: 2,
        onMemory: (plan) => told.push(plan),
        onCompileProgress: ({ done, total }) => progress.push(`${done} of ${total}`),
      },
      (device) => (counted = countBytes(device)),
    );
    expect(backbone.computePlan).toBe('headstart-webgpu winograd4 float32 directx1 quad8x12');
    expect(progress).toEqual(Array.from({ length: progress.length }, (_, at) => `${at} of ${progress.length - 1}`));
    expect(progress.length).toBeLessThan(11); // few programs
    expect(told).toEqual([backbone.memory]);
    const taken = backbone.gpuBytes();
    expect(counted.bytes()).toBe(taken);
    // Beside it stand the features on their way to be read.
    expect(backbone.memory.total - taken).toBeLessThan(2 * 25_088 * 4);
    expect(backbone.memory.total).toBeGreaterThanOrEqual(taken);

    for (const picture of pictures.keys()) {
      const { tap, seen } = createLayerComparison(reference, picture);
      const features = await backbone.extractFeatures(pictureAt(picture), picture === 0 ? tap : undefined);
      const worst = worstFeatureError(features, file, picture);
      expect(worst).toBeLessThan(bound);
      console.info(`features off by ${worst.toExponential(1)} of rms`);
      if (picture > 0) continue;
      console.info(`layers by ${Math.max(...seen.map((layer) => layer.worst)).toExponential(1)}`);
      expect(seen).toHaveLength(13);
      for (const { layer, worst: worstOfLayer } of seen) expect(worstOfLayer, layer).toBeLessThan(1e-3);
    }
    expect(counted.bytes()).toBe(taken);
    backbone.dispose();
    expect(backbone.gpuBytes()).toBe(0);
    expect(counted.bytes()).toBe(0);
    expect(own.failure()).toBeNull();
  });

  it('gives a batch what each picture has alone, also a longer one with a short end, and calls that overlap', async () => {
    const { backbone } = await open({ batch: 2 });
    const [features, ...alone] = await Promise.all([
      backbone.extractBatch([0, 1, 1].map(pictureAt)),
      ...[1, 0].map((at) => backbone.extractFeatures(pictureAt(at))),
    ]);
    expect(features).toHaveLength(3);
    expect(features[0]).toEqual(alone[1]);
    expect(features[1]).toEqual(alone[0]);
    expect(features[2]).toEqual(alone[0]);
    for (const [at, values] of features.entries()) expect(worstFeatureError(values, file, Math.min(at, 1))).toBeLessThan(bound);
    expect(await backbone.extractBatch([])).toEqual([]);
    backbone.dispose();
  });

  it('hears a cancel within a picture, refuses pixels of another length, and goes on after both', async () => {
    const { backbone, device } = await open({ batch: 1 });
    const controller = new AbortController();
    const submit = device.queue.submit.bind(device.queue);
    let submissions = 0;
    device.queue.submit = (buffers) => {
      submissions += 1;
      if (submissions === 3) controller.abort();
      submit(buffers);
    };
    await expect(backbone.extractBatch([0, 1, 0, 1].map(pictureAt), controller.signal)).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(submissions).toBe(3);
    await expect(backbone.extractBatch([pictureAt(0)], controller.signal)).rejects.toMatchObject({ code: 'cancelled' });
    await expect(backbone.extractFeatures(new Uint8Array(3))).rejects.toThrow(RangeError);
    expect(submissions).toBe(3);
    expect(worstFeatureError(await backbone.extractFeatures(pictureAt(1)), file, 1)).toBeLessThan(bound);
    backbone.dispose();
  });

  it('says so when the features are not numbers', async () => {
    const read = openConvSources(weights);
    const { backbone } = await open({
      batch: 1,
      readSource: (layer) => {
        const source = read(layer);
        return layer.index === 28 ? { ...source, bias: source.bias.map((value, at) => (at === 100 ? NaN : value)) } : source;
      },
    });
    await expect(backbone.extractFeatures(pictureAt(0))).rejects.toMatchObject({ code: 'self-check-failed' });
    backbone.dispose();
  });

  it('takes half the batch where the device is full, then filters as they are, then says so; nothing is left behind', async () => {
    const standard = defaultPlan({ subgroups: true, software: true });
    const [told, wanted]: [MemoryPlan[], Partial<GpuBackboneOptions>] = [[], { batch: 8 }];
    const onMemory = (plan: MemoryPlan) => told.push(plan);
    let counted = { bytes: () => NaN };

    const halved = await open({ ...wanted, onMemory }, (device) => (counted = countBytes(device, 330e6)));
    expect(told.map(({ batch }) => batch)).toEqual([8, 4, 2]);
    expect(halved.backbone.batch).toBe(2);
    expect(halved.backbone.plan).toEqual({ ...standard, batch: 2 });
    expect(counted.bytes()).toBe(halved.backbone.gpuBytes());
    expect(halved.own.failure()).toBeNull();
    halved.backbone.dispose();
    close();

    const lean = await open(wanted, (device) => (counted = countBytes(device, 120e6)));
    expect(lean.backbone.plan).toEqual({ ...leanPlan(standard), batch: 1 });
    expect(lean.backbone.computePlan).toBe('headstart-webgpu direct float32 directx13');
    expect(counted.bytes()).toBe(lean.backbone.gpuBytes());
    expect(worstFeatureError(await lean.backbone.extractFeatures(pictureAt(0)), file, 0)).toBeLessThan(bound);
    lean.backbone.dispose();
    close();

    await expect(open(wanted, (device) => (counted = countBytes(device, 20e6)))).rejects.toMatchObject({ code: 'out-of-memory' });
    expect(counted.bytes()).toBe(0);
  });

  it('rejects every call that waits when the device is lost, with and without the engine’s watch', async () => {
    for (const watched of [true, false]) {
      const { backbone, device } = await open({ batch: 1, ...(watched ? {} : { orFailure: undefined }) });
      const pending = [
        backbone.extractBatch([0, 1, 0].map(pictureAt)),
        backbone.extractFeatures(pictureAt(1)),
        backbone.extractToBuffer([pictureAt(0)]),
      ].map((call) =>
        call.then(
          () => 'done',
          (error: unknown) => error,
        ),
      );
      device.destroy();
      for (const outcome of await Promise.all(pending)) expect(outcome).toMatchObject({ code: 'device-lost' });
      await expect(backbone.extractFeatures(pictureAt(0))).rejects.toMatchObject({ code: 'device-lost' });
      backbone.dispose();
      close();
    }
  });

  it('rejects what waits as cancelled when it is disposed', async () => {
    const { backbone } = await open({ batch: 1 });
    const pending = backbone.extractBatch([0, 1].map(pictureAt));
    pending.catch(() => undefined);
    backbone.dispose();
    await expect(pending).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('without subgroups gives the same features', async () => {
    const plan = defaultPlan({ subgroups: false, software: true, batch: 1 });
    const { backbone } = await open({ plan });
    expect(backbone.computePlan).toBe(describePlan(plan));
    expect(backbone.computePlan).toContain('plain8');
    expect(worstFeatureError(await backbone.extractFeatures(pictureAt(0)), file, 0)).toBeLessThan(bound);
    backbone.dispose();
  });
});

describe('beside TensorFlow.js on one device', () => {
  it('features become a tensor without being read, and tensors, bytes and GPU bytes return', async () => {
    const { backbone, own } = await open({ batch: 2 });
    const expected = await backbone.extractBatch([0, 1].map(pictureAt));
    const before = own.memory();
    const { tensor, dispose } = await extractTensor(backbone, [0, 1].map(pictureAt));
    expect(tensor.shape).toEqual([2, 25_088]);
    const doubled = tf.mul(tensor, 2);
    dispose();
    const values = await own.orFailure(doubled.data<'float32'>());
    expect(values.subarray(0, 25_088)).toEqual(expected[0]?.map((value) => value * 2));
    expect(values.subarray(25_088)).toEqual(expected[1]?.map((value) => value * 2));
    doubled.dispose();
    expect(own.memory()).toEqual(before);
    backbone.dispose();
  });

  it('convolution and pooling are kernels of its registry, and free what they take', async () => {
    const own = await createCompute('webgpu', createBrowserEnvironment());
    compute = own;
    const unregister = await registerConvKernels('quad8');
    const before = own.memory();
    for (const [channels, outChannels, height, width] of [
      [16, 32, 9, 6],
      [3, 16, 5, 8],
    ] as const) {
      const nhwc = tf.randomUniform<tf.Rank.R4>([2, height, width, channels], -1, 1, 'float32', 5);
      const hwio = tf.randomUniform<tf.Rank.R4>([3, 3, channels, outChannels], -1, 1, 'float32', 6);
      const bias = tf.randomUniform<tf.Rank.R1>([outChannels], -1, 1, 'float32', 7);
      const stock = tf.tidy(() =>
        tf.transpose(tf.fused.conv2d({ x: nhwc, filter: hwio, bias, strides: 1, pad: 'same', activation: 'relu' }), [0, 3, 1, 2]),
      );
      const stockPooled = tf.tidy(() =>
        tf.transpose(tf.maxPool(tf.transpose<tf.Tensor4D>(stock, [0, 2, 3, 1]), 2, 2, 'valid'), [0, 3, 1, 2]),
      );
      const [x, filter] = [tf.transpose<tf.Tensor4D>(nhwc, [0, 3, 1, 2]), tf.transpose<tf.Tensor4D>(hwio, [3, 2, 0, 1])];
      const results = [
        [convRelu(x, filter, bias, false), stock],
        [convRelu(x, filter, bias, true), stockPooled],
        [tf.tidy(() => maxPool(convRelu(x, filter, bias, false))), stockPooled],
      ] as const;
      for (const [ours, theirs] of results) {
        expect(ours.shape).toEqual(theirs.shape);
        const [a, b] = [await ours.data(), await theirs.data()];
        a.forEach((value, at) => {
          expect(Math.abs(value - (b[at] ?? NaN))).toBeLessThan(1e-4);
        });
      }
      for (const [ours] of results) ours.dispose();
      for (const one of [nhwc, hwio, bias, stock, stockPooled, x, filter]) one.dispose();
    }
    expect(own.memory()).toEqual(before);
    unregister();
    expect(tf.getKernel('HeadstartConv3x3Relu', 'webgpu')).toBeUndefined();
  });
});
