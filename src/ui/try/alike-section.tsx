import { useState } from 'react';
import type { Neighbour } from '../../domain/evaluation/likeness';
import { hasOwnConvolutions, type Prediction } from '../../domain/history';
import { selectPaletteIndex, selectSampleIndex } from '../../store/selectors';
import { formatCounted, formatShare } from '../charts/format';
import { TaskProgress } from '../inspect/task-progress';
import { Button, ClassSwatch, ErrorNote } from '../primitives';
import { useActions, usePage } from '../store-context';
import { Term } from '../terms/term';
import styles from './alike.module.css';
import { Thumbnail } from './thumbnail';

/** One row of them. */
const shownNearest = 6;

function AlikePicture({ neighbour: { sampleId, similarity } }: { readonly neighbour: Neighbour }) {
  const sample = usePage(selectSampleIndex).get(sampleId);
  const className = sample?.className ?? null;
  const paletteIndex = usePage(selectPaletteIndex(className ?? ''));
  const { trySample } = useActions();
  if (sample === undefined) return null;
  const share = formatShare(similarity);
  return (
    <li>
      <button
        type="button"
        className={styles['picture']}
        aria-label={`${sample.name}, ${className === null ? 'no label' : `label ${className}`}, ${share} alike`}
        title={`${sample.name}, ${className ?? 'no label'}`}
        onClick={() => void trySample(sampleId)}
      >
        <span className={styles['thumbnail']}>
          <Thumbnail sampleId={sampleId} />
        </span>
        <span className={styles['words']}>
          {className === null ? null : <ClassSwatch paletteIndex={paletteIndex} size={10} />}
          <span className={styles['name']} dir="auto">
            {className ?? 'no label'}
          </span>
        </span>
        <span className={styles['share']}>{share}</span>
      </button>
    </li>
  );
}

/** What has to happen first, and how to have it. */
function NotReady() {
  const { phase, report } = usePage(({ likeness }) => likeness);
  const { task, error } = usePage(({ inspection }) => inspection);
  const { prepareLikeness } = useActions();
  const [isAsked, setAsked] = useState(false);
  if (task === 'likeness') return <TaskProgress />;
  if (phase === 'preparing') return <p className={styles['hint']}>Getting the training pictures ready.</p>;
  const missing = report?.missing ?? 0;
  return (
    <div className={styles['missing']}>
      {isAsked && error !== null ? <ErrorNote record={error} /> : null}
      <p className={styles['hint']}>
        {missing > 0
          ? `The features of ${formatCounted(missing, 'training picture')} have to be computed first.`
          : 'The training pictures have to be got ready first.'}
      </p>
      <Button
        small
        isDisabled={task !== null}
        onPress={() => {
          setAsked(true);
          void prepareLikeness();
        }}
      >
        Compare
      </Button>
    </div>
  );
}

/** The training pictures that are most like this one, each with its label; folded away with the other numbers. */
export function AlikeSection({ prediction }: { readonly prediction: Prediction }) {
  const samples = usePage(selectSampleIndex);
  const phase = usePage(({ likeness }) => likeness.phase);
  const isAsking = usePage(({ inspection }) => inspection.task === 'likeness');
  const isTuned = usePage(({ headRun }) => headRun !== null && hasOwnConvolutions(headRun));
  const { likeness } = prediction;
  const nearest = likeness?.nearest.filter(({ sampleId }) => samples.has(sampleId)).slice(0, shownNearest) ?? [];
  // Without the pictures of the run there is nothing to show.
  if (nearest.length === 0 && phase !== 'preparing' && phase !== 'missing' && !isAsking) return null;
  return (
    <details open className={styles['section']}>
      <summary>Most alike in training</summary>
      {nearest.length === 0 ? (
        <NotReady />
      ) : (
        <>
          <ul className={styles['row']} aria-label="Most alike in training">
            {nearest.map((neighbour) => (
              <AlikePicture key={neighbour.sampleId} neighbour={neighbour} />
            ))}
          </ul>
          <p className={styles['hint']}>
            By <Term name="similarity" />
            {isTuned ? ', as VGG-16 saw them before it was fine-tuned' : ''}.
            {likeness?.limit === null ? ' There are too few training pictures to tell when one is unlike them all.' : ''}
          </p>
        </>
      )}
    </details>
  );
}
