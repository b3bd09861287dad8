import type { ErrorRecord } from './errors';

/** What is kept on this device of features, and how much may be. */
export interface FeatureCacheReport {
  /** Pictures whose features are kept; one counts for each fit, device and version that it was computed for. */
  readonly pictures: number;
  /** On disk. */
  readonly bytes: number;
  /** In force. */
  readonly budget: number;
  /** What is taken where the person chose nothing. */
  readonly automaticBudget: number;
  /** Why features are held for this visit only; null while they are kept. */
  readonly problem: ErrorRecord | null;
}

const mostAutomatic = 1e9;
/** Weights, project and other sites want room too. */
const shareOfQuota = 0.2;

/** Bytes that features may take where the person chose nothing. `quota`: what the browser lets the site keep, null where it does not say. */
export function automaticFeatureBudget(quota: number | null): number {
  return Math.min(mostAutomatic, Math.floor((quota ?? Infinity) * shareOfQuota));
}
