/** One setting: a trainer of the last `unfrozen` convolutions. */
export interface OpenTrainer {
  readonly kind: 'open';
  readonly trainer: 'headstart-cpu' | 'headstart-webgpu' | 'tfjs-webgpu';
  readonly unfrozen: number;
  readonly batch: number;
  readonly threads: number;
  /** Folder of the weights, absolute, ends with `/`. */
  readonly weights: string;
}

export type ToTrainer = OpenTrainer | { readonly kind: 'step' };

export type FromTrainer =
  | { readonly kind: 'opened'; readonly note: string }
  /** `loss` is before the step's update. */
  | { readonly kind: 'stepped'; readonly seconds: number; readonly loss: number }
  | { readonly kind: 'failed'; readonly words: string };

export interface StepAnswer {
  readonly seconds: number;
  readonly loss: number;
}

/** What the bench's page offers to the bench. */
export interface TrainPage {
  /** Resolves with a note about what was opened. */
  open(name: string, request: OpenTrainer): Promise<string>;
  step(name: string): Promise<StepAnswer>;
}

/** What both sides train with. */
export const benchLearningRate = 1e-5;
export const benchMomentum = 0.9;
