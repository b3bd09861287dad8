import type { DeviceChoice } from '../../src/domain/events';

export interface ExtractRequest {
  readonly device: DeviceChoice;
  /** Folder of the weights, absolute, ends with `/`. */
  readonly weights: string;
  /** How many of the embedded drawings, classes in turn. */
  readonly pictures: number;
}

export interface ExtractedFeatures {
  readonly error: string | null;
  readonly device: 'webgpu' | 'cpu';
  readonly adapter: string | null;
  readonly threads: number;
  readonly computePlan: string;
  /** Of each picture after the first, which warms up. */
  readonly seconds: readonly number[];
  /** 25,088 values a picture, float32. */
  readonly features: readonly (readonly number[])[];
}
