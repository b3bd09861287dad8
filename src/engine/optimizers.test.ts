import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCompute, type Compute } from './device';
import { Optimizer, type OptimizerSettings } from './optimizers';
import { nodeEnvironment } from './testing/node-environment';

let compute: Compute;
beforeAll(async () => {
  compute = await createCompute('cpu', nodeEnvironment);
});
afterAll(() => {
  compute.dispose();
});

const start = [1, -2, 0.5];
/** The gradient of each update, chosen so that moments matter. */
const gradients = [
  [0.1, -0.2, 0],
  [0.3, 0.2, -0.4],
  [-0.1, 0.05, 0.2],
];

/** The textbook formulas, one number at a time in float64. */
function expected({ optimizer, learningRate, weightDecay, momentum }: OptimizerSettings): number[] {
  return start.map((first, at) => {
    let [value, mean, square, buffer] = [first, 0, 0, 0];
    gradients.forEach((row, update) => {
      let gradient = row[at] ?? 0;
      if (optimizer === 'adamw') value -= learningRate * weightDecay * value;
      else gradient += weightDecay * value;
      if (optimizer === 'sgd') {
        buffer = update === 0 ? gradient : momentum * buffer + gradient;
        value -= learningRate * buffer;
      } else {
        mean = 0.9 * mean + 0.1 * gradient;
        square = 0.999 * square + 0.001 * gradient ** 2;
        const [corrected, correctedSquare] = [mean / (1 - 0.9 ** (update + 1)), square / (1 - 0.999 ** (update + 1))];
        value -= (learningRate * corrected) / (Math.sqrt(correctedSquare) + 1e-8);
      }
    });
    return value;
  });
}

async function run(settings: OptimizerSettings, parkAfter: number | null): Promise<Float32Array> {
  let optimizer = new Optimizer(settings, [[3]]);
  let parameter: tf.Tensor = tf.tensor1d(start);
  for (const [update, row] of gradients.entries()) {
    if (update === parkAfter) {
      const state = await optimizer.save();
      optimizer.dispose();
      optimizer = new Optimizer(settings, [[3]], state);
    }
    const gradient = tf.tensor1d(row);
    const [after] = optimizer.apply<[tf.Tensor]>([parameter], [gradient]);
    tf.dispose([parameter, gradient]);
    parameter = after;
  }
  const values = (await parameter.data<'float32'>()).slice();
  parameter.dispose();
  optimizer.dispose();
  return values;
}

const settings: readonly OptimizerSettings[] = [
  { optimizer: 'adam', learningRate: 0.01, weightDecay: 0, momentum: 0 },
  { optimizer: 'adam', learningRate: 0.01, weightDecay: 0.1, momentum: 0 },
  { optimizer: 'adamw', learningRate: 0.01, weightDecay: 0.1, momentum: 0 },
  { optimizer: 'sgd', learningRate: 0.1, weightDecay: 0, momentum: 0 },
  { optimizer: 'sgd', learningRate: 0.1, weightDecay: 0.1, momentum: 0.9 },
];

describe.each(settings)('Optimizer $optimizer with decay $weightDecay and momentum $momentum', (setting) => {
  it('makes the updates of the formulas, and the same ones bit by bit after being parked', async () => {
    const before = tf.memory().numTensors;
    const straight = await run(setting, null);
    straight.forEach((value, at) => {
      expect(value).toBeCloseTo(expected(setting)[at] ?? NaN, 6);
    });
    for (const parkAfter of [0, 1, 2]) expect(await run(setting, parkAfter)).toEqual(straight);
    expect(tf.memory().numTensors).toBe(before);
  });
});
