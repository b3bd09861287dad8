import type { Fit } from './dataset';

/** The three ways of transfer learning that the note names. */
export type Way = 'features' | 'frozen' | 'fine-tune';
export type Preset = 'note' | 'recommended' | 'custom';
export type Optimizer = 'adam' | 'adamw' | 'sgd';

/** Everything that decides a run, besides the pictures. */
export interface RunConfig {
  readonly preset: Preset;
  readonly way: Way;
  readonly fit: Fit;
  /** Each sample's features are scaled to this L2 norm before the head; null leaves them as they are. */
  readonly featureNorm: number | null;
  readonly optimizer: Optimizer;
  readonly learningRate: number;
  /** adam, sgd: L2 added to the gradient as PyTorch does; adamw: decoupled. */
  readonly weightDecay: number;
  /** sgd only. */
  readonly momentum: number;
  readonly batchSize: number;
  readonly epochs: number;
  /** Decides split, limit, initial weights and order. */
  readonly seed: number;
  /** Share of pictures without a folder split that go to validation, 0 to 1. */
  readonly valFraction: number;
  /** At most so many pictures a class, all splits together; null uses all. */
  readonly limitPerClass: number | null;
  /** Every so many minibatches a line of the log; the note prints every fifth. */
  readonly logEvery: number;
}
