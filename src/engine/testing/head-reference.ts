import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer as OptimizerName } from '../../domain/run-config';
import { logitsGradient, measureBatch } from '../cross-entropy';
import { computeGradient, computeLogits, disposeHead, readHead, uploadHead, type Head, type HeadWeights } from '../head';
import { Optimizer } from '../optimizers';

/** As in reference/head.json, made by PyTorch. */
export interface HeadCase {
  readonly samples: number;
  readonly features: number;
  readonly classes: number;
  readonly batchSize: number;
  readonly epochs: number;
  readonly runs: Readonly<Record<string, HeadRun>>;
}

export interface HeadRun {
  readonly optimizer: { readonly lr: number; readonly weight_decay: number; readonly momentum?: number };
  readonly loss: readonly number[];
  readonly W: { readonly l2: number; readonly first16: readonly number[]; readonly last16: readonly number[] };
  readonly b: readonly number[];
}

export const optimizerOf: Readonly<Record<string, OptimizerName>> = {
  adam: 'adam',
  'adam-weight-decay': 'adam',
  adamw: 'adamw',
  'sgd-momentum': 'sgd',
};

/** The reference's generator: uniform in [-0.5, 0.5). */
function lcg(seed: number, count: number): Float64Array {
  let state = seed;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  });
}

/** Scaled in float32, as the reference does. */
function lcgTimes(seed: number, count: number, scale: number): Float32Array {
  return Float32Array.from(lcg(seed, count), (value) => Math.fround(value) * Math.fround(scale));
}

/** Trains as the reference did, with the app's own head and optimizer on the present backend. */
export async function runHeadCase(task: HeadCase, name: string): Promise<{ losses: number[]; end: HeadWeights }> {
  const { samples, features, classes, batchSize, epochs } = task;
  const settings = task.runs[name]?.optimizer;
  const optimizerName = optimizerOf[name];
  if (settings === undefined || optimizerName === undefined) throw new RangeError(`unknown run ${name}`);
  const scale = features < 1000 ? 0.1 : 0.01;
  const all = Float32Array.from(lcg(1, samples * features), (value) => Math.fround(value) + 0.5);
  const labels = Array.from({ length: samples }, (_, i) => Math.floor((7 * i) / 3) % classes);
  const optimizer = new Optimizer(
    { optimizer: optimizerName, learningRate: settings.lr, weightDecay: settings.weight_decay, momentum: settings.momentum ?? 0 },
    [[classes, features], [classes]],
  );
  let head: Head = uploadHead({ weight: lcgTimes(2, classes * features, scale), bias: lcgTimes(3, classes, 0.1) });
  const losses: number[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let start = 0; start < samples; start += batchSize) {
      const batchLabels = labels.slice(start, start + batchSize);
      const x = tf.tensor2d(all.slice(start * features, (start + batchLabels.length) * features), [batchLabels.length, features]);
      const logits = computeLogits(head, x);
      const loss = measureBatch(await logits.data<'float32'>(), batchLabels, classes);
      losses.push(loss.mean);
      const gradient = computeGradient(x, logitsGradient(loss, batchLabels, classes), classes);
      const [weight, bias] = optimizer.apply([head.weight, head.bias], [gradient.weight, gradient.bias]);
      disposeHead(head);
      disposeHead(gradient);
      tf.dispose([x, logits]);
      head = { weight, bias };
    }
  }
  const end = await readHead(head);
  disposeHead(head);
  optimizer.dispose();
  return { losses, end };
}

/** The largest of |value - expected| / |expected|. */
export function worstRelative(values: readonly number[], expected: readonly number[]): number {
  if (values.length !== expected.length) return Infinity;
  return values.reduce(
    (worst, value, at) => Math.max(worst, Math.abs(value - (expected[at] ?? NaN)) / Math.abs(expected[at] ?? NaN)),
    0,
  );
}

/** The largest distance of the end weights from the reference, over the reference's rms. */
export function worstEndWeight({ weight, bias }: HeadWeights, { W, b }: HeadRun): number {
  const rms = W.l2 / Math.sqrt(weight.length);
  const ours = [...weight.slice(0, 16), ...weight.slice(-16), ...bias];
  const theirs = [...W.first16, ...W.last16, ...b];
  return ours.reduce((worst, value, at) => Math.max(worst, Math.abs(value - (theirs[at] ?? NaN)) / rms), 0);
}
