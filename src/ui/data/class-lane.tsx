import { memo } from 'react';
import type { Sample } from '../../domain/dataset';
import { selectPaletteIndex, selectSamplesByClass } from '../../store/selectors';
import { EditableText } from '../editable-text';
import { joinClasses } from '../join-classes';
import { classColourSoft } from '../palette';
import { usePictureDrop } from '../pictures/picture-drag';
import type { ShownPictures } from '../pictures/pictures-dialog';
import { ClassSwatch } from '../primitives';
import { useActions, usePage } from '../store-context';
import { ClassMenu } from './class-menu';
import styles from './data.module.css';
import { LaneTiles } from './lane-tiles';

const noSamples: readonly Sample[] = [];

export interface ClassLaneProps {
  readonly className: string;
  readonly labelIndex: number;
  /** Many classes: a row each, without pictures. */
  readonly isFolded: boolean;
  /** Must not change: lanes are drawn anew only when something of them changed. */
  readonly onShow: (shown: ShownPictures) => void;
}

/** One class: its mark, name, label and count, and its first pictures. Pictures can be dropped on it. */
export const ClassLane = memo(function ClassLane({ className, labelIndex, isFolded, onShow }: ClassLaneProps) {
  const samples = usePage((state) => selectSamplesByClass(state).get(className) ?? noSamples);
  const paletteIndex = usePage(selectPaletteIndex(className));
  const { dispatch } = useActions();
  const { isOver, ...target } = usePictureDrop(className);
  const show = (sampleId: string | null): void => {
    onShow({ view: { kind: 'class', className }, sampleId });
  };
  return (
    <section
      className={joinClasses(styles['lane'], isFolded && styles['folded'], isOver && styles['over'])}
      aria-label={`Class ${className}`}
      {...target}
    >
      <div className={styles['laneHead']}>
        <ClassSwatch paletteIndex={paletteIndex} />
        <h3 className={styles['laneName']} dir="auto">
          <EditableText
            value={className}
            label="Class name"
            onChange={(to) => {
              dispatch({ kind: 'rename-class', from: className, to });
            }}
          />
        </h3>
        <span className={styles['tiny']}>label {labelIndex}</span>
        <span className={styles['count']}>
          {samples.length.toLocaleString('en-GB')}
          <span className={styles['hidden']}> {samples.length === 1 ? 'picture' : 'pictures'}</span>
        </span>
        <ClassMenu
          className={className}
          count={samples.length}
          onShow={() => {
            show(null);
          }}
        />
      </div>
      {isFolded ? null : samples.length === 0 ? (
        <p className={styles['tiny']}>No pictures yet. Drag some here.</p>
      ) : (
        <LaneTiles samples={samples} name={className} background={classColourSoft(paletteIndex)} onShow={show} />
      )}
    </section>
  );
});
