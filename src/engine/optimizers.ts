import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer as OptimizerName } from '../domain/run-config';

/** PyTorch's defaults: https://docs.pytorch.org/docs/stable/generated/torch.optim.Adam.html */
const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-8;

export interface OptimizerSettings {
  readonly optimizer: OptimizerName;
  readonly learningRate: number;
  readonly weightDecay: number;
  /** sgd only. */
  readonly momentum: number;
}

/** An optimizer's memory as plain arrays; exact, so that a parked run goes on with the same numbers. */
export interface OptimizerState {
  /** Updates made. */
  readonly updates: number;
  /** Per parameter its moments: adam `[mean, mean of squares]`, sgd `[momentum buffer]`; empty before the first update. */
  readonly moments: readonly (readonly Float32Array[])[];
}

export const freshOptimizerState: OptimizerState = { updates: 0, moments: [] };

interface Update {
  readonly parameter: tf.Tensor;
  readonly moments: readonly tf.Tensor[];
}

/** One parameter's update; `count` is the number of this update, from 1. Called inside tf.tidy. */
type Rule = (
  parameter: tf.Tensor,
  gradient: tf.Tensor,
  moments: readonly tf.Tensor[],
  count: number,
  learningRate: number,
) => Update;

/** torch.optim.SGD with dampening 0: the buffer begins as the first gradient. */
function createSgdRule({ weightDecay, momentum }: OptimizerSettings): Rule {
  return (parameter, gradient, [before], _count, learningRate) => {
    const decayed = weightDecay === 0 ? gradient : tf.add(gradient, tf.mul(parameter, weightDecay));
    const buffer = before === undefined ? decayed.clone() : tf.add(tf.mul(before, momentum), decayed);
    return { parameter: tf.sub(parameter, tf.mul(buffer, learningRate)), moments: [buffer] };
  };
}

/** torch.optim.Adam (decay is L2, added to the gradient) and AdamW (decay shrinks the parameter itself), in the order of PyTorch's operations. */
function createAdamRule({ weightDecay }: OptimizerSettings, decoupled: boolean): Rule {
  return (parameter, gradient, [meanBefore, squareBefore], count, learningRate) => {
    const start = decoupled && weightDecay !== 0 ? tf.mul(parameter, 1 - learningRate * weightDecay) : parameter;
    const decayed = decoupled || weightDecay === 0 ? gradient : tf.add(gradient, tf.mul(parameter, weightDecay));
    const mean =
      meanBefore === undefined ? tf.mul(decayed, 1 - beta1) : tf.add(meanBefore, tf.mul(tf.sub(decayed, meanBefore), 1 - beta1));
    const newSquare = tf.mul(tf.mul(decayed, decayed), 1 - beta2);
    const square = squareBefore === undefined ? newSquare : tf.add(tf.mul(squareBefore, beta2), newSquare);
    const denominator = tf.add(tf.div(tf.sqrt(square), Math.sqrt(1 - beta2 ** count)), epsilon);
    const stepSize = learningRate / (1 - beta1 ** count);
    return { parameter: tf.sub(start, tf.mul(tf.div(mean, denominator), stepSize)), moments: [mean, square] };
  };
}

function createRule(settings: OptimizerSettings): Rule {
  switch (settings.optimizer) {
    case 'adam':
      return createAdamRule(settings, false);
    case 'adamw':
      return createAdamRule(settings, true);
    case 'sgd':
      return createSgdRule(settings);
  }
}

/** Updates a fixed list of parameters and owns their moments. */
export class Optimizer {
  readonly #rule: Rule;
  readonly #learningRate: number;
  #updates: number;
  #moments: (readonly tf.Tensor[])[];

  /** `shapes` are those of the parameters, in the order of `apply`. */
  constructor(settings: OptimizerSettings, shapes: readonly (readonly number[])[], state: OptimizerState = freshOptimizerState) {
    this.#rule = createRule(settings);
    this.#learningRate = settings.learningRate;
    this.#updates = state.updates;
    this.#moments = shapes.map((shape, at) =>
      (state.moments[at] ?? []).map((values) => tf.tensor(values, [...shape], 'float32')),
    );
  }

  /**
   * The parameters after one update, at the settings' learning rate where no other is given. The caller disposes what it gave and what
   * it gets.
   */
  apply<T extends tf.Tensor[]>(
    parameters: readonly [...T],
    gradients: readonly [...T],
    learningRate: number = this.#learningRate,
  ): T {
    this.#updates += 1;
    const after = parameters.map((parameter, at) => {
      const gradient = gradients[at];
      const before = this.#moments[at] ?? [];
      const { parameter: updated, moments } = tf.tidy(() => {
        const update = this.#rule(parameter, gradient, before, this.#updates, learningRate);
        return { parameter: update.parameter, moments: [...update.moments] };
      });
      before.forEach((moment) => {
        moment.dispose();
      });
      this.#moments[at] = moments;
      return updated;
    });
    return after as T; // map keeps the length and the ranks of its tuple, which its type does not say
  }

  async save(): Promise<OptimizerState> {
    const moments = await Promise.all(
      this.#moments.map((tensors) => Promise.all(tensors.map(async (tensor) => (await tensor.data<'float32'>()).slice()))),
    );
    return { updates: this.#updates, moments };
  }

  dispose(): void {
    this.#moments.flat().forEach((moment) => {
      moment.dispose();
    });
    this.#moments = [];
  }
}
