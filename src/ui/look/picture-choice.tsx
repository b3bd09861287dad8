import { useEffect, useMemo, useState, type DragEvent } from 'react';
import { FileTrigger } from 'react-aria-components';
import { selectSampleIndex } from '../../store/selectors';
import { joinClasses } from '../join-classes';
import { Button } from '../primitives';
import { usePage } from '../store-context';
import { FittedCanvas } from '../try/fitted-canvas';
import type { HeldOutPicture } from '../try/held-out';
import { HeldOutGrid } from '../try/held-out-grid';
import styles from './look.module.css';

export type LookedPicture =
  { readonly kind: 'sample'; readonly sampleId: string } | { readonly kind: 'file'; readonly file: File };

/** The picture that is sent through: what stands in Try, else the first of the project, until another is chosen. */
export function useLookedAt(): { readonly picture: LookedPicture | null; readonly choose: (picture: LookedPicture) => void } {
  const target = usePage(({ trial }) => trial.target);
  const samples = usePage(selectSampleIndex);
  const [chosen, setChosen] = useState<LookedPicture | null>(null);
  const first = samples.keys().next().value;
  const usual = target?.kind === 'sample' ? target.sampleId : first;
  const isThere = chosen !== null && (chosen.kind === 'file' || samples.has(chosen.sampleId));
  const sampleId = usual !== undefined && samples.has(usual) ? usual : first;
  const fallback = useMemo<LookedPicture | null>(
    () => (sampleId === undefined ? null : { kind: 'sample', sampleId }),
    [sampleId],
  );
  return { picture: isThere ? chosen : fallback, choose: setChosen };
}

function FilePreview({ file }: { readonly file: File }) {
  const url = useMemo(() => URL.createObjectURL(file), [file]);
  useEffect(
    () => () => {
      URL.revokeObjectURL(url);
    },
    [url],
  );
  return <img src={url} alt={file.name} />;
}

export interface PictureChoiceProps {
  readonly picture: LookedPicture | null;
  readonly onChoose: (picture: LookedPicture) => void;
}

/** Which picture is sent through: one of the project's, or a file that is chosen or dropped here and stays out of it. */
export function PictureChoice({ picture, onChoose }: PictureChoiceProps) {
  const samples = usePage(selectSampleIndex);
  const [isOpen, setIsOpen] = useState(false);
  const [isOver, setIsOver] = useState(false);
  const pictures = useMemo(
    () =>
      [...samples.values()].map(({ id, name, className }): HeldOutPicture => ({
        id,
        name,
        className,
        split: 'train',
        prediction: null,
        isWrong: false,
        isUnsure: false,
      })),
    [samples],
  );
  const hasFiles = ({ dataTransfer }: DragEvent) => dataTransfer.types.includes('Files');
  const name = picture === null ? null : picture.kind === 'file' ? picture.file.name : samples.get(picture.sampleId)?.name;
  return (
    <section
      className={joinClasses(styles['choice'], isOver && styles['over'])}
      aria-label="Picture"
      data-drop="look"
      onDragOver={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        setIsOver(true);
      }}
      onDragLeave={() => {
        setIsOver(false);
      }}
      onDrop={(event) => {
        setIsOver(false);
        const file = event.dataTransfer.files.item(0);
        if (file === null) return;
        event.preventDefault();
        event.stopPropagation();
        onChoose({ kind: 'file', file });
      }}
    >
      <div className={styles['preview']}>
        {picture === null ? null : picture.kind === 'file' ? (
          <FilePreview file={picture.file} />
        ) : (
          <FittedCanvas key={picture.sampleId} sampleId={picture.sampleId} name={name ?? 'picture'} />
        )}
      </div>
      <div className={styles['chosen']}>
        <p>{name ?? 'Choose or drop a picture to see what it excites.'}</p>
        <div className={styles['buttons']}>
          {pictures.length === 0 ? null : (
            <Button
              small
              aria-expanded={isOpen}
              onPress={() => {
                setIsOpen(!isOpen);
              }}
            >
              Another of the project
            </Button>
          )}
          <FileTrigger
            acceptedFileTypes={['image/*']}
            onSelect={(files) => {
              const file = files?.item(0);
              if (file !== null && file !== undefined) onChoose({ kind: 'file', file });
            }}
          >
            <Button small>Choose a file</Button>
          </FileTrigger>
        </div>
      </div>
      {isOpen ? (
        <div className={styles['offer']}>
          <HeldOutGrid
            label="Pictures of the project"
            pictures={pictures}
            selectedId={picture?.kind === 'sample' ? picture.sampleId : null}
            onChoose={(sampleId) => {
              onChoose({ kind: 'sample', sampleId });
            }}
            emptyText="There are no pictures."
          />
        </div>
      ) : null}
    </section>
  );
}
