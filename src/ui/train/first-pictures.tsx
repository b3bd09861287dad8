import { selectSampleIndex } from '../../store/selectors';
import { usePage } from '../store-context';
import { Thumbnail } from '../try/thumbnail';
import styles from './first-pictures.module.css';

/** The first four pictures in the seeded, shuffled order with their names, and their labels as the note prints them. */
export function FirstPictures() {
  const firstBatch = usePage(({ run }) => run.firstBatch);
  const samples = usePage(selectSampleIndex);
  if (firstBatch === null) return null;
  return (
    <section className={styles['first']} aria-label="First pictures">
      <div className={styles['head']}>
        <h3>First pictures</h3>
        <code>[{firstBatch.labels.join(', ')}]</code>
      </div>
      <ul className={styles['list']}>
        {firstBatch.sampleIds.map((id, index) => {
          const sample = samples.get(id);
          return (
            <li key={id}>
              <div className={styles['picture']}>
                <Thumbnail sampleId={id} />
              </div>
              <div className={styles['words']}>
                <span className={styles['name']} title={sample?.path}>
                  {sample?.name ?? 'removed'}
                </span>
                <span className={styles['label']}>
                  {sample?.className} · label {firstBatch.labels[index]}
                </span>
              </div>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
