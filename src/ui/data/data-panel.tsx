import { joinClasses } from '../join-classes';
import { ErrorNote, Panel } from '../primitives';
import { usePage } from '../store-context';
import { AddMenu } from './add-menu';
import { ClassLane } from './class-lane';
import styles from './data.module.css';
import { EmptyData } from './empty-data';
import { KaggleDialog } from './kaggle-dialog';
import { LandedNote } from './landed-note';
import { ReadingProgress } from './reading-progress';
import { SkippedNote } from './skipped-note';
import { Totals } from './totals';

/** More classes than these fold to rows. */
const classesWithPictures = 8;

/** The Data column. */
export function DataPanel({ isDropTarget }: { readonly isDropTarget: boolean }) {
  const classNames = usePage(({ project }) => project.document.classNames);
  const classColours = usePage(({ project }) => project.document.classColours);
  const isReading = usePage(({ ingest }) => ingest.phase !== 'idle');
  const error = usePage(({ ingest }) => ingest.error);
  const warnings = usePage(({ ingest }) => ingest.warnings);
  const isEmpty = classNames.length === 0;
  return (
    <Panel step={1} heading="Data" aside={isEmpty ? null : <AddMenu isDisabled={isReading} />}>
      <ReadingProgress />
      <LandedNote />
      {error === null ? null : <ErrorNote record={error} tone={error.code === 'add-cancelled' ? 'warn' : 'bad'} />}
      {warnings.map((warning) => (
        <ErrorNote key={warning.message} record={warning} tone="warn" />
      ))}
      {isEmpty && !isReading ? <EmptyData isDropTarget={isDropTarget} /> : null}
      {isEmpty ? null : <Totals />}
      {isEmpty ? null : (
        <div className={joinClasses(styles['lanes'], classNames.length > classesWithPictures && styles['many'])}>
          {classNames.map((className, labelIndex) => (
            // By its colour, which a renamed class keeps: the lane, and the focus in it, stay.
            <ClassLane
              key={classColours[className] ?? className}
              className={className}
              labelIndex={labelIndex}
              isFolded={classNames.length > classesWithPictures}
            />
          ))}
        </div>
      )}
      <SkippedNote />
      {isEmpty ? null : (
        <div className={joinClasses(styles['drop'], isDropTarget && styles['target'])}>
          Drop folders or pictures anywhere on this page
          <br />
          <span className={styles['tiny']}>They stay in this browser</span>
        </div>
      )}
      <KaggleDialog />
    </Panel>
  );
}
