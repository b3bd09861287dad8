import * as tf from '@tensorflow/tfjs-core';
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logitsGradient, measureBatch } from './cross-entropy';
import { createCompute, type Compute } from './device';
import { computeGradient, computeLogits, createHeadWeights, disposeHead, uploadHead } from './head';
import { runHeadCase, worstEndWeight, worstRelative, type HeadCase } from './testing/head-reference';
import { nodeEnvironment } from './testing/node-environment';

let compute: Compute;
beforeAll(async () => {
  compute = await createCompute('cpu', nodeEnvironment);
});
afterAll(() => {
  compute.dispose();
});

describe('createHeadWeights', () => {
  it('draws uniformly within PyTorch’s bound, repeatably, and otherwise for another seed', () => {
    const { weight, bias } = createHeadWeights(400, 50, 7);
    const bound = 1 / 20;
    const highest = weight.reduce((high, value) => Math.max(high, Math.abs(value)), 0);
    const mean = weight.reduce((sum, value) => sum + value, 0) / weight.length;
    const variance = weight.reduce((sum, value) => sum + value * value, 0) / weight.length;
    expect(highest).toBeLessThanOrEqual(Math.fround(bound));
    expect(highest).toBeGreaterThan(bound * 0.999);
    expect(Math.abs(mean)).toBeLessThan(bound * 0.02);
    expect(variance / (bound ** 2 / 3)).toBeCloseTo(1, 1);
    expect(bias).toHaveLength(50);
    expect(createHeadWeights(400, 50, 7).weight).toEqual(weight);
    expect(createHeadWeights(400, 50, 8).weight).not.toEqual(weight);
  });
});

describe('the head’s loss and gradient', () => {
  const [n, inputs, classes] = [3, 4, 3];
  const labels = [2, 0, 1];
  const x = Float32Array.from({ length: n * inputs }, (_, i) => Math.sin(i * 1.7));
  const weights = {
    weight: Float32Array.from({ length: classes * inputs }, (_, i) => Math.cos(i * 0.9)),
    bias: Float32Array.of(0.1, -0.2, 0.3),
  };

  /** In float64 and without tfjs. */
  function lossOf(weight: ArrayLike<number>, bias: ArrayLike<number>): number {
    let sum = 0;
    labels.forEach((label, row) => {
      const logits = Array.from({ length: classes }, (_, c) => {
        let value = bias[c] ?? 0;
        for (let i = 0; i < inputs; i++) value += (x[row * inputs + i] ?? 0) * (weight[c * inputs + i] ?? 0);
        return value;
      });
      sum += Math.log(logits.reduce((total, value) => total + Math.exp(value), 0)) - (logits[label] ?? NaN);
    });
    return sum / n;
  }

  function slope(values: Float32Array, at: number, loss: (changed: Float64Array) => number): number {
    const step = 1e-5;
    const [up, down] = [1, -1].map((sign) => {
      const changed = Float64Array.from(values);
      changed[at] = (changed[at] ?? 0) + sign * step;
      return loss(changed);
    });
    return ((up ?? NaN) - (down ?? NaN)) / (2 * step);
  }

  it('equal the definition and its numeric slopes, and leave no tensor behind', async () => {
    const before = tf.memory().numTensors;
    const head = uploadHead(weights);
    const features = tf.tensor2d(x, [n, inputs]);
    const logits = computeLogits(head, features);
    const loss = measureBatch(await logits.data<'float32'>(), labels, classes);
    expect(loss.mean).toBeCloseTo(lossOf(weights.weight, weights.bias), 6);
    expect(loss.losses.reduce((sum, value) => sum + value, 0) / n).toBeCloseTo(loss.mean, 6);
    const gradient = computeGradient(features, logitsGradient(loss, labels, classes), classes);
    const [byWeight, byBias] = await Promise.all([gradient.weight.data<'float32'>(), gradient.bias.data<'float32'>()]);
    byWeight.forEach((value, at) => {
      expect(value).toBeCloseTo(
        slope(weights.weight, at, (changed) => lossOf(changed, weights.bias)),
        5,
      );
    });
    byBias.forEach((value, at) => {
      expect(value).toBeCloseTo(
        slope(weights.bias, at, (changed) => lossOf(weights.weight, changed)),
        5,
      );
    });
    disposeHead(head);
    disposeHead(gradient);
    tf.dispose([features, logits]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('count the samples that are right and keep huge logits finite', () => {
    const loss = measureBatch(Float32Array.of(1e30, 0, 0, 5), [0, 0], 2);
    expect(loss.right).toBe(1);
    expect([...loss.probabilities.slice(0, 2)]).toEqual([1, 0]);
    expect(loss.losses[0]).toBe(0);
    expect(loss.losses[1]).toBeCloseTo(5.006715, 5);
    expect(measureBatch(Float32Array.of(NaN, 0), [0], 2).mean).toBeNaN();
  });
});

const reference = new URL('../../../shared/reference/head.json', import.meta.url);
if (existsSync(reference)) {
  const cases = JSON.parse(readFileSync(reference, 'utf8')) as Record<string, HeadCase>;
  describe.each(Object.keys(cases))('against PyTorch, case %s', (caseName) => {
    const task = cases[caseName];
    it.each(Object.keys(task?.runs ?? {}))(
      'gives each step’s loss within 1e-5 and the end weights with %s',
      async (name) => {
        const run = task?.runs[name];
        if (task === undefined || run === undefined) throw new Error('the reference has changed');
        const before = tf.memory();
        const { losses, end } = await runHeadCase(task, name);
        const [worstLoss, worstWeight] = [worstRelative(losses, run.loss), worstEndWeight(end, run)];
        console.info(
          `${caseName}, ${name}: loss ${worstLoss.toExponential(1)} relative, end weights ${worstWeight.toExponential(1)} of rms`,
        );
        expect(worstLoss).toBeLessThan(1e-5);
        expect(worstWeight).toBeLessThan(1e-3);
        expect(tf.memory()).toMatchObject({ numTensors: before.numTensors, numBytes: before.numBytes });
      },
      30_000,
    );
  });
} else console.info('left out: head against PyTorch (../shared/reference/head.json is not here)');
