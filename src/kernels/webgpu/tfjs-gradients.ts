import * as tf from '@tensorflow/tfjs-core';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { ProgramName } from './pipelines';
import type { MultiplyKind } from './programs/multiply-programs';
import { bufferOf, nchw, type SubmitKernel } from './tfjs-compute';
import { convKernelName, convRelu, poolKernelName } from './tfjs-ops';
import { filterBuffer, nothingBytes, transformedBytes } from './training-plan';
import {
  biasGradientDispatch,
  convolveDispatches,
  filterGradientDispatches,
  mastersDispatch,
  picksDispatch,
  unpoolDispatch,
} from './training-schedule';

const byInputName = 'HeadstartConv3x3ByInput';
const byFilterName = 'HeadstartConv3x3ByFilter';
const byBiasName = 'HeadstartConv3x3ByBias';
const unpoolName = 'HeadstartUnpool2x2';

/** What has to be compiled for the gradients. */
export function gradientPrograms(multiply: MultiplyKind): readonly ProgramName[] {
  return [
    'transform-masters',
    'input',
    multiply,
    'output-masked',
    'input-rows',
    'gradient-rows',
    'filter-gradient',
    'bias-gradient',
    'picks',
    'unpool',
  ];
}

/** Channels of the product are counted in sixteens. */
const channelStep = 16;

/** Gradient by a convolution's input `[n, i, h, w]` from that by its result `[n, o, h, w]`, before ReLU. */
function byInput(gradient: tf.Tensor4D, filter: tf.Tensor4D): tf.Tensor4D {
  const run = (own: tf.Tensor4D) => tf.engine().runKernel<tf.Tensor4D>(byInputName, { gradient, filter: own });
  const channels = filter.shape[1];
  const missing = (channelStep - (channels % channelStep)) % channelStep;
  if (missing === 0) return run(filter);
  const padded = tf.pad4d(filter, [
    [0, 0],
    [0, missing],
    [0, 0],
    [0, 0],
  ]);
  const [pictures, , height, width] = gradient.shape;
  return tf.slice4d(run(padded), [0, 0, 0, 0], [pictures, channels, height, width]);
}

/** Gradient by the filters `[o, i, 3, 3]`. */
function byFilter(x: tf.Tensor4D, gradient: tf.Tensor4D): tf.Tensor4D {
  return tf.engine().runKernel<tf.Tensor4D>(byFilterName, { x, gradient });
}

/** Gradient by the biases `[o]`. */
function byBias(gradient: tf.Tensor4D): tf.Tensor1D {
  return tf.engine().runKernel<tf.Tensor1D>(byBiasName, { gradient });
}

/** Gradient by what was pooled, `[n, c, h, w]`, to the first largest of each four; with `rectified` only where that is above zero. */
function unpool(x: tf.Tensor4D, gradient: tf.Tensor4D, rectified: boolean): tf.Tensor4D {
  return tf.engine().runKernel<tf.Tensor4D>(unpoolName, { x, gradient }, { rectified });
}

function one(gradient: tf.Tensor | tf.Tensor[]): tf.Tensor {
  if (Array.isArray(gradient)) throw new Error('a kernel with one result has one gradient');
  return gradient;
}

/** Four dimensions, whatever the type says. */
function four(tensor: tf.Tensor | undefined): tf.Tensor4D {
  if (tensor === undefined) throw new Error('a tensor was not kept');
  return tf.reshape<tf.Rank.R4>(tensor, [...nchw(tensor)]);
}

const convGradient: tf.GradConfig = {
  kernelName: convKernelName,
  inputsToSave: ['x', 'filter', 'bias'],
  outputsToSave: [true],
  gradFunc: (dy, [savedX, savedFilter, bias, result], attrs) => {
    const [x, filter] = [four(savedX), four(savedFilter)];
    const after = four(one(dy));
    // Pooling kept too little to go back by: the map before it is computed again.
    const gradient =
      attrs['pool'] === true
        ? unpool(convRelu(x, filter, tf.reshape<tf.Rank.R1>(required(bias), [-1]), false), after, true)
        : four(tf.mul(after, tf.step(four(result))));
    return {
      x: () => byInput(gradient, filter),
      filter: () => byFilter(x, gradient),
      bias: () => byBias(gradient),
    };
  },
};

const poolGradient: tf.GradConfig = {
  kernelName: poolKernelName,
  inputsToSave: ['x'],
  gradFunc: (dy, [x]) => ({ x: () => unpool(four(x), four(one(dy)), false) }),
};

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a tensor is missing');
  return value;
}

