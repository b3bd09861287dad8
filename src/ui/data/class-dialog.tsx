import { useState } from 'react';
import type { Sample } from '../../domain/dataset';
import { VirtualGrid } from '../grid/virtual-grid';
import { Button, Dialog } from '../primitives';
import { useActions } from '../store-context';
import { Thumbnail } from '../try/thumbnail';
import { countOf } from '../words';
import styles from './data.module.css';

export interface ClassDialogProps {
  readonly className: string;
  readonly samples: readonly Sample[];
  readonly onClose: () => void;
}

/** All pictures of a class; those chosen can be removed from the project. */
export function ClassDialog({ className, samples, onClose }: ClassDialogProps) {
  const { removeSamples } = useActions();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const chosen = samples.filter(({ id }) => selected.has(id)).map(({ id }) => id);
  const remove = (): void => {
    setSelected(new Set());
    void removeSamples(chosen);
  };
  return (
    <Dialog
      heading={`${className}: ${countOf(samples.length, 'picture')}`}
      size="wide"
      isOpen
      onOpenChange={onClose}
      actions={
        <>
          <span className={styles['chosen']} aria-live="polite">
            {chosen.length === 0 ? 'Press pictures to choose them' : `${chosen.length.toLocaleString('en-GB')} chosen`}
          </span>
          <Button look="danger" isDisabled={chosen.length === 0} onPress={remove}>
            Remove
          </Button>
          <Button onPress={onClose}>Close</Button>
        </>
      }
    >
      <div className={styles['allTiles']}>
        <VirtualGrid
          label={`Pictures of ${className}`}
          count={samples.length}
          minTile={88}
          keyOf={(index) => samples[index]?.id ?? String(index)}
          labelOf={(index) => samples[index]?.path ?? ''}
          renderTile={(index) => <Thumbnail sampleId={samples[index]?.id ?? ''} />}
          selected={selected}
          onSelectionChange={setSelected}
          onDelete={remove}
        />
      </div>
    </Dialog>
  );
}
