import * as tf from '@tensorflow/tfjs-core';
// Without it TensorFlow.js knows no gradients.
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { createCompute, type Compute } from '../../src/engine/device';
import { createBrowserEnvironment } from '../../src/engine/device-environment';
import { openConvSources, type BackboneWeights } from '../../src/engine/weights/conv-weights';
import { convLayers, featureCount } from '../../src/domain/vgg16';
import { convSteps } from '../../src/kernels/wasm/network';
import { readFloats, widenHalf } from '../../src/kernels/wasm/trainer-layout';
import { createGpuBackbone } from '../../src/kernels/webgpu/gpu-backbone';
import { createGpuTrainer } from '../../src/kernels/webgpu/gpu-trainer';
import { createBenchPixels } from '../features/pictures';
import { createBenchHead, headWeight } from './bench-head';
import { learnStep, type OpenedTrainer } from './learn-step';
import { benchLearningRate, benchMomentum, type OpenTrainer } from './train-protocol';

type Request = Pick<OpenTrainer, 'unfrozen' | 'batch'>;

async function startWebGpu(): Promise<{ compute: Compute; device: GPUDevice }> {
  const compute = await createCompute('webgpu', createBrowserEnvironment());
  if (compute.device === null) throw new Error(`no WebGPU: ${compute.status.reason?.message ?? ''}`);
  return { compute, device: compute.device };
}

/** What the network gives before the trained convolutions, `[h, w, c]`; pixels where all are trained. */
async function openInputs(
  weights: BackboneWeights,
  { compute, device }: { compute: Compute; device: GPUDevice },
  { unfrozen, batch }: Request,
): Promise<readonly (Uint8Array | Float32Array)[]> {
  const pixels = Array.from({ length: batch }, (_, index) => createBenchPixels(index));
  if (unfrozen === convSteps.length) return pixels;
  const backbone = await createGpuBackbone({
    device,
    readSource: openConvSources(weights),
    scaling: weights.scaling,
    software: compute.status.softwareAdapter,
  });
  const maps = await backbone.extractBoundary(pixels, convSteps.length - unfrozen);
  backbone.dispose();
  return maps;
}

/** Ours: gradients and optimizer on the graphics card. */
export async function openGpuTrainer(weights: BackboneWeights, request: Request): Promise<OpenedTrainer> {
  const started = await startWebGpu();
  const { compute, device } = started;
  const inputs = await openInputs(weights, started, request);
  const trainer = await createGpuTrainer({
    device,
    readSource: openConvSources(weights),
    scaling: weights.scaling,
    software: compute.status.softwareAdapter,
    optimizer: 'sgd',
    ...request,
  });
  const { plan } = trainer;
  const mib = (bytes: number) => (bytes / 2 ** 20).toFixed(0);
  return {
    note: `${compute.status.adapter ?? ''}, product ${plan.multiply}, ${String(plan.microBatch)} pictures at once; memory ${mib(plan.bytes)} MiB (weights, gradients, moments ${mib(plan.weightBytes)}, maps ${mib(plan.mapBytes)}, work ${mib(plan.workBytes)})`,
    step: learnStep(trainer, inputs, createBenchHead()),
  };
}

/** TensorFlow.js as people write it: conv2d, bias, relu, maxPool, a dense head, and its own optimizer and gradients; `[h, w, c]` all along. */
export async function openTfjsTrainer(weights: BackboneWeights, request: Request): Promise<OpenedTrainer> {
  if (request.unfrozen === convSteps.length) throw new Error('stock kernels would take hours for the whole network');
  const started = await startWebGpu();
  const { batch, unfrozen } = request;
  const maps = await openInputs(weights, started, request);
  const steps = convSteps.slice(-unfrozen);
  const { size = 0, inChannels = 0 } = steps[0] ?? {};
  const x = tf.stack(maps.map((map) => tf.tensor3d(Float32Array.from(map), [size, size, inChannels]))) as tf.Tensor4D;
  const read = openConvSources(weights);
  const trained = convLayers.slice(-unfrozen).map((layer, at) => {
    const { kernel, half, bias } = read(layer);
    const step = steps[at];
    if (step === undefined) throw new Error('a layer is missing');
    const oihw = tf.tensor4d(half ? widenHalf(kernel) : readFloats(kernel), [step.outChannels, step.inChannels, 3, 3]);
    const filter = tf.variable(tf.transpose(oihw, [2, 3, 1, 0]));
    return { filter, bias: tf.variable(tf.tensor1d(bias)), pool: step.pool };
  });
  const headKernel = tf.variable(tf.tensor2d(headWeight(), [2, featureCount]));
  const headBias = tf.variable(tf.zeros([2]));
  const labels = tf.oneHot(
    tf.tensor1d(
      Array.from({ length: batch }, (_, at) => at % 2),
      'int32',
    ),
    2,
  );
  const optimizer = tf.train.momentum(benchLearningRate, benchMomentum);
  const lossOf = (): tf.Scalar => {
    let map: tf.Tensor4D = x;
    for (const { filter, bias, pool } of trained) {
      map = tf.relu(tf.add(tf.conv2d(map, filter, 1, 'same'), bias));
      if (pool) map = tf.maxPool(map, 2, 2, 'valid');
    }
    const features: tf.Tensor2D = tf.reshape(tf.transpose(map, [0, 3, 1, 2]), [batch, featureCount]);
    const logits = tf.add(tf.matMul(features, headKernel, false, true), headBias);
    return tf.losses.softmaxCrossEntropy(labels, logits);
  };
  return {
    note: `${started.compute.status.adapter ?? ''}, stock kernels of TensorFlow.js`,
    step: async () => {
      const loss = optimizer.minimize(lossOf, true);
      if (loss === null) throw new Error('no loss');
      const [value = NaN] = await loss.data();
      // The updates come after the loss: they are waited for too.
      await headBias.data();
      await trained[0]?.bias.data();
      loss.dispose();
      return { loss: value };
    },
  };
}
