import type { RunConfig } from './run-config';
import { countSplits, type FolderCounts, type SplitCounts } from './split';

/** What a device was measured to need, seconds. */
export interface DevicePace {
  /** Of one picture through the backbone. */
  readonly secondsPerPicture: number;
  /** Of one training step of 32 pictures. */
  readonly secondsPerStep: number;
}

export type TrainingSettings = Pick<RunConfig, 'epochs' | 'batchSize'>;

/** Pictures that `secondsPerStep` speaks of. */
const measuredBatch = 32;

/**
 * Seconds from held features to the end of a run: every step, a validation after each epoch, and the evaluation at the end.
 * A batch above 32 counts by its pictures, one below as a whole: most of a small step is the same whatever is in it.
 */
export function estimateTraining(
  { train, val, test }: SplitCounts,
  { epochs, batchSize }: TrainingSettings,
  secondsPerStep: number,
): number {
  const stepsOfEpoch = Math.max(Math.ceil(train / batchSize), train / measuredBatch);
  const passes = epochs * (stepsOfEpoch + Math.ceil(val / measuredBatch)) + Math.ceil((val + test) / measuredBatch);
  return passes * secondsPerStep;
}

/** From here on, seconds, a smaller number of pictures is offered. */
export const longWait = 120;
/** What the offer aims at, seconds. */
const wantedWait = 60;
/** Fewer pictures a class are not offered: a head learned from them would be a disappointment. */
const fewestOffered = 20;
/** An offer that keeps more than this share of the wait is none. */
const largestShareKept = 0.75;

export interface SmallerRun {
  readonly limitPerClass: number;
  readonly seconds: number;
}

export interface SmallerRunQuestion {
  readonly folders: FolderCounts;
  readonly settings: Pick<RunConfig, 'valFraction' | 'limitPerClass'>;
  /** What a run on so many pictures of each class takes; never falls as they rise. */
  readonly secondsWith: (counts: ReadonlyMap<string, SplitCounts>) => number;
  /** What the run takes as it is set. */
  readonly seconds: number;
}

export function sumCounts(counts: Iterable<SplitCounts>): SplitCounts {
  let [train, val, test] = [0, 0, 0];
  for (const each of counts) {
    train += each.train;
    val += each.val;
    test += each.test;
  }
  return { train, val, test };
}

/** A number to remember, and one that does not change with every picture extracted: the next ten below, or fifty above 200. */
function roundDown(limit: number): number {
  const step = limit < 200 ? 10 : 50;
  return Math.max(fewestOffered, Math.floor(limit / step) * step);
}

/**
 * What a run on kept features takes: the pictures that are not held once through the backbone, then the training. `held`: pictures of each
 * class whose features are held already, those that a limit keeps first.
 */
export function createFeatureEstimate(
  settings: TrainingSettings,
  held: ReadonlyMap<string, number>,
  { secondsPerPicture, secondsPerStep }: DevicePace,
): SmallerRunQuestion['secondsWith'] {
  return (counts) => {
    let missing = 0;
    for (const [className, { train, val, test }] of counts)
      missing += Math.max(0, train + val + test - (held.get(className) ?? 0));
    return missing * secondsPerPicture + estimateTraining(sumCounts(counts.values()), settings, secondsPerStep);
  };
}

/**
 * A limit per class with which the run takes a minute at most, or 20 a class where even those take longer.
 * Null when the run is not long, or when no such limit would save a quarter of it.
 */
export function findSmallerRun({ folders, settings, secondsWith, seconds }: SmallerRunQuestion): SmallerRun | null {
  if (seconds <= longWait) return null;
  const secondsAt = (limitPerClass: number): number =>
    secondsWith(countSplits(folders, { valFraction: settings.valFraction, limitPerClass }));
  const largestClass = Math.max(0, ...[...folders.classes.values()].map(({ train, val }) => train + val));
  const present = Math.min(settings.limitPerClass ?? largestClass, largestClass);
  // The largest limit that takes a minute lies in [low, high): what it takes never falls as the limit rises.
  let low = fewestOffered;
  let high = Math.max(present, low + 1);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (secondsAt(middle) <= wantedWait) low = middle;
    else high = middle;
  }
  const limitPerClass = roundDown(low);
  const shorter = secondsAt(limitPerClass);
  return limitPerClass < present && shorter <= seconds * largestShareKept ? { limitPerClass, seconds: shorter } : null;
}
