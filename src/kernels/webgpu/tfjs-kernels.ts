import * as tf from '@tensorflow/tfjs-core';
import { featureCount } from '../../domain/vgg16';
import { places } from '../wasm/network';
import type { GpuBackbone } from './gpu-backbone';
import { programsOfLayer, type LayerPlan } from './kernel-plan';
import { columnsFor } from './memory-plan';
import { createPipelines } from './pipelines';
import type { MultiplyKind } from './programs/multiply-programs';
import { filterDispatch, stepDispatches } from './schedule';
import { bufferOf, createCompute, flush, nchw, webgpuBackend } from './tfjs-compute';
import { gradientPrograms, registerGradients } from './tfjs-gradients';
import { convKernelName, poolKernelName } from './tfjs-ops';

/**
 * Compiles the kernels and registers them with TensorFlow.js on its present WebGPU backend, their gradients too; tensors are
 * `[pictures, channels, height, width]`.
 * Winograd where channels are multiples of 16, else the direct kernel; outChannels must be a multiple of 16. The result takes them back.
 */
export async function registerConvKernels(multiply: MultiplyKind): Promise<() => void> {
  const backend = webgpuBackend();
  const { device } = backend;
  const pipelines = createPipelines(device, { subgroups: device.features.has('subgroups') }, (promise) => promise);
  const winograd: LayerPlan = { kernel: 'winograd4', multiply };
  const kinds: readonly LayerPlan[] = [winograd, { kernel: 'direct' }];
  await pipelines.compile([
    ...kinds.flatMap((layer) => [...programsOfLayer(layer, true), ...programsOfLayer(layer, false)]),
    ...gradientPrograms(multiply),
  ]);
  const compute = createCompute(backend, pipelines);

  function conv({ inputs, attrs }: { inputs: tf.NamedTensorInfoMap; attrs?: tf.NamedAttrMap }): tf.TensorInfo {
    const { x, filter, bias } = inputs;
    if (x === undefined || filter === undefined || bias === undefined) throw new Error('x, filter and bias are needed');
    const [pictures, inChannels, height, width] = nchw(x);
    const [outChannels, filterChannels] = nchw(filter);
    if (filterChannels !== inChannels || outChannels % 16 !== 0)
      throw new RangeError(`filters [${filter.shape.join()}] do not fit ${inChannels} channels`);
    const pool = attrs?.pool === true;
    const [outHeight, outWidth] = pool ? [height >> 1, width >> 1] : [height, width];
    const out = backend.makeTensorInfo([pictures, outChannels, outHeight, outWidth], 'float32');
    const [from, source, biases, to] = [x, filter, bias, out].map((tensor) => bufferOf(backend, tensor));
    if (from === undefined || source === undefined || biases === undefined || to === undefined)
      throw new Error('a tensor is missing');
    const layer: LayerPlan = inChannels % 16 === 0 ? winograd : { kernel: 'direct' };
    const columns = columnsFor(pictures * Math.ceil(height / 4) * Math.ceil(width / 4), multiply);
    compute((take, maker) => {
      const isWinograd = layer.kernel === 'winograd4';
      const taps = isWinograd ? places : 9;
      const filters = take((taps * inChannels + 1) * outChannels * 4);
      const nothing = take(16);
      if (!isWinograd) {
        const encoder = device.createCommandEncoder();
        encoder.copyBufferToBuffer(biases, 0, filters, 9 * inChannels * outChannels * 4, outChannels * 4);
        device.queue.submit([encoder.finish()]);
      }
      return [
        filterDispatch(maker, { inChannels, outChannels }, isWinograd, { source, half: false, to: filters, nothing }),
        ...stepDispatches(
          maker,
          layer,
          { pictures, height, width, inChannels, outChannels, pool },
          { buffer: from, from: 0 },
          { buffer: to, from: 0 },
          {
            v: take(isWinograd ? places * columns * inChannels * 4 : pool ? pictures * outChannels * height * width * 4 : 16),
            m: take(isWinograd ? places * columns * outChannels * 4 : 16),
            filters,
            biases,
            nothing,
          },
        ),
      ];
    });
    return out;
  }

  function pool({ inputs }: { inputs: tf.NamedTensorInfoMap }): tf.TensorInfo {
    const { x } = inputs;
    if (x === undefined) throw new Error('x is needed');
    const [pictures, outChannels, height, width] = nchw(x);
    const out = backend.makeTensorInfo([pictures, outChannels, height >> 1, width >> 1], 'float32');
    const [from, to] = [bufferOf(backend, x), bufferOf(backend, out)];
    compute((take, maker) => [
      maker.line('pool', [from, take(16), to], { pictures, height, width, outChannels }, tf.util.sizeFromShape(out.shape), 1),
    ]);
    return out;
  }

  tf.registerKernel({ kernelName: convKernelName, backendName: 'webgpu', kernelFunc: conv });
  tf.registerKernel({ kernelName: poolKernelName, backendName: 'webgpu', kernelFunc: pool });
  const unregisterGradients = registerGradients(backend, compute, multiply);
  return () => {
    unregisterGradients();
    tf.unregisterKernel(convKernelName, 'webgpu');
    tf.unregisterKernel(poolKernelName, 'webgpu');
  };
}

/** Features that never left the device, as an ordinary tensor `[pictures, 25088]` over their buffer. */
export interface FeaturesOnDevice {
  readonly tensor: tf.Tensor2D;
  /** Frees tensor and buffer; whatever was computed from the tensor stays. */
  dispose(): void;
}

/** As extractBatch, up to `backbone.batch` pictures, without reading back; nobody has looked whether they are numbers. */
export async function extractTensor(
  backbone: GpuBackbone,
  pixels: readonly Uint8Array[],
  signal?: AbortSignal,
): Promise<FeaturesOnDevice> {
  const backend = webgpuBackend();
  const buffer = await backbone.extractToBuffer(pixels, signal);
  const tensor: tf.Tensor2D = tf.tensor({ buffer, zeroCopy: true }, [pixels.length, featureCount], 'float32');
  return {
    tensor,
    dispose: () => {
      flush(backend); // what reads the buffer has to be submitted before it goes
      tensor.dispose();
      buffer.destroy();
    },
  };
}
