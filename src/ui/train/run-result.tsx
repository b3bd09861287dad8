import { ExportButton } from '../export/export-button';
import { describeRun } from './run-result-words';
import styles from './train-panel.module.css';
import { usePage } from '../store-context';

/** What the last run came to, in a sentence; nothing while none is shown. */
export function RunResult() {
  const words = usePage(({ run }) => (run.phase === 'done' && run.result !== null ? describeRun(run.result) : null));
  return words === null ? null : (
    <div className={styles['outcome']}>
      <p className={styles['result']} role="status">
        {words}
      </p>
      <ExportButton />
    </div>
  );
}
