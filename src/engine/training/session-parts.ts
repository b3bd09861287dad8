import type { RunEvent } from '../../domain/events';
import type { PixelSource } from '../../protocol/compute-api';
import type { Backbone } from '../backbone';
import type { Compute } from '../device';
import type { FeatureStore } from '../feature-store';
import type { BackboneTraining } from '../trainer';
import type { RunKeeper } from './run-keeper';

/** What a stretch of a run takes from the engine. */
export interface SessionParts {
  readonly compute: Compute;
  readonly backbone: Backbone;
  readonly store: FeatureStore;
  /** What trains the last convolutions; null where the way needs nothing of it. */
  readonly training: BackboneTraining | null;
  /** Maps before the first trained convolution. */
  readonly boundaries: FeatureStore;
  readonly pixels: PixelSource;
  readonly onEvent: (event: RunEvent) => void;
  readonly signal: AbortSignal;
  /** Milliseconds. */
  readonly now: () => number;
  /** Null where the run is kept nowhere. */
  readonly keeper: Pick<RunKeeper, 'isDue' | 'keep'> | null;
}
