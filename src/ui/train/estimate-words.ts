import type { RunRecord } from '../../domain/history';
import { leavesLittleToGain, reachedOnValidation } from '../../domain/sufficient-head';
import type { TrainEstimate } from '../../store/state';
import { formatCount, formatCounted, formatGigabytes, formatRoughly } from '../charts/format';
import { formatAccuracy } from './run-result-words';

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

/** Share of a device's memory that a page can count on: the system and other pages want theirs. */
const shareForPage = 0.5;

/** Where fine-tuning would take more than `deviceMemory` (bytes, null where the browser does not say) is likely to have free; else null. */
export function describeScarceMemory(bytes: number, deviceMemory: number | null): string | null {
  if (deviceMemory === null || bytes <= deviceMemory * shareForPage) return null;
  return (
    `That is much for this device’s ${formatGigabytes(deviceMemory)}: batches pass in parts where it must be less. ` +
    'A smaller batch or fewer convolutions take less.'
  );
}

/** What a head alone reached, and what that says about fine-tuning; null where it reached nothing. */
export function describeHeadRun(run: RunRecord): string | null {
  const reached = reachedOnValidation(run);
  if (reached === null) return null;
  const { accuracy, right, total, interval } = reached;
  const range = `95 % interval ${interval.low.toFixed(2)}–${interval.high.toFixed(2)}`;
  const outlook = leavesLittleToGain(reached) ? 'fine-tuning is unlikely to gain' : 'fine-tuning has room to gain';
  return `The head alone reached ${formatAccuracy(accuracy)} on validation (${formatCount(right)} of ${formatCount(total)}, ${range}); ${outlook}.`;
}
