import { keptEpoch, type RunRecord } from './history';
import { wilsonInterval, type Interval } from './metrics';

/** What a run reached on its validation pictures. */
export interface Reached {
  readonly accuracy: number;
  readonly right: number;
  readonly total: number;
  /** Wilson's 95 % interval. */
  readonly interval: Interval;
}

/** Of the epoch whose weights the run kept; null where it has none. */
export function reachedOnValidation(run: RunRecord): Reached | null {
  const accuracy = keptEpoch(run)?.valAccuracy ?? Number.NaN;
  const total = run.counts.val;
  if (total === 0 || !Number.isFinite(accuracy)) return null;
  const right = Math.round(accuracy * total);
  return { accuracy, right, total, interval: wilsonInterval(right, total) };
}

/** An accuracy that the interval must not exclude: what lies beyond it, validation pictures by the hundred cannot tell apart. */
const nearlyAll = 0.99;
/** Below this a head is not called sufficient, however few pictures measured it. */
const least = 0.95;

/**
 * Whether fine-tuning is unlikely to be seen to gain over a head that reached this: at least 95 % are right, and chance alone would let an
 * equally good head reach 99 %. Of 176 pictures up to 4 may be wrong, of 40 one, of 2,000 up to 28.
 */
export function leavesLittleToGain({ accuracy, interval }: Reached): boolean {
  return accuracy >= least && interval.high >= nearlyAll;
}