/** Registers the gradients and the kernels that they are made of; the result takes them back. */
export function registerGradients(backend: WebGPUBackend, compute: SubmitKernel, multiply: MultiplyKind): () => void {
  const kernels: Readonly<Record<string, (inputs: tf.NamedTensorInfoMap, attrs: tf.NamedAttrMap) => tf.TensorInfo>> = {
    [byInputName]: (inputs) => {
      const [gradient, filter] = [required(inputs['gradient']), required(inputs['filter'])];
      const [pictures, outChannels, height, width] = nchw(gradient);
      const [, inChannels] = nchw(filter);
      const out = backend.makeTensorInfo([pictures, inChannels, height, width], 'float32');
      const [from, source, to] = [gradient, filter, out].map((tensor) => bufferOf(backend, tensor));
      const shape = { pictures, height, width, inChannels, outChannels };
      compute((take, maker) => {
        const work = workBuffers(shape, multiply, take);
        return [
          mastersDispatch(maker, shape, true, { buffer: required(source), from: 0 }, work),
          ...convolveDispatches(
            maker,
            multiply,
            { ...shape, inChannels: outChannels, outChannels: inChannels },
            { buffer: required(from), from: 0 },
            { buffer: required(to), from: 0 },
            null,
            work,
            true,
          ),
        ];
      });
      return out;
    },
    [byFilterName]: (inputs) => {
      const [x, gradient] = [required(inputs['x']), required(inputs['gradient'])];
      const [pictures, inChannels, height, width] = nchw(x);
      const [, outChannels] = nchw(gradient);
      const out = backend.makeTensorInfo([outChannels, inChannels, 3, 3], 'float32');
      const [input, slopes, to] = [x, gradient, out].map((tensor) => bufferOf(backend, tensor));
      const shape = { pictures, height, width, inChannels, outChannels };
      compute((take, maker) =>
        filterGradientDispatches(
          maker,
          multiply,
          shape,
          { buffer: required(input), from: 0 },
          { buffer: required(slopes), from: 0 },
          { buffer: required(to), from: 0 },
          false,
          workBuffers(shape, multiply, take),
        ),
      );
      return out;
    },
    [byBiasName]: (inputs) => {
      const gradient = required(inputs['gradient']);
      const [pictures, outChannels, height, width] = nchw(gradient);
      const out = backend.makeTensorInfo([outChannels], 'float32');
      const [from, to] = [gradient, out].map((tensor) => bufferOf(backend, tensor));
      compute((take, maker) => [
        biasGradientDispatch(
          maker,
          { pictures, height, width, outChannels },
          required(from),
          { buffer: required(to), from: 0 },
          false,
          take(nothingBytes),
        ),
      ]);
      return out;
    },
    [unpoolName]: (inputs, attrs) => {
      const [x, gradient] = [required(inputs['x']), required(inputs['gradient'])];
      const [pictures, outChannels, height, width] = nchw(x);
      const out = backend.makeTensorInfo(x.shape, 'float32');
      const [before, after, to] = [x, gradient, out].map((tensor) => bufferOf(backend, tensor));
      const shape = { pictures, height, width, outChannels };
      compute((take, maker) => {
        const picks = take(Math.max(nothingBytes, 4 * Math.ceil(tf.util.sizeFromShape(gradient.shape) / 4)));
        return [
          picksDispatch(maker, shape, required(before), picks, take(nothingBytes), attrs['rectified'] !== true),
          unpoolDispatch(maker, shape, required(after), picks, required(to)),
        ];
      });
      return out;
    },
  };
  for (const [kernelName, kernel] of Object.entries(kernels))
    tf.registerKernel({ kernelName, backendName: 'webgpu', kernelFunc: ({ inputs, attrs }) => kernel(inputs, attrs ?? {}) });
  tf.registerGradient(convGradient);
  tf.registerGradient(poolGradient);
  return () => {
    for (const kernelName of Object.keys(kernels)) tf.unregisterKernel(kernelName, 'webgpu');
    tf.unregisterGradient(convKernelName);
    tf.unregisterGradient(poolKernelName);
  };
}

function workBuffers(
  shape: {
    readonly pictures: number;
    readonly height: number;
    readonly width: number;
    readonly inChannels: number;
    readonly outChannels: number;
  },
  multiply: MultiplyKind,
  take: (bytes: number) => GPUBuffer,
) {
  const tiles = shape.pictures * Math.ceil(shape.height / 4) * Math.ceil(shape.width / 4);
  const bytes = transformedBytes(shape, tiles, multiply);
  return { v: take(bytes), m: take(bytes), filters: take(filterBuffer(shape, multiply)), nothing: take(nothingBytes) };
}
