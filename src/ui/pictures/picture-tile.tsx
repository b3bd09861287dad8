import { Pin } from 'lucide-react';
import type { Sample } from '../../domain/dataset';
import { ClassSwatch } from '../primitives';
import { usePage } from '../store-context';
import { Thumbnail } from '../try/thumbnail';
import styles from './pictures.module.css';

/** A thumbnail with its class' mark where several classes are shown, and a pin where its split is fixed. */
export function PictureTile({ sample, showsClass }: { readonly sample: Sample; readonly showsClass: boolean }) {
  const { id, className, pinnedSplit } = sample;
  const colour = usePage(({ project }) => (className === null ? null : (project.document.classColours[className] ?? null)));
  return (
    <>
      <Thumbnail sampleId={id} />
      {(showsClass && colour !== null) || pinnedSplit !== null ? (
        <span className={styles['marks']}>
          {showsClass && colour !== null ? <ClassSwatch paletteIndex={colour} size={10} /> : null}
          {pinnedSplit === null ? null : <Pin size={11} aria-hidden="true" />}
        </span>
      ) : null}
    </>
  );
}
