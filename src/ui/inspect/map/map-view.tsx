import { useEffect, useMemo, useRef, useState } from 'react';
import type { ProjectionMethod } from '../../../domain/evaluation/projection';
import { selectJudgements } from '../../../store/inspection-selectors';
import { selectSampleIndex } from '../../../store/selectors';
import { formatCounted, formatShare } from '../../charts/format';
import { Button, ErrorNote } from '../../primitives';
import { useActions, usePage } from '../../store-context';
import { Term } from '../../terms/term';
import { Segments } from '../../try/segments';
import { TaskProgress } from '../task-progress';
import { createMapPoints } from './map-points';
import styles from './map.module.css';
import { MapDesk } from './map-desk';

const methods: readonly { readonly value: ProjectionMethod; readonly text: string }[] = [
  { value: 'pca', text: 'PCA' },
  { value: 'umap', text: 'UMAP' },
];

/** What the axes mean. */
function Axes({ explained }: { readonly explained: readonly [number, number] | null }) {
  if (explained === null)
    return (
      <p className={styles['hint']}>
        <Term name="UMAP" /> keeps alike pictures together; the axes mean nothing.
      </p>
    );
  return (
    <p className={styles['hint']}>
      The two strongest <Term name="principal components" />: {formatShare(explained[0])} of all differences lie across,{' '}
      {formatShare(explained[1])} up.
    </p>
  );
}

/** PCA is there at once where features are held, so it is laid out when the view is first opened. */
function useFirstMap(): void {
  const isWanted = usePage(
    ({ inspection, features, run, project, weights, compute }) =>
      Object.keys(inspection.maps).length === 0 &&
      inspection.task === null &&
      inspection.error === null &&
      features.phase === 'idle' &&
      features.wanted !== null &&
      features.done === features.total &&
      run.phase !== 'running' &&
      run.phase !== 'stopping' &&
      weights.phase === 'ready' &&
      !compute.proving &&
      project.document.samples.length > 1,
  );
  const { projectPictures } = useActions();
  const isAsked = useRef(false);
  useEffect(() => {
    if (!isWanted || isAsked.current) return;
    isAsked.current = true;
    void projectPictures('pca');
  }, [isWanted, projectPictures]);
}

/** All pictures on a plane, near each other where the network finds them alike: to be looked at, selected, relabelled and dropped. */
export function MapView({ onClose }: { readonly onClose: () => void }) {
  const [method, setMethod] = useState<ProjectionMethod>('pca');
  const projection = usePage(({ inspection }) => inspection.maps[method]);
  const { task, error } = usePage(({ inspection }) => inspection);
  const samples = usePage(selectSampleIndex);
  const colours = usePage(({ project }) => project.document.classColours);
  const judgements = usePage(selectJudgements);
  const isRunning = usePage(({ run }) => run.phase === 'running' || run.phase === 'stopping');
  const { projectPictures } = useActions();
  useFirstMap();
  const points = useMemo(
    () => (projection === undefined ? null : createMapPoints(projection, samples, colours, judgements)),
    [projection, samples, colours, judgements],
  );
  const added = points === null ? 0 : samples.size - points.samples.length;
  const layOut = (
    <Button isDisabled={task !== null || isRunning} onPress={() => void projectPictures(method)}>
      {points === null ? `Lay out ${formatCounted(samples.size, 'picture')}` : 'Lay out again'}
    </Button>
  );
  if (samples.size < 2)
    return <p className={styles['empty']}>A map needs at least two pictures. Add some, or add those of the last visit again.</p>;
  return (
    <div className={styles['view']}>
      <div className={styles['head']}>
        <Segments label="Layout" value={method} onChange={setMethod} options={methods} />
        {projection === undefined ? null : <Axes explained={projection.explained} />}
      </div>
      {error === null ? null : <ErrorNote record={error} />}
      <TaskProgress />
      {points === null ? (
        task === 'map' ? null : (
          <div className={styles['empty']}>
            <p>
              {method === 'pca'
                ? 'The two directions in which the pictures differ most.'
                : 'A layout that keeps each picture beside those most like it; it takes seconds, with thousands of pictures half a minute.'}{' '}
              Features that are missing are computed first.
            </p>
            {isRunning ? <p>The map waits for the run.</p> : null}
            {layOut}
          </div>
        )
      ) : (
        <>
          {added > 0 ? (
            <div className={styles['added']} role="status">
              <span>{formatCounted(added, 'picture is', 'pictures are')} not on this map: added since, or not readable.</span>
              {layOut}
            </div>
          ) : null}
          <MapDesk points={points} layout={projection ?? points} judgements={judgements} onClose={onClose} />
        </>
      )}
    </div>
  );
}
