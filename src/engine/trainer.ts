import type { BackboneTrainer as KernelTrainer, TrainerOptimizer } from '../kernels/backbone-trainer';
import type { DeviceProgress } from '../domain/events';

/** The last convolutions on a device, with their gradients and their optimizer. One contract for every device: see KernelTrainer. */
export interface BackboneTrainer extends Omit<KernelTrainer, 'plan'> {
  /** Most pictures that pass at once; a larger batch is passed in parts whose gradients are added. */
  readonly microBatch: number;
  /** Bytes of weights, gradients, moments and what is kept of the pictures under way. */
  readonly memoryBytes: number;
}

export interface TrainerRequest {
  /** How many of the last convolutions are trained, 1 to 13. */
  readonly unfrozen: number;
  /** Pictures that the caller would like to pass at once. */
  readonly batch: number;
  readonly optimizer: TrainerOptimizer;
  /** Told of programs that are compiled first. */
  readonly onProgress?: (progress: DeviceProgress) => void;
}

/** What a backbone offers to fine-tuning. */
export interface BackboneTraining {
  /** The arithmetic in force. */
  readonly computePlan: string;
  /** Pictures that pass together in the least time each. */
  readonly batch: number;
  /** What the first `steps` convolutions give (1 to 12): the input of a trainer of the last `13 - steps`. */
  extractBoundary(pixels: readonly Uint8Array[], steps: number, signal?: AbortSignal): Promise<Float32Array[]>;
  /** Rejects with `out-of-memory` when even one picture at a time is too much, `cpu-worker-lost`, or `device-lost`. */
  openTrainer(request: TrainerRequest): Promise<BackboneTrainer>;
}

/** A trainer takes at most so much memory, a quarter of it where the browser says that there is little: fewer pictures pass at once. */
const mostBytes = 2 ** 30;
/** GB at or below which that is. */
const littleMemory = 4;

/** Bytes that a trainer may take; `deviceMemory` is the browser's, GB, undefined where it does not say. */
export function trainerBudget(deviceMemory: number | undefined): number {
  return (deviceMemory ?? Infinity) <= littleMemory ? mostBytes / 4 : mostBytes;
}

/** A trainer of our kernels as the engine has it; `watched` sees the promise of every call. */
export function watchTrainer(own: KernelTrainer, watched: <T>(work: Promise<T>) => Promise<T>): BackboneTrainer {
  return {
    microBatch: own.plan.microBatch,
    memoryBytes: own.plan.bytes,
    tensors: own.tensors,
    inputLength: own.inputLength,
    forward: (inputs, signal) => watched(own.forward(inputs, signal)),
    backward: (featureGradients, signal) => watched(own.backward(featureGradients, signal)),
    zeroGradients: () => {
      own.zeroGradients();
    },
    gradientSquares: () => watched(own.gradientSquares()),
    update: (settings) => watched(own.update(settings)),
    readTensor: (name) => watched(own.readTensor(name)),
    readGradient: (name) => watched(own.readGradient(name)),
    writeTensor: (name, values) => watched(own.writeTensor(name, values)),
    saveOptimizer: () => watched(own.saveOptimizer()),
    loadOptimizer: (state) => watched(own.loadOptimizer(state)),
    dispose: () => {
      own.dispose();
    },
  };
}
