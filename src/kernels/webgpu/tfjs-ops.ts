import * as tf from '@tensorflow/tfjs-core';

/** Names under which the kernels stand in TensorFlow.js' registry, for backend `webgpu`: see `registerConvKernels`. */
export const convKernelName = 'HeadstartConv3x3Relu';
export const poolKernelName = 'HeadstartMaxPool2x2';

/** 3 x 3 convolution, padding 1, with bias and ReLU: x `[n, i, h, w]`, filter `[o, i, 3, 3]`, bias `[o]` -> `[n, o, h, w]`, halved with `pool`. */
export function convRelu(x: tf.Tensor4D, filter: tf.Tensor4D, bias: tf.Tensor1D, pool: boolean): tf.Tensor4D {
  return tf.engine().runKernel<tf.Tensor4D>(convKernelName, { x, filter, bias }, { pool });
}

/** The largest of each 2 x 2 of `[n, c, h, w]`, an odd last row or column left out. */
export function maxPool(x: tf.Tensor4D): tf.Tensor4D {
  return tf.engine().runKernel<tf.Tensor4D>(poolKernelName, { x });
}
