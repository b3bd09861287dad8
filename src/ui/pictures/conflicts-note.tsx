import { useState } from 'react';
import { selectConflicts } from '../../store/selectors';
import dataStyles from '../data/data.module.css';
import { Button, Chip } from '../primitives';
import { usePage } from '../store-context';
import { countOf } from '../words';
import { ConflictsDialog } from './conflicts-dialog';

/** How many pictures make accuracy lie, and the way to mend it. */
export function ConflictsNote() {
  const count = usePage((state) => selectConflicts(state).length);
  const [isOpen, setOpen] = useState(false);
  if (count === 0 && !isOpen) return null;
  return (
    <div className={dataStyles['skipped']}>
      <Chip tone="warn">{countOf(count, 'conflict')}</Chip>
      <span className={dataStyles['muted']}>the same picture in two classes or splits: accuracy would lie</span>
      <Button
        small
        look="quiet"
        aria-label="Show the conflicts"
        onPress={() => {
          setOpen(true);
        }}
      >
        Show
      </Button>
      {isOpen ? (
        <ConflictsDialog
          onClose={() => {
            setOpen(false);
          }}
        />
      ) : null}
    </div>
  );
}
