/** One trained tensor, named and shaped as in PyTorch: `features.N.weight` OIHW, `features.N.bias`. */
export interface TrainedTensor {
  readonly name: string;
  readonly shape: readonly number[];
}

/** An optimizer's memory in the order of `tensors` and in PyTorch's layout; fits `OptimizerState` of `engine/optimizers.ts`. */
export interface TrainerOptimizerState {
  /** Updates made. */
  readonly updates: number;
  /** Per tensor: adam and adamw `[mean, mean of squares]`, sgd `[momentum buffer]`; empty before the first update. */
  readonly moments: readonly (readonly Float32Array[])[];
}

/** Moments that an optimizer keeps for each weight. */
export const momentsOf = { sgd: 1, adam: 2, adamw: 2 } as const;
export type TrainerOptimizer = keyof typeof momentsOf;

/** How one update is made; the same words as the engine's optimizers. */
export interface UpdateSettings {
  readonly learningRate: number;
  readonly weightDecay: number;
  /** sgd only. */
  readonly momentum: number;
  /** The gradient is multiplied by this first: 1, or less to clip its norm. */
  readonly gradientScale: number;
}

/** PyTorch's defaults, as in `engine/optimizers.ts`. */
export const adamNumbers = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/** What a trainer takes, bytes, and how many pictures pass at once. */
export interface TrainerMemory {
  /** The first trained step, an index of `convSteps`. */
  readonly first: number;
  /** Most pictures that pass at once; a larger batch is passed in parts whose gradients are added. */
  readonly microBatch: number;
  readonly optimizer: TrainerOptimizer;
  /** All of it. */
  readonly bytes: number;
  /** Weights, gradients and moments. */
  readonly weightBytes: number;
  /** Kept for the pictures under way. */
  readonly mapBytes: number;
  /** Transformed filters, V and M, scratch. */
  readonly workBytes: number;
}

/**
 * The last convolutions of VGG-16 with their gradients and their optimizer, on the processor or on the graphics card. One batch:
 * `zeroGradients`, then for each part of at most `plan.microBatch` pictures `forward` and `backward`, then `gradientSquares` where the norm is
 * clipped, then `update`. Calls may overlap; they are computed in turn. Every call rejects with `worker-dead` or `device-lost` once what
 * computes has gone.
 */
export interface BackboneTrainer {
  readonly plan: TrainerMemory;
  /** In PyTorch's order: weight, bias, weight, … of the first trained convolution on. */
  readonly tensors: readonly TrainedTensor[];
  /** Length of one picture's input: of the map before the first trained convolution, `[h, w, c]`, or of its 8-bit pixels. */
  readonly inputLength: number;
  /**
   * Inputs of 1 to `plan.microBatch` pictures (float maps as `extractBoundary` of a backbone gives them; pixels where everything is trained)
   * -> features `[n, 25088]` in CHW order. Alone, it is the trained backbone's answer (validation). Rejects with `cancelled`.
   */
  forward(inputs: readonly (Float32Array | Uint8Array)[], signal?: AbortSignal): Promise<Float32Array>;
  /**
   * Gradient of the loss by the features of the last `forward`, `[n, 25088]`: adds the gradient by every trained tensor to what is there.
   * Once for each `forward`. Rejects with `cancelled`, after which the gradients are zero.
   */
  backward(featureGradients: Float32Array, signal?: AbortSignal): Promise<void>;
  /** Forgets the gradients; also those that were not finite. */
  zeroGradients(): void;
  /** Sum of squares of the gradient over all trained tensors; NaN or infinite where the gradient, or features on the way to it, are not finite. */
  gradientSquares(): Promise<number>;
  /** One step of the optimizer. False where the gradient is not finite: then no weight and no moment has moved. Not cancelled midway. */
  update(settings: UpdateSettings): Promise<boolean>;
  readTensor(name: string): Promise<Float32Array>;
  /** For checkpoints: the next `forward` uses it. Throws a RangeError for another name or length. */
  writeTensor(name: string, values: Float32Array): Promise<void>;
  readGradient(name: string): Promise<Float32Array>;
  saveOptimizer(): Promise<TrainerOptimizerState>;
  loadOptimizer(state: TrainerOptimizerState): Promise<void>;
  /** Gives the memory back; on the processor the workers end. */
  dispose(): void;
}
