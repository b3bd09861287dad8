import type { SamplePrediction, EpochRecord, StepRecord } from './history';
import type { Sample, SkippedFile } from './dataset';
import type { ErrorRecord } from './errors';

export type DeviceChoice = 'auto' | 'webgpu' | 'cpu';

/** What computes, and, if not the GPU, why. */
export interface ComputeStatus {
  readonly device: 'webgpu' | 'cpu';
  /** As on the badge: `WebGPU · Apple M3`, `CPU · 1 thread`. */
  readonly label: string;
  readonly adapter: string | null;
  readonly softwareAdapter: boolean;
  readonly threads: number;
  readonly computePlan: string;
  /** Why nothing better is used: no GPU, or a path that failed its self-test. Null when the best runs, or what the person chose. */
  readonly reason: ErrorRecord | null;
  /** Bytes that filters and a batch's activations take, beside the weights' files; null until the backbone stands. */
  readonly memoryBytes: number | null;
  /** Null until the backbone stands and was proved. */
  readonly selfTest: SelfTestReport | null;
}

/** What the self-test of a compute path measured; a path that fails it is never used. */
export interface SelfTestReport {
  /** Largest error of one drawing's features over their rms, against the reference. */
  readonly featureError: number;
  /** Largest relative error of a training step's losses, against the reference. */
  readonly lossError: number;
  /** Of a picture through the backbone among a few, seconds. */
  readonly secondsPerPicture: number;
  /** Of one training step of 32 pictures, seconds. */
  readonly secondsPerStep: number;
}

/** What a device does before it computes, in this order; the CPU has the last two only. Within a stage `done` never falls. */
export interface DeviceProgress {
  /** Trying kernels on the adapter, at most two seconds; compiling; arranging the weights; the self-test. */
  readonly stage: 'measuring' | 'compiling' | 'weights' | 'self-test';
  readonly done: number;
  readonly total: number;
}

/** Laws: `done` never falls, `total` never changes; it ends with both equal unless pictures could not be read. */
export interface FeaturesProgress {
  /** Pictures of those asked for whose features are held. */
  readonly done: number;
  readonly total: number;
  /** From the last pictures, decoding included; null until one was measured. */
  readonly secondsPerPicture: number | null;
}

/** Laws: `receivedBytes` never falls, `totalBytes` never changes, it ends with both equal. */
export interface WeightsProgress {
  readonly from: 'network' | 'cache';
  readonly receivedBytes: number;
  readonly totalBytes: number;
  readonly bytesPerSecond: number | null;
  readonly secondsLeft: number | null;
}

export interface WeightsReport {
  readonly from: 'network' | 'cache';
  readonly totalBytes: number;
  readonly seconds: number;
  /** False when the browser refused to keep them. */
  readonly kept: boolean;
}

/** Laws: `done` never falls, `total` never changes, it ends with both equal. */
export type IngestEvent =
  | { readonly kind: 'progress'; readonly done: number; readonly total: number; readonly secondsLeft: number | null }
  /** A server is busy or out of order; it is asked again after so many seconds. Ends with the next of any kind. */
  | { readonly kind: 'waiting'; readonly seconds: number }
  | { readonly kind: 'samples'; readonly samples: readonly IngestedSample[] }
  | { readonly kind: 'skipped'; readonly files: readonly SkippedFile[] };

export interface IngestedSample {
  readonly sample: Sample;
  /** At most 112 x 112 pixels, JPEG. */
  readonly thumbnail: Blob;
}

export interface IngestReport {
  readonly added: number;
  readonly skipped: number;
  readonly cancelled: boolean;
  /** Pictures that came in and could not be kept for the next visit, and why the first could not; absent where all were. */
  readonly notKept?: { readonly pictures: number; readonly reason: ErrorRecord };
}

export interface ExportProgress {
  readonly done: number;
  readonly total: number;
  readonly bytes: number;
}

export interface ExportReport {
  readonly written: number;
  /** Paths of pictures that could not be read any more. */
  readonly missing: readonly string[];
  /** Of the pictures. */
  readonly bytes: number;
}

export type StageName = 'weights' | 'features' | 'training' | 'evaluation';

/** How a run is kept on disk while it goes, in this stretch of it. */
export interface KeptReport {
  /** ISO 8601, of the last checkpoint; null where there is a problem. */
  readonly savedAt: string | null;
  readonly bytes: number;
  /** Checkpoints written. */
  readonly times: number;
  /** What they took together, reading back and waiting for the disk included: training lost at most so much. */
  readonly seconds: number;
  /** Why it is not kept now; training goes on all the same. */
  readonly problem: ErrorRecord | null;
}

/** What a run says while it goes. Laws: within a stage `done` never falls and `total` never changes. */
export type RunEvent =
  | {
      readonly kind: 'stage';
      readonly stage: StageName;
      readonly done: number;
      readonly total: number;
      readonly secondsLeft: number | null;
      readonly note: string | null;
    }
  | { readonly kind: 'first-batch'; readonly sampleIds: readonly string[]; readonly labels: readonly number[] }
  | { readonly kind: 'step'; readonly record: StepRecord }
  | { readonly kind: 'epoch'; readonly record: EpochRecord }
  | { readonly kind: 'log'; readonly line: string }
  | { readonly kind: 'predictions'; readonly predictions: readonly SamplePrediction[] }
  /** It was kept on disk, or why it could not be. */
  | { readonly kind: 'kept'; readonly report: KeptReport }
  /** What computes is no longer as was said: a part of it failed its test, and the reason is in it. */
  | { readonly kind: 'status'; readonly status: ComputeStatus }
  /** The run has gone on from its last checkpoint: by itself after the device was lost, or with what computes otherwise than before. */
  | { readonly kind: 'resumed'; readonly reason: ErrorRecord; readonly status: ComputeStatus };

/** Numbers of live tensors and bytes; equal before and after a whole run when everything is disposed once. */
export interface MemoryReport {
  readonly tensors: number;
  readonly bytes: number;
  readonly gpuBytes: number | null;
}
