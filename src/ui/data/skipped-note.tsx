import { useState } from 'react';
import { Button, Chip, Dialog } from '../primitives';
import { useActions, usePage } from '../store-context';
import styles from './data.module.css';
import { countReasons } from './skipped-reasons';

/** More rows than anyone reads would only be slow; the count says how many there are. */
const rowsShown = 500;

/** How many files were skipped and why; the list of them on request. */
export function SkippedNote() {
  const skipped = usePage(({ project }) => project.document.skipped);
  const { dispatch } = useActions();
  const [isOpen, setOpen] = useState(false);
  if (skipped.length === 0) return null;
  return (
    <div className={styles['skipped']}>
      <Chip tone="bad">{skipped.length.toLocaleString('en-GB')} skipped</Chip>
      <span className={styles['muted']}>{countReasons(skipped)}</span>
      <Button
        small
        look="quiet"
        aria-label="Show the skipped files"
        onPress={() => {
          setOpen(true);
        }}
      >
        Show
      </Button>
      <Dialog
        heading="Skipped files"
        size="wide"
        isOpen={isOpen}
        onOpenChange={setOpen}
        actions={
          <>
            <Button
              onPress={() => {
                setOpen(false);
                dispatch({ kind: 'dismiss-skipped' });
              }}
            >
              Clear this list
            </Button>
            <Button
              onPress={() => {
                setOpen(false);
              }}
            >
              Close
            </Button>
          </>
        }
      >
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
              {skipped.slice(0, rowsShown).map(({ path, reason }, index) => (
                <tr role="row" key={`${String(index)} ${path}`}>
                  <th scope="row" role="rowheader">
                    {path}
                  </th>
                  <td role="cell">{reason.message}</td>
                  <td role="cell">{reason.remedy}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {skipped.length > rowsShown ? (
            <p className={styles['muted']}>and {(skipped.length - rowsShown).toLocaleString('en-GB')} more</p>
          ) : null}
        </div>
      </Dialog>
    </div>
  );
}
