import * as tf from '@tensorflow/tfjs-core';
import { featureCount } from '../../domain/vgg16';
import type { RunConfig } from '../../domain/run-config';
import { logitsGradient, measureBatch, plainLoss, type BatchLoss, type LossOptions } from '../cross-entropy';
import type { Compute } from '../device';
import {
  computeFeatureGradient,
  computeGradient,
  computeLogits,
  disposeHead,
  readHead,
  uploadHead,
  type Head,
  type HeadWeights,
} from '../head';
import { Optimizer, type OptimizerState } from '../optimizers';

/** A head in training as plain arrays. */
export interface SavedHead {
  readonly head: HeadWeights;
  /** One update earlier: the last weights that are known to give a finite loss. Null before the first update. */
  readonly headBefore: HeadWeights | null;
  readonly optimizer: OptimizerState;
}

/** Logits of a batch and what the labels make of them. */
export interface Measured extends BatchLoss {
  /** `[n, classes]`, row-major. */
  readonly logits: Float32Array;
}

/** What a batch teaches, besides its loss. */
export interface Lesson {
  readonly loss: LossOptions;
  /** The sum of the samples' losses is divided by this: see `logitsGradient`. The batch's own weight where absent. */
  readonly divisor?: number;
  /** Whether the gradient by the features is wanted. */
  readonly byFeatures?: boolean;
}

export interface HeadUpdate {
  readonly learningRate: number;
  /** The gradients are multiplied by it first. */
  readonly gradientScale: number;
}

/** The head in training, on the device. Keeps the weights of one update before, in case the last one led to no numbers. */
export class LiveHead {
  #head: Head;
  #before: Head | null;
  /** Of what was learnt since the last update; null for nothing. */
  #gradient: Head | null = null;
  readonly #optimizer: Optimizer;
  readonly #classes: number;
  readonly #learningRate: number;

  constructor(
    { head, headBefore, optimizer }: SavedHead,
    config: Pick<RunConfig, 'optimizer' | 'learningRate' | 'weightDecay' | 'momentum'>,
    private readonly compute: Compute,
  ) {
    this.#classes = head.bias.length;
    this.#learningRate = config.learningRate;
    this.#optimizer = new Optimizer(config, [[this.#classes, featureCount], [this.#classes]], optimizer);
    this.#head = uploadHead(head);
    this.#before = headBefore === null ? null : uploadHead(headBefore);
  }

  /** By plain cross-entropy. `features` are `[n, 25088]`, row-major. */
  async measure(features: Float32Array, labels: readonly number[]): Promise<Measured> {
    const x = tf.tensor2d(features, [labels.length, featureCount]);
    try {
      return await this.#measure(x, labels, plainLoss);
    } finally {
      x.dispose();
    }
  }

  /** Measures the batch, then makes one update from it; no update when the loss is not finite. */
  async fitBatch(features: Float32Array, labels: readonly number[]): Promise<Measured> {
    this.forget();
    const { measured } = await this.learn(features, labels, { loss: plainLoss });
    if (Number.isFinite(measured.mean)) this.update({ learningRate: this.#learningRate, gradientScale: 1 });
    return measured;
  }

  /**
   * Measures the batch and adds its gradient to what was learnt since the last update; nothing is added when the loss is not finite.
   * `featureGradients` are `[n, 25088]`, of the loss by the features as the head got them; null where not wanted or not finite.
   */
  async learn(
    features: Float32Array,
    labels: readonly number[],
    { loss, divisor, byFeatures = false }: Lesson,
  ): Promise<{ readonly measured: Measured; readonly featureGradients: Float32Array | null }> {
    const x = tf.tensor2d(features, [labels.length, featureCount]);
    try {
      const measured = await this.#measure(x, labels, loss);
      if (!Number.isFinite(measured.mean)) return { measured, featureGradients: null };
      const slopes = logitsGradient(measured, labels, this.#classes, loss, divisor);
      this.#add(computeGradient(x, slopes, this.#classes));
      if (!byFeatures) return { measured, featureGradients: null };
      const tensor = computeFeatureGradient(this.#head, slopes);
      try {
        return { measured, featureGradients: await this.compute.orFailure(tensor.data<'float32'>()) };
      } finally {
        tensor.dispose();
      }
    } finally {
      x.dispose();
    }
  }

  /** Sum of squares of what was learnt. */
  async gradientSquares(): Promise<number> {
    const gradient = this.#gradient;
    if (gradient === null) return 0;
    const sum = tf.tidy(() => tf.add(tf.sum(tf.square(gradient.weight)), tf.sum(tf.square(gradient.bias))));
    try {
      return (await this.compute.orFailure(sum.data<'float32'>()))[0] ?? NaN;
    } finally {
      sum.dispose();
    }
  }

  /** One step of the optimizer from what was learnt, which is then forgotten. Throws a RangeError when that is nothing. */
  update({ learningRate, gradientScale }: HeadUpdate): void {
    const learnt = this.#gradient;
    if (learnt === null) throw new RangeError('there is no gradient to update with');
    this.#gradient = null;
    const gradient = gradientScale === 1 ? learnt : scaled(learnt, gradientScale);
    const [weight, bias] = this.#optimizer.apply(
      [this.#head.weight, this.#head.bias],
      [gradient.weight, gradient.bias],
      learningRate,
    );
    disposeHead(learnt);
    if (gradient !== learnt) disposeHead(gradient);
    if (this.#before !== null) disposeHead(this.#before);
    this.#before = this.#head;
    this.#head = { weight, bias };
  }

  /** Forgets what was learnt since the last update. */
  forget(): void {
    if (this.#gradient !== null) disposeHead(this.#gradient);
    this.#gradient = null;
  }

  /** Goes back by one update; false where there was none. */
  revert(): boolean {
    if (this.#before === null) return false;
    disposeHead(this.#head);
    this.#head = this.#before;
    this.#before = null;
    return true;
  }

  async save(): Promise<SavedHead> {
    const before = this.#before === null ? null : readHead(this.#before);
    const [head, headBefore, optimizer] = await this.compute.orFailure(
      Promise.all([readHead(this.#head), before, this.#optimizer.save()]),
    );
    return { head, headBefore, optimizer };
  }

  dispose(): void {
    this.forget();
    disposeHead(this.#head);
    if (this.#before !== null) disposeHead(this.#before);
    this.#before = null;
    this.#optimizer.dispose();
  }

  async #measure(x: tf.Tensor2D, labels: readonly number[], loss: LossOptions): Promise<Measured> {
    const tensor = computeLogits(this.#head, x);
    try {
      const logits = await this.compute.orFailure(tensor.data<'float32'>());
      return { ...measureBatch(logits, labels, this.#classes, loss), logits };
    } finally {
      tensor.dispose();
    }
  }

  #add(gradient: Head): void {
    const before = this.#gradient;
    if (before === null) {
      this.#gradient = gradient;
      return;
    }
    this.#gradient = { weight: tf.add(before.weight, gradient.weight), bias: tf.add(before.bias, gradient.bias) };
    disposeHead(before);
    disposeHead(gradient);
  }
}

function scaled({ weight, bias }: Head, factor: number): Head {
  return { weight: tf.mul(weight, factor), bias: tf.mul(bias, factor) };
}
