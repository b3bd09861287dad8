import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gradientsPlainly, unpoolPlainly } from '../kernels/wasm/testing/gradient-reference';
import { createNoise } from '../kernels/wasm/testing/reference';
import { registerConvKernels } from '../kernels/webgpu/tfjs-kernels';
import { convRelu, maxPool } from '../kernels/webgpu/tfjs-ops';
import { createCompute, type Compute } from './device';
import { createBrowserEnvironment } from './device-environment';

let compute: Compute;
let unregister: () => void;
let before: ReturnType<Compute['memory']>;
beforeAll(async () => {
  compute = await createCompute('webgpu', createBrowserEnvironment());
  unregister = await registerConvKernels('quad8');
  before = compute.memory();
});
afterAll(() => {
  unregister();
  compute.dispose();
});

type Inputs = readonly tf.Tensor[];
type Shape = readonly [number, number, number, number];

async function read(tensor: tf.Tensor): Promise<Float32Array> {
  return compute.orFailure(tensor.data<'float32'>());
}

/** Sum of products, in double precision. */
function dot(one: ArrayLike<number>, other: ArrayLike<number>): number {
  return Array.from(one).reduce((sum, value, at) => sum + value * (other[at] ?? NaN), 0);
}

/**
 * Gradients of `sum(slopes * f(inputs))` by tfjs; each is compared with how steeply that sum rises along it and along a direction of chance.
 * Everything that was taken is given back.
 */
async function expectAsSteep(
  f: (...inputs: tf.Tensor[]) => tf.Tensor4D,
  inputs: Inputs,
  slopes: tf.Tensor4D,
): Promise<Float32Array[]> {
  const weights = await read(slopes);
  const gradients = tf.grads((...own: tf.Tensor[]) => f(...own))([...inputs], slopes);
  const values: Float32Array[] = [];
  for (const [at, gradient] of gradients.entries()) {
    const input = inputs[at];
    if (input === undefined) throw new Error('a gradient of nothing');
    expect(gradient.shape).toEqual(input.shape);
    const [own, start] = [await read(gradient), await read(input)];
    values.push(own);
    const noise = createNoise(at + 11)(own.length);
    for (const direction of [own, noise]) {
      const length = Math.sqrt(dot(direction, direction));
      const sums: number[] = [];
      for (const side of [0.01, -0.01]) {
        const moved = tf.tensor(
          start.map((value, place) => value + (side * (direction[place] ?? NaN)) / length),
          input.shape,
        );
        const result = f(...inputs.map((other, place) => (place === at ? moved : other)));
        sums.push(dot(await read(result), weights));
        tf.dispose([moved, result]);
      }
      const steepness = ((sums[0] ?? NaN) - (sums[1] ?? NaN)) / 0.02;
      const scale = Math.sqrt(dot(own, own));
      expect(Math.abs(steepness - dot(own, direction) / length) / scale, `input ${at}`).toBeLessThan(5e-3);
    }
  }
  tf.dispose(gradients);
  return values;
}

/** `[n][c][h][w]` -> `[n][h][w][c]`. */
function byPixel(values: Float32Array, [pictures, channels, height, width]: Shape): Float32Array {
  const plane = height * width;
  return Float32Array.from({ length: pictures * channels * plane }, (_, at) => {
    const [picture, inside] = [Math.floor(at / (plane * channels)), at % (plane * channels)];
    return values[(picture * channels + (inside % channels)) * plane + Math.floor(inside / channels)] ?? NaN;
  });
}

function expectClose(own: ArrayLike<number>, expected: ArrayLike<number>, bound: number): void {
  expect(own).toHaveLength(expected.length);
  const worst = Array.from(expected, (value, at) => Math.abs(value - (own[at] ?? NaN)));
  expect(Math.max(...worst)).toBeLessThan(bound);
}

describe('gradients behind tf.grad on WebGPU', () => {
  it.each([
    { pictures: 2, inChannels: 16, outChannels: 32, height: 5, width: 6 },
    { pictures: 1, inChannels: 3, outChannels: 16, height: 4, width: 9 },
    { pictures: 2, inChannels: 20, outChannels: 16, height: 3, width: 3 },
  ])('a convolution of $inChannels channels, with and without pooling, by input, filter and bias', async (shape) => {
    const { pictures, inChannels, outChannels, height, width } = shape;
    const noise = createNoise(inChannels);
    const take = (...of: Shape) => tf.tensor4d(noise(of.reduce((all, side) => all * side, 1)), [...of]);
    const [x, filter] = [take(pictures, inChannels, height, width), take(outChannels, inChannels, 3, 3)];
    const bias = tf.tensor1d(noise(outChannels));
    for (const pool of [false, true]) {
      const slopes = pool ? take(pictures, outChannels, height >> 1, width >> 1) : take(pictures, outChannels, height, width);
      const f = (...[a, b, c]: tf.Tensor[]) => convRelu(a as tf.Tensor4D, b as tf.Tensor4D, c as tf.Tensor1D, pool);
      const [byInput, byFilter, byBias] = await expectAsSteep(f, [x, filter, bias], slopes);
      // And each value beside plain arithmetic in double precision.
      const map = convRelu(x, filter, bias, false);
      const outShape = [pictures, outChannels, height, width] as const;
      const result = byPixel(await read(map), outShape);
      const own = byPixel(await read(slopes), pool ? [pictures, outChannels, height >> 1, width >> 1] : outShape);
      const gradient = pool ? unpoolPlainly(result, own, shape) : own.map((slope, at) => ((result[at] ?? NaN) > 0 ? slope : 0));
      const plain = gradientsPlainly(
        byPixel(await read(x), [pictures, inChannels, height, width]),
        await read(filter),
        gradient,
        shape,
      );
      expectClose(byPixel(byInput ?? new Float32Array(), [pictures, inChannels, height, width]), plain.byInput, 2e-4);
      expectClose(byFilter ?? [], plain.byFilter, 2e-4);
      expectClose(byBias ?? [], plain.byBias, 2e-4);
      tf.dispose([map, slopes]);
    }
    tf.dispose([x, filter, bias]);
    expect(compute.memory()).toEqual(before);
  });

  it('pooling lets a gradient through to the first largest of each four, below zero too, and none to an odd last row', async () => {
    const shape = [2, 3, 5, 6] as const;
    const x = tf.tensor4d(createNoise(4)(180), [...shape]);
    const below = tf.sub<tf.Tensor4D>(x, 2);
    const slopes = tf.tensor4d(createNoise(5)(36), [2, 3, 2, 3]);
    for (const input of [x, below]) {
      const [own = new Float32Array()] = await expectAsSteep((a) => maxPool(a as tf.Tensor4D), [input], slopes);
      const given = await read(slopes);
      expect(own.filter((value) => value !== 0)).toHaveLength(36);
      expect(dot(own, new Float32Array(180).fill(1))).toBeCloseTo(dot(given, new Float32Array(36).fill(1)), 5);
      expect(own.every((value, at) => at % 30 < 24 || value === 0)).toBe(true);
    }
    const flat = tf.zeros<tf.Rank.R4>([1, 1, 2, 2]);
    const one = tf.ones<tf.Rank.R4>([1, 1, 1, 1]);
    const gradient = tf.grad((a) => maxPool(a as tf.Tensor4D))(flat, one);
    expect(await read(gradient)).toEqual(Float32Array.of(1, 0, 0, 0));
    tf.dispose([x, below, slopes, flat, one, gradient]);
    expect(compute.memory()).toEqual(before);
  });
});
