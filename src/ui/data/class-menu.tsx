import { Ellipsis } from 'lucide-react';
import { useState } from 'react';
import { Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import { joinClasses } from '../join-classes';
import { ClassPicker } from '../pictures/class-picker';
import { RecolourDialog } from '../pictures/recolour-dialog';
import { IconButton } from '../primitives';
import menuStyles from '../shell/menu.module.css';
import { useActions, usePage } from '../store-context';
import styles from './data.module.css';
import { RemoveClassDialog } from './remove-dialogs';

export interface ClassMenuProps {
  readonly className: string;
  /** Pictures of the class. */
  readonly count: number;
  readonly onShow: () => void;
}

const items = [
  { id: 'show', text: 'Show, split and remove pictures', isDanger: false },
  { id: 'merge', text: 'Merge into another class…', isDanger: false },
  { id: 'colour', text: 'Change its colour…', isDanger: false },
  { id: 'remove', text: 'Remove this class…', isDanger: true },
] as const;

type Open = (typeof items)[number]['id'] | null;

/** What can be done with a whole class. */
export function ClassMenu({ className, count, onShow }: ClassMenuProps) {
  const isAlone = usePage(({ project }) => project.document.classNames.length < 2);
  const { dispatch } = useActions();
  const [open, setOpen] = useState<Open>(null);
  const close = (): void => {
    setOpen(null);
  };
  return (
    <>
      <MenuTrigger>
        <IconButton label={`More for ${className}`} className={styles['more'] ?? ''}>
          <Ellipsis size={16} aria-hidden="true" />
        </IconButton>
        <Popover className={menuStyles['popover'] ?? ''} placement="bottom end">
          <Menu
            className={menuStyles['menu'] ?? ''}
            aria-label={`Class ${className}`}
            disabledKeys={isAlone ? ['merge'] : []}
            onAction={(key) => {
              if (key === 'show') onShow();
              else setOpen(items.find(({ id }) => id === key)?.id ?? null);
            }}
          >
            {items.map(({ id, text, isDanger }) => (
              <MenuItem key={id} id={id} className={joinClasses(menuStyles['item'], isDanger && menuStyles['danger'])}>
                {text}
              </MenuItem>
            ))}
          </Menu>
        </Popover>
      </MenuTrigger>
      {open === 'merge' ? (
        <ClassPicker
          heading={`Merge “${className}” into`}
          without={className}
          allowsNew={false}
          allowsNone={false}
          onPick={(to) => {
            if (to !== null) dispatch({ kind: 'merge-classes', from: [className], to });
          }}
          onClose={close}
        />
      ) : null}
      {open === 'colour' ? <RecolourDialog className={className} onClose={close} /> : null}
      {open === 'remove' ? <RemoveClassDialog className={className} count={count} onClose={close} /> : null}
    </>
  );
}
