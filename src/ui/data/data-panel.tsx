import { useState } from 'react';
import { selectSamplesByClass } from '../../store/selectors';
import { RecordDialog } from '../camera/record-dialog';
import { joinClasses } from '../join-classes';
import { ConflictsNote } from '../pictures/conflicts-note';
import { PicturesDialog, type ShownPictures } from '../pictures/pictures-dialog';
import { UndoButtons } from '../pictures/undo-buttons';
import { ErrorNote, Panel } from '../primitives';
import { usePage } from '../store-context';
import { AddMenu } from './add-menu';
import { ClassLane } from './class-lane';
import styles from './data.module.css';
import { EmptyData } from './empty-data';
import { ExportNote } from './export-note';
import { KaggleDialog } from './kaggle-dialog';
import { LandedNote } from './landed-note';
import { ReadingProgress } from './reading-progress';
import { SkippedNote } from './skipped-note';
import { Totals } from './totals';
import { UnlabelledLane } from './unlabelled-lane';

/** More classes than these fold to rows. */
const classesWithPictures = 8;

/** The Data column. */
export function DataPanel({ isDropTarget }: { readonly isDropTarget: boolean }) {
  const classNames = usePage(({ project }) => project.document.classNames);
  const classColours = usePage(({ project }) => project.document.classColours);
  const isReading = usePage(({ ingest }) => ingest.phase !== 'idle');
  const isAsking = usePage(({ ingest }) => ingest.phase === 'confirming');
  const error = usePage(({ ingest }) => ingest.error);
  const warnings = usePage(({ ingest }) => ingest.warnings);
  const hasPictures = usePage(({ project }) => project.document.samples.length > 0);
  const hasHistory = usePage(({ project }) => project.past.length + project.future.length > 0);
  const hasUnlabelled = usePage((state) => selectSamplesByClass(state).has(null));
  const [shown, setShown] = useState<ShownPictures | null>(null);
  const [isRecording, setRecording] = useState(false);
  const record = (): void => {
    setRecording(true);
  };
  const isEmpty = classNames.length === 0 && !hasPictures;
  return (
    <Panel
      step={1}
      heading="Data"
      aside={
        <>
          {hasHistory ? <UndoButtons /> : null}
          {isEmpty ? null : <AddMenu isDisabled={isReading} onRecord={record} />}
        </>
      }
    >
      <ReadingProgress />
      <LandedNote />
      <ExportNote />
      {error === null ? null : <ErrorNote record={error} tone={error.code === 'add-cancelled' ? 'warn' : 'bad'} />}
      {warnings.map((warning) => (
        <ErrorNote key={warning.message} record={warning} tone="warn" />
      ))}
      {isEmpty && (!isReading || isAsking) ? <EmptyData isDropTarget={isDropTarget} onRecord={record} /> : null}
      {isEmpty ? null : <Totals />}
      {hasUnlabelled ? <UnlabelledLane onShow={setShown} /> : null}
      {classNames.length === 0 ? null : (
        <div className={joinClasses(styles['lanes'], classNames.length > classesWithPictures && styles['many'])}>
          {classNames.map((className, labelIndex) => (
            // By its colour, which a renamed class keeps: the lane, and the focus in it, stay.
            <ClassLane
              key={classColours[className] ?? className}
              className={className}
              labelIndex={labelIndex}
              isFolded={classNames.length > classesWithPictures}
              onShow={setShown}
            />
          ))}
        </div>
      )}
      <ConflictsNote />
      <SkippedNote />
      {isEmpty ? null : (
        <div className={joinClasses(styles['drop'], isDropTarget && styles['target'])}>
          Drop folders, pictures or archives anywhere on this page
          <br />
          <span className={styles['tiny']}>They stay in this browser</span>
        </div>
      )}
      {shown === null ? null : (
        <PicturesDialog
          shown={shown}
          onClose={() => {
            setShown(null);
          }}
        />
      )}
      {isRecording ? (
        <RecordDialog
          onClose={() => {
            setRecording(false);
          }}
        />
      ) : null}
      <KaggleDialog />
    </Panel>
  );
}
