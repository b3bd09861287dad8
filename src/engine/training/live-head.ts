import * as tf from '@tensorflow/tfjs-core';
import { featureCount } from '../../domain/vgg16';
import type { RunConfig } from '../../domain/run-config';
import { logitsGradient, measureBatch, type BatchLoss } from '../cross-entropy';
import type { Compute } from '../device';
import { computeGradient, computeLogits, disposeHead, readHead, uploadHead, type Head } from '../head';
import { Optimizer } from '../optimizers';
import type { Checkpoint } from './run-state';

/** What of a checkpoint lives on the device. */
export type SavedHead = Pick<Checkpoint, 'head' | 'headBefore' | 'optimizer'>;

/** Logits of a batch and what the labels make of them. */
export interface Measured extends BatchLoss {
  /** `[n, classes]`, row-major. */
  readonly logits: Float32Array;
}

/** The head in training, on the device. Keeps the weights of one update before, in case the last one led to no numbers. */
export class LiveHead {
  #head: Head;
  #before: Head | null;
  readonly #optimizer: Optimizer;
  readonly #classes: number;

  constructor(
    { head, headBefore, optimizer }: SavedHead,
    config: RunConfig,
    private readonly compute: Compute,
  ) {
    this.#classes = head.bias.length;
    this.#optimizer = new Optimizer(config, [[this.#classes, featureCount], [this.#classes]], optimizer);
    this.#head = uploadHead(head);
    this.#before = headBefore === null ? null : uploadHead(headBefore);
  }

  /** `features` are `[n, 25088]`, row-major. */
  async measure(features: Float32Array, labels: readonly number[]): Promise<Measured> {
    const x = tf.tensor2d(features, [labels.length, featureCount]);
    try {
      return await this.#measure(x, labels);
    } finally {
      x.dispose();
    }
  }

  /** Measures the batch, then makes one update from it; no update when the loss is not finite. */
  async fitBatch(features: Float32Array, labels: readonly number[]): Promise<Measured> {
    const x = tf.tensor2d(features, [labels.length, featureCount]);
    try {
      const measured = await this.#measure(x, labels);
      if (!Number.isFinite(measured.mean)) return measured;
      const gradient = computeGradient(x, logitsGradient(measured, labels, this.#classes), this.#classes);
      const [weight, bias] = this.#optimizer.apply([this.#head.weight, this.#head.bias], [gradient.weight, gradient.bias]);
      disposeHead(gradient);
      if (this.#before !== null) disposeHead(this.#before);
      this.#before = this.#head;
      this.#head = { weight, bias };
      return measured;
    } finally {
      x.dispose();
    }
  }

  async #measure(x: tf.Tensor2D, labels: readonly number[]): Promise<Measured> {
    const tensor = computeLogits(this.#head, x);
    try {
      const logits = await this.compute.orFailure(tensor.data<'float32'>());
      return { ...measureBatch(logits, labels, this.#classes), logits };
    } finally {
      tensor.dispose();
    }
  }

  /** Goes back by one update. */
  revert(): void {
    if (this.#before === null) return;
    disposeHead(this.#head);
    this.#head = this.#before;
    this.#before = null;
  }

  async save(): Promise<SavedHead> {
    const before = this.#before === null ? null : readHead(this.#before);
    const [head, headBefore, optimizer] = await this.compute.orFailure(
      Promise.all([readHead(this.#head), before, this.#optimizer.save()]),
    );
    return { head, headBefore, optimizer };
  }

  dispose(): void {
    disposeHead(this.#head);
    if (this.#before !== null) disposeHead(this.#before);
    this.#before = null;
    this.#optimizer.dispose();
  }
}
