import type { InspectionProgress } from '../../domain/evaluation/inspection';
import { formatCount, formatTimeLeft } from '../charts/format';
import { Button, ProgressBar } from '../primitives';
import { useActions, usePage } from '../store-context';
import styles from './evaluation-view.module.css';

const stageNames: Readonly<Record<InspectionProgress['stage'], string>> = {
  features: 'Extracting features',
  training: 'Training the folds',
  predictions: 'Predicting',
  pooling: 'Summing features up',
  comparing: 'Comparing pictures',
  components: 'Finding the strongest differences',
  neighbours: 'Finding neighbours',
  layout: 'Laying pictures out',
};

/** What the worker does for these views at the moment, and how to stop it; nothing while it does nothing. */
export function TaskProgress() {
  const { task, progress } = usePage(({ inspection }) => inspection);
  const { cancelInspection } = useActions();
  if (task === null) return null;
  const left = progress?.secondsLeft ?? null;
  const counts = progress === null ? '' : `${formatCount(progress.done)} of ${formatCount(progress.total)}`;
  return (
    <div className={styles['task']}>
      <ProgressBar
        label={progress === null ? 'Starting' : stageNames[progress.stage]}
        share={progress === null || progress.total === 0 ? null : progress.done / progress.total}
        valueText={left === null ? counts : `${counts}, ${formatTimeLeft(left)}`}
        showLabel
      />
      <Button small onPress={cancelInspection}>
        Cancel
      </Button>
    </div>
  );
}
