import { keptEpoch, type RunRecord } from './history';

/** The one accuracy that a run is to be known by. */
export interface Headline {
  /** What measured it: the untouched test pictures where the folders have some, else those of validation. */
  readonly split: 'test' | 'val';
  readonly accuracy: number;
  readonly pictures: number;
  /** Validation, where the same pictures chose the epoch: then the accuracy is a little too good. Never of test. */
  readonly chosenBy: 'validation' | null;
}

/** Null before an epoch ended. */
export function headlineOf(run: RunRecord): Headline | null {
  const { testAccuracy, counts, chosenBy } = run;
  if (testAccuracy !== null) return { split: 'test', accuracy: testAccuracy, pictures: counts.test, chosenBy: null };
  const accuracy = keptEpoch(run)?.valAccuracy;
  if (accuracy === undefined || !Number.isFinite(accuracy)) return null;
  return { split: 'val', accuracy, pictures: counts.val, chosenBy };
}
