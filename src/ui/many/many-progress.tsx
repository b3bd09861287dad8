import { formatCount, formatTimeLeft } from '../charts/format';
import { Button, ProgressBar } from '../primitives';
import { useActions, usePage } from '../store-context';
import styles from './many.module.css';

/** How far it is, and how to stop it; after a stop, how to go on. */
export function ManyProgress() {
  const { phase, opening, done, total, secondsLeft, run } = usePage(({ many }) => many);
  const headRunId = usePage(({ headRun }) => headRun?.id ?? null);
  const { cancelMany, goOnWithMany } = useActions();
  if (phase === 'listing' || phase === 'predicting') {
    const counts = `${formatCount(done)} of ${formatCount(total)}`;
    const label = phase === 'listing' ? (opening === null ? 'Listing files' : `Opening ${opening.archive}`) : 'Predicting';
    return (
      <div className={styles['progress']}>
        <ProgressBar
          label={label}
          share={phase === 'listing' || total === 0 ? null : done / total}
          valueText={phase === 'listing' ? '' : secondsLeft === null ? counts : `${counts}, ${formatTimeLeft(secondsLeft)}`}
          showLabel
        />
        <Button small onPress={cancelMany}>
          Cancel
        </Button>
      </div>
    );
  }
  const isOutdated = run !== null && headRunId !== null && run.id !== headRunId && total > 0;
  if (!isOutdated && (phase !== 'stopped' || done >= total)) return null;
  return (
    <p className={styles['note']} role="status">
      <span>
        {isOutdated
          ? `These are by run ${formatCount(run.number)}, and another head predicts since.`
          : `Stopped after ${formatCount(done)} of ${formatCount(total)}.`}
      </span>
      <Button small onPress={() => void goOnWithMany()}>
        {isOutdated ? 'Predict again' : `Predict the other ${formatCount(total - done)}`}
      </Button>
    </p>
  );
}
