import * as tf from '@tensorflow/tfjs-core';
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { HeadstartError, throwIfCancelled } from '../domain/errors';
import { backboneParameterCount, featureCount, featureMapShape, inputSize, vggLayers } from '../domain/vgg16';
import type { Backbone, LayerTap } from './backbone';
import type { Compute } from './device';
import { createPreprocess } from './preprocessing';
import { openConvWeights, type BackboneWeights } from './weights/conv-weights';
import { yieldToTasks } from './yield';

interface ConvTensors {
  readonly kernel: tf.Tensor4D;
  readonly bias: tf.Tensor1D;
}

/** `[7, 7, 512]` -> `[512, 7, 7]`. */
function toChw(hwc: Float32Array): Float32Array {
  const [height, width, channels] = featureMapShape;
  const places = height * width;
  const chw = new Float32Array(hwc.length);
  for (let place = 0; place < places; place++) {
    for (let channel = 0; channel < channels; channel++) chw[channel * places + place] = hwc[place * channels + channel] ?? 0;
  }
  return chw;
}

function read(tensor: tf.Tensor, compute: Compute): Promise<Float32Array> {
  return compute.orFailure(tensor.data<'float32'>());
}

function createConvTensors(weights: BackboneWeights): ReadonlyMap<number, ConvTensors> {
  const readLayer = openConvWeights(weights);
  const tensors = new Map<number, ConvTensors>();
  const backend = tf.backend();
  try {
    for (const layer of vggLayers) {
      if (layer.kind !== 'conv') continue;
      const { kernel, bias } = readLayer(layer);
      const held = { kernel: tf.tensor4d(kernel, [3, 3, layer.inChannels, layer.outChannels]), bias: tf.tensor1d(bias) };
      tensors.set(layer.index, held);
      // tfjs uploads at first use; now, so that the GPU's memory is the same before and after a run.
      if (backend instanceof WebGPUBackend)
        [held.kernel, held.bias].forEach(({ dataId }) => {
          backend.uploadToGPU(dataId);
        });
    }
  } catch (error) {
    disposeAll(tensors);
    throw error;
  }
  return tensors;
}

function disposeAll(tensors: ReadonlyMap<number, ConvTensors>): void {
  for (const { kernel, bias } of tensors.values()) {
    kernel.dispose();
    bias.dispose();
  }
}

/** The largest map before and after a convolution: 64 channels of 224 x 224 float32. */
const activationBytes = 2 * 64 * inputSize * inputSize * 4;

/**
 * The backbone on stock kernels of TensorFlow.js, one picture at a time. Puts the weights on the device once; `dispose` frees them.
 * Throws `weights-tensor-invalid`.
 */
export function createTfjsBackbone(weights: BackboneWeights, compute: Compute): Backbone {
  const preprocess = createPreprocess(weights.scaling);
  const tensors = createConvTensors(weights);

  function apply(layer: (typeof vggLayers)[number], x: tf.Tensor4D): tf.Tensor4D {
    if (layer.kind === 'pool') return tf.maxPool(x, 2, 2, 'valid');
    const held = tensors.get(layer.index);
    if (held === undefined) throw new HeadstartError('unexpected', { detail: `no weights for layer ${String(layer.index)}` });
    return tf.fused.conv2d({ x, filter: held.kernel, bias: held.bias, strides: 1, pad: 'same', activation: 'relu' });
  }

  async function extractFeatures(pixels: Uint8Array, tap?: LayerTap, signal?: AbortSignal): Promise<Float32Array> {
    throwIfCancelled(signal);
    let x = tf.tensor4d(preprocess(pixels), [1, inputSize, inputSize, 3]);
    try {
      for (const layer of vggLayers) {
        if (layer.kind === 'relu') continue; // fused into the convolution before it
        const before = x;
        x = apply(layer, before);
        before.dispose();
        const [, height, width, channels] = x.shape;
        if (tap !== undefined)
          tap(layer.kind === 'conv' ? layer.index + 1 : layer.index, [height, width, channels], await read(x, compute));
      }
      const features = await read(x, compute);
      // One NaN or infinity makes the sum one; a driver that computes wrongly is told apart from a bad picture here.
      if (features.length !== featureCount || !Number.isFinite(features.reduce((sum, value) => sum + value, 0)))
        throw new HeadstartError('self-check-failed');
      return toChw(features);
    } finally {
      x.dispose();
    }
  }

  return {
    computePlan: compute.status.computePlan,
    threads: 1,
    memoryBytes: 4 * backboneParameterCount + activationBytes,
    gpuBytes: () => 0, // all of it is in tensors
    batch: 1,
    isLost: () => false, // a lost device is the device's matter
    extractFeatures,
    extractBatch: async (pixels, signal) => {
      const features: Float32Array[] = [];
      for (const picture of pixels) {
        // A kernel of tfjs' blocks this worker: between two pictures it listens.
        await yieldToTasks();
        features.push(await extractFeatures(picture, undefined, signal));
      }
      return features;
    },
    training: null, // one thread a weight: see docs/ARCHITECTURE.md
    dispose: () => {
      disposeAll(tensors);
    },
  };
}
