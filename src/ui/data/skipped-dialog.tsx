import { useState } from 'react';
import { Button, Dialog, Field } from '../primitives';
import { useActions, usePage } from '../store-context';
import { CopyButton } from '../train/copy-button';
import styles from './data.module.css';
import { listReasons, toCsv } from './skipped-reasons';

/** More rows than anyone reads would only be slow; the copy has them all. */
const rowsShown = 500;

/** Each skipped file with its reason; those of one reason, and the list to take away. */
export function SkippedDialog({ onClose }: { readonly onClose: () => void }) {
  const skipped = usePage(({ project }) => project.document.skipped);
  const { dispatch } = useActions();
  const [wanted, setWanted] = useState('');
  const reasons = listReasons(skipped);
  // A reason whose files are gone shows all again.
  const code = reasons.some((reason) => reason.code === wanted) ? wanted : '';
  const files = code === '' ? skipped : skipped.filter(({ reason }) => reason.code === code);
  return (
    <Dialog
      heading="Skipped files"
      size="wide"
      isOpen
      onOpenChange={onClose}
      actions={
        <>
          <CopyButton subject="list as CSV" getText={() => toCsv(files)} />
          <Button
            onPress={() => {
              onClose();
              dispatch({ kind: 'dismiss-skipped' });
            }}
          >
            Clear this list
          </Button>
          <Button onPress={onClose}>Close</Button>
        </>
      }
    >
      <div className={styles['filter']}>
        <Field label="Reason">
          {(control) => (
            <select
              {...control}
              value={code}
              onChange={(event) => {
                setWanted(event.target.value);
              }}
            >
              <option value="">All {skipped.length.toLocaleString('en-GB')}</option>
              {reasons.map((reason) => (
                <option key={reason.code} value={reason.code}>
                  {reason.count.toLocaleString('en-GB')} {reason.words}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      <div className={styles['tableBox']} tabIndex={0} role="region" aria-label="Skipped files, scrolls">
        <table role="table" className={styles['table']}>
          <thead>
            <tr>
              <th scope="col">File</th>
              <th scope="col">Why</th>
              <th scope="col">What to do</th>
            </tr>
          </thead>
          <tbody>
            {/* The roles are said again: drawn as blocks on a narrow screen, the rows would lose them. */}
            {files.slice(0, rowsShown).map(({ path, reason }, index) => (
              <tr role="row" key={`${String(index)} ${path}`}>
                <th scope="row" role="rowheader" dir="auto">
                  {path}
                </th>
                <td role="cell">{reason.message}</td>
                <td role="cell">{reason.remedy}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {files.length > rowsShown ? (
          <p className={styles['muted']}>and {(files.length - rowsShown).toLocaleString('en-GB')} more, which Copy takes along</p>
        ) : null}
      </div>
    </Dialog>
  );
}
