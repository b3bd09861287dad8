import { Button } from '../primitives';
import { Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import type { Split } from '../../domain/dataset';
import menuStyles from '../shell/menu.module.css';
import { useActions } from '../store-context';
import styles from './pictures.module.css';

export interface SelectionBarProps {
  /** In the order of the grid. */
  readonly ids: readonly string[];
  /** What to say while nothing is selected. */
  readonly hint: string;
  readonly onMove: () => void;
  readonly onRemove: () => void;
}

const pins: readonly { readonly id: Split | 'free'; readonly text: string }[] = [
  { id: 'train', text: 'Always train' },
  { id: 'val', text: 'Always validation' },
  { id: 'test', text: 'Always test' },
  { id: 'free', text: 'Let the split decide' },
];

/** How many pictures are selected and what can be done with them. */
export function SelectionBar({ ids, hint, onMove, onRemove }: SelectionBarProps) {
  const { dispatch } = useActions();
  const isNone = ids.length === 0;
  return (
    <div className={styles['bar']} role="group" aria-label="Selected pictures">
      <span className={styles['chosen']} aria-live="polite">
        {isNone ? hint : `${ids.length.toLocaleString('en-GB')} selected`}
      </span>
      <Button small isDisabled={isNone} onPress={onMove}>
        Move to…
      </Button>
      <MenuTrigger>
        <Button small isDisabled={isNone}>
          Pin to split
        </Button>
        <Popover className={menuStyles['popover'] ?? ''} placement="top end">
          <Menu
            className={menuStyles['menu'] ?? ''}
            aria-label="Pin to split"
            onAction={(key) => {
              const pin = pins.find(({ id }) => id === key);
              if (pin !== undefined) dispatch({ kind: 'pin-split', ids, split: pin.id === 'free' ? null : pin.id });
            }}
          >
            {pins.map(({ id, text }) => (
              <MenuItem key={id} id={id} className={menuStyles['item'] ?? ''}>
                {text}
              </MenuItem>
            ))}
          </Menu>
        </Popover>
      </MenuTrigger>
      <Button small look="danger" isDisabled={isNone} onPress={onRemove}>
        Remove
      </Button>
    </div>
  );
}
