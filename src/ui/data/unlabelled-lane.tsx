import { selectSamplesByClass } from '../../store/selectors';
import { joinClasses } from '../join-classes';
import { describeDigits } from '../pictures/label-keys';
import { usePictureDrop } from '../pictures/picture-drag';
import type { ShownPictures } from '../pictures/pictures-dialog';
import { Button } from '../primitives';
import { usePage } from '../store-context';
import styles from './data.module.css';
import { LaneTiles } from './lane-tiles';

const view = { kind: 'class', className: null } as const;

/** Pictures without a label: they are in no run until they get one. */
export function UnlabelledLane({ onShow }: { readonly onShow: (shown: ShownPictures) => void }) {
  const samples = usePage((state) => selectSamplesByClass(state).get(null));
  const classNames = usePage(({ project }) => project.document.classNames);
  const { isOver, ...target } = usePictureDrop(null);
  if (samples === undefined) return null;
  return (
    <section className={joinClasses(styles['lane'], isOver && styles['over'])} aria-label="Unlabelled" {...target}>
      <div className={styles['laneHead']}>
        <h3 className={styles['laneName']}>Unlabelled</h3>
        <span className={styles['tiny']}>in no run</span>
        <span className={styles['count']}>{samples.length.toLocaleString('en-GB')}</span>
        <Button
          small
          onPress={() => {
            onShow({ view, sampleId: null });
          }}
        >
          Label them
        </Button>
      </div>
      <LaneTiles
        samples={samples}
        name="unlabelled"
        background="var(--bg)"
        onShow={(sampleId) => {
          onShow({ view, sampleId });
        }}
      />
      <p className={styles['tiny']}>{describeDigits(classNames)}</p>
    </section>
  );
}
