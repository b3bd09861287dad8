import { Button, ErrorNote, ProgressBar } from '../primitives';
import { useActions, usePage } from '../store-context';
import { countOf, formatBytes, joinWords } from '../words';
import styles from './data.module.css';

/** How far the archive is, and what became of it. */
export function ExportNote() {
  const { phase, done, total, bytes, name, report, error } = usePage(({ exporting }) => exporting);
  const { cancelExport, dismissExport } = useActions();
  if (phase === 'writing') {
    const words = joinWords(`${done.toLocaleString('en-GB')} of ${total.toLocaleString('en-GB')}`, formatBytes(bytes));
    return (
      <div className={styles['reading']}>
        <ProgressBar label={`Writing ${name}`} showLabel share={total === 0 ? null : done / total} valueText={words} />
        <Button small onPress={cancelExport}>
          Cancel
        </Button>
      </div>
    );
  }
  const isDone = report !== null || error !== null;
  return (
    <div className={styles['exported']} hidden={!isDone}>
      <div role="status">
        {report === null
          ? ''
          : `${countOf(report.written, 'picture')} written to ${name}, ${formatBytes(report.bytes)}.${
              report.missing.length === 0
                ? ''
                : ` ${countOf(report.missing.length, 'picture')} could not be read any more and ${report.missing.length === 1 ? 'is' : 'are'} not in it.`
            }`}
      </div>
      {error === null ? null : <ErrorNote record={error} tone={error.code === 'cancelled' ? 'warn' : 'bad'} />}
      {isDone ? (
        <Button small look="quiet" onPress={dismissExport}>
          Dismiss
        </Button>
      ) : null}
    </div>
  );
}
