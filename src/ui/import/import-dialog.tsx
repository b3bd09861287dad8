import type { ImportState } from '../../store/state';
import { Button, Dialog, ErrorNote, Field } from '../primitives';
import { useActions, usePage } from '../store-context';
import { countOf, joinWords } from '../words';
import { ColumnFields } from './column-fields';
import styles from './import.module.css';
import { KeepingChoice } from './keeping-choice';
import { MergeOffers } from './merge-offers';
import { PatternField } from './pattern-field';
import { RowTable } from './row-table';

/** What was dropped, and how it would come in; Enter takes it as it is. */
export function ImportDialog() {
  const importing = usePage((state) => state.importing);
  return importing === null ? null : <OpenDialog importing={importing} />;
}

/** More warnings than these are not read. */
const warningsShown = 4;

function OpenDialog({ importing }: { readonly importing: ImportState }) {
  const { confirmImport, declineImport, readImportAs } = useActions();
  const { reader, reading, totals, warnings, error, skipped, livePhotoVideos } = importing;
  const question = reading.manifest?.question ?? null;
  return (
    <Dialog
      heading="Add these pictures?"
      size="wide"
      isOpen
      onOpenChange={(isOpen) => {
        if (!isOpen) void declineImport();
      }}
      actions={
        <>
          <span className={styles['aside']} role="status">
            {joinWords(
              countOf(totals.classes.length, 'class', 'classes'),
              totals.unlabelled > 0 && `${totals.unlabelled.toLocaleString('en-GB')} without a label`,
              totals.ignored > 0 && `${totals.ignored.toLocaleString('en-GB')} ignored`,
              skipped > 0 && `${countOf(skipped, 'file')} cannot come in`,
              livePhotoVideos > 0 && `${countOf(livePhotoVideos, 'Live Photo film')} left out`,
            )}
          </span>
          <Button onPress={() => void declineImport()}>Cancel</Button>
          <Button look="primary" autoFocus onPress={() => void confirmImport()}>
            Add {countOf(totals.pictures, 'picture')}
          </Button>
        </>
      }
    >
      <div className={styles['content']} aria-busy={importing.busy}>
        <p className={styles['reasoning']}>{reading.reasoning.join(' ')}</p>
        {error === null ? null : <ErrorNote record={error} />}
        <div className={styles['fields']}>
          <Field label="Read as">
            {(control) => (
              <select
                {...control}
                value={reading.id}
                onChange={(event) => {
                  void readImportAs(event.target.value);
                }}
              >
                {reader.offers.map(({ id, title }) => (
                  <option key={id} value={id}>
                    {title}
                  </option>
                ))}
              </select>
            )}
          </Field>
          {reading.manifest === null ? null : (
            <ColumnFields
              columns={reader.columnsOf(reading.id)}
              chosen={reading.manifest.columns}
              question={question?.sentence ?? null}
            />
          )}
        </div>
        {reading.kind === 'pattern' ? <PatternField key={reading.id} reader={reader} applied={reading.pattern ?? ''} /> : null}
        {warnings.slice(0, warningsShown).map((warning) => (
          <ErrorNote key={`${warning.code} ${warning.message}`} record={warning} tone="warn" />
        ))}
        {warnings.length > warningsShown ? (
          <p className={styles['muted']}>and {countOf(warnings.length - warningsShown, 'more warning')}</p>
        ) : null}
        <MergeOffers merges={importing.merges} />
        <RowTable rows={importing.rows} />
        <KeepingChoice plan={importing.keepingPlan} keeping={importing.keeping} />
      </div>
    </Dialog>
  );
}
