import type { ErrorRecord } from '../../domain/errors';
import type { InspectionProgress } from '../../domain/evaluation/inspection';
import type { Projection, ProjectionMethod } from '../../domain/evaluation/projection';

export interface ProjectionTask {
  /** Pooled features `[n, 512]`, row-major, each row of length 1. */
  readonly vectors: Float32Array;
  readonly method: ProjectionMethod;
  readonly seed: number;
}

export type LaidOut = Pick<Projection, 'positions' | 'explained'>;

export type ProjectionAnswer =
  | { readonly kind: 'progress'; readonly progress: InspectionProgress }
  | { readonly kind: 'done'; readonly laidOut: LaidOut }
  | { readonly kind: 'failed'; readonly reason: ErrorRecord };
