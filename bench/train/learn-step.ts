import { featureCount } from '../../src/domain/vgg16';
import type { BackboneTrainer } from '../../src/kernels/backbone-trainer';
import type { createBenchHead } from './bench-head';
import { benchLearningRate, benchMomentum } from './train-protocol';

/** One training step, whoever computes it. */
export interface OpenedTrainer {
  readonly note: string;
  readonly step: () => Promise<{ loss: number }>;
}

/** A step of a trainer of ours: forward, cross-entropy, backward and SGD with momentum, head included. */
export function learnStep(
  trainer: BackboneTrainer,
  inputs: readonly (Uint8Array | Float32Array)[],
  head: ReturnType<typeof createBenchHead>,
): OpenedTrainer['step'] {
  const settings = { learningRate: benchLearningRate, weightDecay: 0, momentum: benchMomentum, gradientScale: 1 };
  return async () => {
    if (trainer.plan.microBatch < inputs.length) throw new Error('the bench’s batch does not fit at once');
    trainer.zeroGradients();
    const { loss, featureGradients } = head.learn(await trainer.forward(inputs));
    if (featureGradients.length !== inputs.length * featureCount) throw new Error('a gradient of another batch');
    await trainer.backward(featureGradients);
    if (!(await trainer.update(settings))) throw new Error('the gradient is not finite');
    return { loss };
  };
}
