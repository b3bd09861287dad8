import { selectSplits } from '../../store/selectors';
import { Button } from '../primitives';
import { useActions, usePage } from '../store-context';
import { countOf } from '../words';
import styles from './data.module.css';

const parts = [
  { split: 'train', name: 'train' },
  { split: 'val', name: 'validation' },
  { split: 'test', name: 'test' },
] as const;

/** How many pictures and classes, how they are split, and what a limit leaves out. */
export function Totals() {
  const pictures = usePage(({ project }) => project.document.samples.length);
  const classes = usePage(({ project }) => project.document.classNames.length);
  const limit = usePage(({ project }) => project.document.settings.limitPerClass);
  const { counts, leftOut } = usePage(selectSplits);
  const isRunning = usePage(({ run }) => run.phase === 'running' || run.phase === 'stopping');
  const { changeSettings } = useActions();
  const used = counts.train + counts.val + counts.test;
  const shown = parts.filter(({ split }) => counts[split] > 0);
  return (
    <div className={styles['totals']}>
      <div className={styles['between']}>
        <span>
          <b>{pictures.toLocaleString('en-GB')}</b> {pictures === 1 ? 'picture' : 'pictures'},{' '}
          {countOf(classes, 'class', 'classes')}
        </span>
        <span className={styles['muted']}>
          {shown.map(({ split, name }) => `${counts[split].toLocaleString('en-GB')} ${name}`).join(' · ')}
        </span>
      </div>
      <div className={styles['split']} aria-hidden="true">
        {shown.map(({ split }) => (
          <i key={split} data-split={split} style={{ width: `${String((100 * counts[split]) / Math.max(1, used))}%` }} />
        ))}
      </div>
      {leftOut === 0 || limit === null ? null : (
        <div className={styles['between']}>
          <span className={styles['muted']}>
            {leftOut.toLocaleString('en-GB')} left out by the limit of {limit.toLocaleString('en-GB')} a class
          </span>
          <Button
            small
            look="quiet"
            isDisabled={isRunning}
            onPress={() => {
              changeSettings({ limitPerClass: null });
            }}
          >
            Use all
          </Button>
        </div>
      )}
    </div>
  );
}
