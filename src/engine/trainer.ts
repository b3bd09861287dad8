import type { CpuTrainer } from '../kernels/wasm/cpu-trainer';

/** The last convolutions on a device, with their gradients and their optimizer. One contract for every device: see CpuTrainer. */
export interface BackboneTrainer extends Pick<
  CpuTrainer,
  | 'tensors'
  | 'inputLength'
  | 'forward'
  | 'backward'
  | 'zeroGradients'
  | 'gradientSquares'
  | 'update'
  | 'readTensor'
  | 'writeTensor'
  | 'saveOptimizer'
  | 'loadOptimizer'
  | 'dispose'
> {
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
  readonly optimizer: 'sgd' | 'adam' | 'adamw';
}

/** What a backbone offers to fine-tuning. */
export interface BackboneTraining {
  /** The arithmetic in force. */
  readonly computePlan: string;
  /** Pictures that pass together in the least time each. */
  readonly batch: number;
  /** What the first `steps` convolutions give (1 to 12): the input of a trainer of the last `13 - steps`. */
  extractBoundary(pixels: readonly Uint8Array[], steps: number, signal?: AbortSignal): Promise<Float32Array[]>;
  /** Rejects with `out-of-memory` when even one picture at a time is too much, or `cpu-worker-lost`. */
  openTrainer(request: TrainerRequest): Promise<BackboneTrainer>;
}
