import type { BackboneTraining } from './trainer';

/** Sees what comes out of a ReLU or a pooling: torchvision's layer index, `[h, w, c]` and the values, row-major. For tests. */
export type LayerTap = (layerIndex: number, shape: readonly [number, number, number], values: Float32Array) => void;

/** VGG-16's convolutional part on a device. Calls may overlap; what a picture gives does not depend on those it passes with. */
export interface Backbone {
  /** The arithmetic in force: see ComputeStatus. */
  readonly computePlan: string;
  /** Threads of the processor that compute. */
  readonly threads: number;
  /** Bytes of filters and of a batch's activations. */
  readonly memoryBytes: number;
  /** Bytes taken on the graphics card now, beside tensors; 0 on the processor. */
  gpuBytes(): number;
  /** Pictures that pass together in the least time each. */
  readonly batch: number;
  /** Whether it can never answer again by itself, as after the death of a compute worker: another one must be made. */
  isLost(): boolean;
  /**
   * 224 x 224 RGB pixels -> 25,088 features in CHW order (512 x 7 x 7 flattened as PyTorch does).
   * Rejects with `cancelled`, `device-lost`, `out-of-memory`, `cpu-worker-lost`, or `self-check-failed` when they are not all numbers.
   */
  extractFeatures(pixels: Uint8Array, tap?: LayerTap, signal?: AbortSignal): Promise<Float32Array>;
  /**
   * The same for several pictures, in their order; a cancel is heard within one of them. `gently` leaves a core of the processor to others;
   * the numbers are the same.
   */
  extractBatch(pixels: readonly Uint8Array[], signal?: AbortSignal, gently?: boolean): Promise<Float32Array[]>;
  /** Null where it cannot train its own convolutions. Ends with the backbone; a trainer does not. */
  readonly training: BackboneTraining | null;
  dispose(): void;
}
