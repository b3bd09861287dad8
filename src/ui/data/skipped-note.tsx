import { useState } from 'react';
import { Button, Chip } from '../primitives';
import { usePage } from '../store-context';
import styles from './data.module.css';
import { SkippedDialog } from './skipped-dialog';
import { countReasons } from './skipped-reasons';

/** How many files were skipped and why; the list of them on request. */
export function SkippedNote() {
  const skipped = usePage(({ project }) => project.document.skipped);
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
      {isOpen ? (
        <SkippedDialog
          onClose={() => {
            setOpen(false);
          }}
        />
      ) : null}
    </div>
  );
}
