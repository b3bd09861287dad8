import { keptEpoch, type RunRecord } from '../../domain/history';
import { formatCount } from '../charts/format';

/** Rounded down: 0.996 is not 1.00. */
export function formatAccuracy(accuracy: number): string {
  return (Math.floor(accuracy * 100 + 1e-9) / 100).toFixed(2);
}

/** `Best epoch chosen by validation`: said wherever its validation accuracy stands. Null where it is simply the last epoch. */
export function chosenWords({ chosenBy, bestEpoch }: Pick<RunRecord, 'chosenBy' | 'bestEpoch'>): string | null {
  if (chosenBy === null) return null;
  return `best epoch${bestEpoch === null ? '' : `, ${formatCount(bestEpoch + 1)},`} chosen by validation`;
}

/** What a run came to: the untouched test split first where there is one, and how much validation had a say. Null before an epoch ended. */
export function formatRunResult(run: RunRecord): string | null {
  const kept = keptEpoch(run);
  if (kept === null || !Number.isFinite(kept.valAccuracy)) return null;
  const chosen = chosenWords(run);
  const validation = `accuracy on validation ${formatAccuracy(kept.valAccuracy)}${chosen === null ? '' : ` (${chosen})`}`;
  if (run.testAccuracy === null) return `Accuracy${validation.slice('accuracy'.length)}.`;
  return `Accuracy on the test pictures ${formatAccuracy(run.testAccuracy)}; ${validation}.`;
}

/** `Brought in from vgg.safetensors, trained by PyTorch; not measured here yet.` */
export function describeImported({ fileName, trainedBy }: NonNullable<RunRecord['imported']>): string {
  const by = trainedBy === null ? '' : `, trained by ${trainedBy === 'pytorch' ? 'PyTorch' : 'Headstart'}`;
  return `Brought in from ${fileName}${by}; not measured here yet.`;
}

/** `Continues run 3.`; null for a run that began with a new head. */
export function describeStart({ continues }: Pick<RunRecord, 'continues'>): string | null {
  return continues === undefined ? null : `Continues run ${formatCount(continues.number)}.`;
}

/** What stands under a run that has ended: what it began with, and what it came to. Null where there is nothing to say. */
export function describeRun(run: RunRecord): string | null {
  const words = run.imported === undefined ? formatRunResult(run) : describeImported(run.imported);
  const parts = [describeStart(run), words].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join(' ');
}
