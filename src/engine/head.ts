import * as tf from '@tensorflow/tfjs-core';
import { deriveRng } from '../domain/rng';

/** Weights of a Linear(inputs, classes) as plain arrays: what is kept, parked and exported. */
export interface HeadWeights {
  /** `[classes, inputs]`, row-major, PyTorch's layout of Linear.weight. */
  readonly weight: Float32Array;
  /** `[classes]`. */
  readonly bias: Float32Array;
}

/** The head on the device; also the shape of its gradient. */
export interface Head {
  readonly weight: tf.Tensor2D;
  readonly bias: tf.Tensor1D;
}

/** PyTorch's default initialisation of nn.Linear: both uniform between -1/sqrt(inputs) and 1/sqrt(inputs). */
export function createHeadWeights(inputs: number, classes: number, seed: number): HeadWeights {
  const rng = deriveRng(seed, 'head weights');
  const bound = 1 / Math.sqrt(inputs);
  const draw = (length: number) => Float32Array.from({ length }, () => (2 * rng.uniform() - 1) * bound);
  return { weight: draw(classes * inputs), bias: draw(classes) };
}

export function uploadHead({ weight, bias }: HeadWeights): Head {
  const classes = bias.length;
  return { weight: tf.tensor2d(weight, [classes, weight.length / classes]), bias: tf.tensor1d(bias) };
}

export async function readHead({ weight, bias }: Head): Promise<HeadWeights> {
  const [weights, biases] = await Promise.all([weight.data<'float32'>(), bias.data<'float32'>()]);
  return { weight: weights.slice(), bias: biases.slice() };
}

export function disposeHead({ weight, bias }: Head): void {
  weight.dispose();
  bias.dispose();
}

/** MatMulProgramType.MatMulReduceProgram of tfjs' WebGPU backend. */
const reduceProgram = 0;

/** `features [n, inputs]` -> logits `[n, classes]`. */
export function computeLogits({ weight, bias }: Head, features: tf.Tensor2D): tf.Tensor2D {
  // For long inner sides tfjs' WebGPU backend adds partial sums atomically, in an order that changes from run to run:
  // losses would not repeat. Its reducing program always adds in one order. The flag exists only where that backend is loaded.
  const flag = 'WEBGPU_MATMUL_PROGRAM_TYPE';
  const onGpu = tf.getBackend() === 'webgpu';
  if (onGpu) tf.env().set(flag, reduceProgram);
  try {
    return tf.tidy(() => tf.add(tf.matMul(features, weight, false, true), bias));
  } finally {
    if (onGpu) tf.env().set(flag, -1);
  }
}

/** Gradients of the loss by the head's weights, from its gradient by the logits (`[n, classes]`, row-major). */
export function computeGradient(features: tf.Tensor2D, logitsGradient: Float32Array, classes: number): Head {
  const bias = new Float64Array(classes);
  logitsGradient.forEach((value, at) => {
    bias[at % classes] = (bias[at % classes] ?? 0) + value;
  });
  return {
    weight: tf.tidy(() =>
      tf.matMul<tf.Tensor2D>(tf.tensor2d(logitsGradient, [logitsGradient.length / classes, classes]), features, true, false),
    ),
    bias: tf.tensor1d(Float32Array.from(bias)),
  };
}

/** Gradient of the loss by the features, `[n, inputs]`, from its gradient by the logits (`[n, classes]`, row-major). */
export function computeFeatureGradient({ weight, bias }: Head, logitsGradient: Float32Array): tf.Tensor2D {
  const [classes] = bias.shape;
  return tf.tidy(() => tf.matMul<tf.Tensor2D>(tf.tensor2d(logitsGradient, [logitsGradient.length / classes, classes]), weight));
}
