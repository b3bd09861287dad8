import { X } from 'lucide-react';
import { GridLayout, ListBox, ListBoxItem, Size, Virtualizer } from 'react-aria-components';
import { describeHeldOut, type HeldOutPicture } from './held-out';
import styles from './held-out-grid.module.css';
import { Thumbnail } from './thumbnail';

const layoutOptions = {
  minItemSize: new Size(48, 48),
  maxItemSize: new Size(84, 84),
  minSpace: new Size(5, 5),
  preserveAspectRatio: true,
};

export interface HeldOutGridProps {
  readonly label: string;
  readonly pictures: readonly HeldOutPicture[];
  readonly selectedId: string | null;
  /** Asked again, too, of the picture that is selected already. */
  readonly onChoose: (sampleId: string) => void;
  readonly emptyText: string;
}

/** Pictures to click: arrow keys move, Enter, Space or a click asks for a prediction. Only those in view are in the page. */
export function HeldOutGrid({ label, pictures, selectedId, onChoose, emptyText }: HeldOutGridProps) {
  if (pictures.length === 0) return <p className={styles['empty']}>{emptyText}</p>;
  return (
    <Virtualizer layout={GridLayout} layoutOptions={layoutOptions}>
      <ListBox
        className={styles['grid'] ?? ''}
        aria-label={label}
        layout="grid"
        items={pictures}
        selectionMode="single"
        selectedKeys={selectedId === null ? [] : [selectedId]}
        onSelectionChange={(keys) => {
          // Choosing the selected one again would empty the selection: it asks again instead.
          const [key = selectedId] = keys === 'all' ? [] : keys;
          if (key !== null) onChoose(String(key));
        }}
      >
        {(picture: HeldOutPicture) => (
          <ListBoxItem
            id={picture.id}
            textValue={describeHeldOut(picture)}
            aria-label={describeHeldOut(picture)}
            className={styles['item'] ?? ''}
            data-wrong={picture.isWrong}
          >
            <Thumbnail sampleId={picture.id} />
            {picture.isWrong ? (
              <span className={styles['mark']}>
                <X size={11} strokeWidth={3} aria-hidden="true" />
              </span>
            ) : null}
            {picture.isUnsure && !picture.isWrong ? (
              <span className={`${String(styles['mark'])} ${String(styles['unsure'])}`}>?</span>
            ) : null}
          </ListBoxItem>
        )}
      </ListBox>
    </Virtualizer>
  );
}
