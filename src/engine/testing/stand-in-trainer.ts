import { throwIfCancelled } from '../../domain/errors';
import { featureCount } from '../../domain/vgg16';
import type { Backbone } from '../backbone';
import type { BackboneTrainer, BackboneTraining } from '../trainer';

const channels = 512;
export const standInTensor = 'features.28.bias';

/** What the stand-in's one tensor makes of the backbone's features: each channel times one more than its value, after a ReLU. */
export function applyTensor(features: Float32Array, tensor: Float32Array): Float32Array {
  return features.map((value, at) => Math.max(0, value * (1 + (tensor[at % channels] ?? NaN))));
}

export interface StandInTraining extends BackboneTraining {
  /** Trainers opened, and those not disposed. */
  readonly counts: { opened: number; open: number };
}

export interface StandInTrainingOptions {
  readonly microBatch?: number;
  /** Asked before each call of a trainer, by the number of calls of all of them; may throw. */
  readonly beforeCall?: (call: number, name: 'forward' | 'backward' | 'squares') => void;
  /** What `gradientSquares` says instead of the truth. */
  readonly squares?: (truth: number) => number;
  /** Whether `forward` gives no numbers, by the updates made. */
  readonly isSpoilt?: (updates: number) => boolean;
  /** What its tensor begins with; zeros unless told. */
  readonly first?: Float32Array | null;
}

function squaresOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return sum;
}

/** Stands for VGG-16's last convolutions: one tensor with its gradient and PyTorch's SGD or a plain Adam. */
export function createStandInTraining(backbone: Backbone, options: StandInTrainingOptions = {}): StandInTraining {
  const { microBatch = 3, beforeCall = () => undefined, isSpoilt = () => false } = options;
  const sayOf = options.squares ?? ((truth: number) => truth);
  const counts = { opened: 0, open: 0 };
  let calls = 0;
  return {
    counts,
    computePlan: 'stand-in training float32',
    batch: 2,
    extractBoundary: (pixels, _steps, signal) => backbone.extractBatch(pixels, signal),
    openTrainer: ({ unfrozen, optimizer }) => {
      counts.opened += 1;
      counts.open += 1;
      const tensor = options.first?.slice() ?? new Float32Array(channels);
      const gradient = new Float64Array(channels);
      let moments: Float32Array[] = [];
      let updates = 0;
      let inputs: Float32Array[] = [];
      const sumOfSquares = () => sayOf(squaresOf(gradient));
      const trainer: BackboneTrainer = {
        microBatch,
        memoryBytes: 0,
        inputLength: featureCount,
        tensors: [{ name: standInTensor, shape: [channels] }],
        forward: async (given, signal) => {
          throwIfCancelled(signal);
          beforeCall(calls++, 'forward');
          if (given.length > microBatch) throw new RangeError('too many pictures at once');
          inputs = [];
          for (const one of given) {
            if (one instanceof Uint8Array !== (unfrozen === 13))
              throw new RangeError('pixels where maps are wanted, or maps for pixels');
            inputs.push(one instanceof Uint8Array ? await backbone.extractFeatures(one) : one);
          }
          const out = new Float32Array(inputs.length * featureCount);
          inputs.forEach((input, at) => {
            out.set(applyTensor(input, tensor), at * featureCount);
          });
          return isSpoilt(updates) ? out.fill(NaN) : out;
        },
        backward: async (featureGradients, signal) => {
          throwIfCancelled(signal);
          beforeCall(calls++, 'backward');
          await Promise.resolve();
          inputs.forEach((input, row) => {
            input.forEach((value, at) => {
              const channel = at % channels;
              if (value * (1 + (tensor[channel] ?? NaN)) <= 0) return;
              gradient[channel] = (gradient[channel] ?? NaN) + value * (featureGradients[row * featureCount + at] ?? NaN);
            });
          });
        },
        zeroGradients: () => {
          gradient.fill(0);
        },
        gradientSquares: () => {
          beforeCall(calls++, 'squares');
          return Promise.resolve(sumOfSquares());
        },
        update: ({ learningRate, weightDecay, momentum, gradientScale }) => {
          if (!Number.isFinite(sumOfSquares())) return Promise.resolve(false);
          updates += 1;
          if (updates === 1) moments = Array.from({ length: optimizer === 'sgd' ? 1 : 2 }, () => new Float32Array(channels));
          const [first, second] = moments;
          tensor.forEach((value, at) => {
            const slope = (gradient[at] ?? NaN) * gradientScale + weightDecay * value;
            if (first === undefined) return;
            if (second === undefined) {
              first[at] = (first[at] ?? NaN) * (updates === 1 ? 0 : momentum) + slope;
              tensor[at] = value - learningRate * (first[at] ?? NaN);
              return;
            }
            first[at] = (first[at] ?? NaN) * 0.9 + slope * 0.1;
            second[at] = (second[at] ?? NaN) * 0.999 + slope * slope * 0.001;
            const mean = (first[at] ?? NaN) / (1 - 0.9 ** updates);
            tensor[at] = value - (learningRate * mean) / (Math.sqrt((second[at] ?? NaN) / (1 - 0.999 ** updates)) + 1e-8);
          });
          return Promise.resolve(true);
        },
        readTensor: () => Promise.resolve(tensor.slice()),
        readGradient: () => Promise.resolve(Float32Array.from(gradient)),
        writeTensor: (_name, values) => {
          tensor.set(values);
          return Promise.resolve();
        },
        saveOptimizer: () => Promise.resolve({ updates, moments: [moments.map((own) => own.slice())] }),
        loadOptimizer: (state) => {
          updates = state.updates;
          moments = (state.moments[0] ?? []).map((own) => own.slice());
          return Promise.resolve();
        },
        dispose: () => {
          counts.open -= 1;
        },
      };
      return Promise.resolve(trainer);
    },
  };
}
