import type { TrainEstimate } from '../../store/state';
import { formatCount, formatCounted, formatGigabytes, formatRoughly } from '../charts/format';

/** What Train would take, in a sentence; `unreadable` of the missing pictures could not be read. */
export function describeEstimate({ moving, total, missing, seconds }: TrainEstimate, unreadable: number): string {
  if (moving !== null) {
    const memory = moving.bytes === null ? '' : ` and ${formatGigabytes(moving.bytes)} of memory`;
    return `About ${formatRoughly(seconds)}${memory}: ${formatCounted(total, 'picture')} in every epoch`;
  }
  if (missing === 0) return `Ready: ${all(total)} gone through VGG-16; about ${formatRoughly(seconds)}`;
  if (unreadable >= missing)
    return `${formatCounted(missing, 'picture')} could not be read: Train says which. The others have gone through VGG-16`;
  const verb = missing === 1 ? 'has' : 'have';
  return `About ${formatRoughly(seconds)}: ${formatCount(missing)} of ${formatCounted(total, 'picture')} still ${verb} to go through VGG-16`;
}

function all(total: number): string {
  return total === 1 ? 'the picture has' : `all ${formatCount(total)} pictures have`;
}
