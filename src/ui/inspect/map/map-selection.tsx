import type { Sample } from '../../../domain/dataset';
import { formatCounted } from '../../charts/format';
import { UndoButtons } from '../../pictures/undo-buttons';
import { Button } from '../../primitives';
import { useActions, usePage } from '../../store-context';
import { Thumbnail } from '../../try/thumbnail';
import { describePoint, type Judgements } from './map-points';
import styles from './map.module.css';

export interface MapSelectionProps {
  /** What the buttons act on: the selection, else the picture under the cursor. */
  readonly meant: readonly string[];
  readonly selectedCount: number;
  readonly current: Sample | null;
  readonly judgements: Judgements;
  readonly onOpen: () => void;
  readonly onRelabel: () => void;
  readonly onDrop: () => void;
  readonly onClear: () => void;
  /** Closes the dialog around it. */
  readonly onClose: () => void;
}

/** The picture under the cursor, what is selected, and what can be done with them. */
export function MapSelection(props: MapSelectionProps) {
  const { meant, selectedCount, current, judgements, onOpen, onRelabel, onDrop, onClear, onClose } = props;
  const headReady = usePage((state) => state.headReady);
  const { trySample } = useActions();
  const isNone = meant.length === 0;
  return (
    <section className={styles['selection']} aria-label="Selected on the map">
      {current === null ? null : (
        <div className={styles['current']}>
          <span className={styles['thumbnail']}>
            <Thumbnail sampleId={current.id} />
          </span>
          <span className={styles['words']}>
            <b>{current.name}</b>
            <span>{describePoint(current, judgements).slice(current.name.length + 2)}</span>
          </span>
        </div>
      )}
      <p className={styles['hint']} aria-live="polite">
        {selectedCount > 0
          ? `${formatCounted(selectedCount, 'picture')} selected`
          : isNone
            ? 'Press a picture, or draw a box or a lasso around some.'
            : 'Nothing is selected: the buttons act on this picture.'}
      </p>
      <div className={styles['buttons']}>
        <Button small isDisabled={current === null} onPress={onOpen}>
          Open
        </Button>
        {headReady ? (
          <Button
            small
            isDisabled={current === null}
            onPress={() => {
              if (current === null) return;
              onClose();
              void trySample(current.id);
            }}
          >
            Open in Try
          </Button>
        ) : null}
        <Button small isDisabled={isNone} onPress={onRelabel}>
          Relabel…
        </Button>
        <Button small look="danger" isDisabled={isNone} onPress={onDrop}>
          Drop
        </Button>
        {selectedCount === 0 ? null : (
          <Button small look="quiet" onPress={onClear}>
            Select none
          </Button>
        )}
        <UndoButtons />
      </div>
    </section>
  );
}
