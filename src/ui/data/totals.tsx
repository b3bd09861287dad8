import { lazy, Suspense, useState } from 'react';
import { selectClassCounts, selectSplitCandidates, selectSplits } from '../../store/selectors';
import { Button } from '../primitives';
import { useActions, usePage } from '../store-context';
import { Term } from '../terms/term';
import { countOf } from '../words';
import styles from './data.module.css';
import { SplitDialog } from './split-dialog';
import { findUneven } from './uneven-classes';

/** The same chunk as in Try. */
const InspectDialog = lazy(async () => ({ default: (await import('../inspect/inspect-dialog')).InspectDialog }));

const parts = [
  { split: 'train', name: 'train', term: 'training pictures' },
  { split: 'val', name: 'validation', term: 'validation pictures' },
  { split: 'test', name: 'test', term: 'test pictures' },
] as const;

/** How many pictures and classes, how they are split, and what a limit leaves out. */
export function Totals() {
  const pictures = usePage(({ project }) => project.document.samples.length);
  const classes = usePage(({ project }) => project.document.classNames.length);
  const limit = usePage(({ project }) => project.document.settings.limitPerClass);
  const { counts, leftOut } = usePage(selectSplits);
  const isRunning = usePage(({ run }) => run.phase === 'running' || run.phase === 'stopping');
  const { grouping } = usePage(selectSplitCandidates);
  const { changeSettings } = useActions();
  const [isSplitting, setSplitting] = useState(false);
  const [isMapOpen, setMapOpen] = useState(false);
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
          {shown.map(({ split, name, term }, at) => (
            <span key={split}>
              {at === 0 ? '' : ' · '}
              {counts[split].toLocaleString('en-GB')} <Term name={term}>{name}</Term>
            </span>
          ))}
        </span>
      </div>
      <div className={styles['split']} aria-hidden="true">
        {shown.map(({ split }) => (
          <i key={split} data-split={split} style={{ width: `${String((100 * counts[split]) / Math.max(1, used))}%` }} />
        ))}
      </div>
      <div className={styles['between']}>
        <span className={styles['muted']}>
          {grouping.by === null ? '' : `${countOf(grouping.count, grouping.by === 'times' ? 'burst' : 'group')} kept together`}
        </span>
        <span className={styles['pair']}>
          <Button
            small
            look="quiet"
            onPress={() => {
              setMapOpen(true);
            }}
          >
            Map
          </Button>
          <Button
            small
            look="quiet"
            onPress={() => {
              setSplitting(true);
            }}
          >
            Split and balance…
          </Button>
        </span>
      </div>
      <UnevenNote />
      {isSplitting ? (
        <SplitDialog
          onClose={() => {
            setSplitting(false);
          }}
        />
      ) : null}
      {isMapOpen ? (
        <Suspense>
          <InspectDialog first="map" isOpen onOpenChange={setMapOpen} />
        </Suspense>
      ) : null}
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

/** Where one class has twice another's pictures or more: what that does, and the remedy. */
function UnevenNote() {
  const uneven = findUneven(usePage(selectClassCounts));
  const classWeights = usePage(({ project }) => project.document.settings.classWeights);
  const isRunning = usePage(({ run }) => run.phase === 'running' || run.phase === 'stopping');
  const { changeSettings } = useActions();
  if (uneven === null) return null;
  const { largest, smallest, ratio } = uneven;
  const isWeighed = classWeights === 'balanced';
  return (
    <div className={styles['between']}>
      <span className={styles['muted']}>
        Uneven: {largest} has {ratio.toLocaleString('en-GB', { maximumFractionDigits: 1 })} times the pictures of {smallest}
        {isWeighed ? '; classes are weighed evenly' : ''}
      </span>
      <Button
        small
        look="quiet"
        isDisabled={isRunning}
        onPress={() => {
          changeSettings({ classWeights: isWeighed ? 'none' : 'balanced' });
        }}
      >
        {isWeighed ? 'Weigh by pictures' : 'Weigh evenly'}
      </Button>
    </div>
  );
}
