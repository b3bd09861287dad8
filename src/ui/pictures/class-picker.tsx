import { Plus, Tag } from 'lucide-react';
import { useState } from 'react';
import { Autocomplete, Input, Menu, MenuItem, SearchField } from 'react-aria-components';
import { normaliseClassName } from '../../domain/commands';
import { Dialog, ClassSwatch } from '../primitives';
import menuStyles from '../shell/menu.module.css';
import { usePage } from '../store-context';
import styles from './pictures.module.css';

export interface ClassPickerProps {
  readonly heading: string;
  /** Not offered: where the pictures are already. */
  readonly without?: string | undefined;
  readonly allowsNew: boolean;
  readonly allowsNone: boolean;
  /** Null for no label. */
  readonly onPick: (className: string | null) => void;
  readonly onClose: () => void;
}

/** Chooses a class by typing a piece of its name, or makes one. Enter takes the first. */
export function ClassPicker({ heading, without, allowsNew, allowsNone, onPick, onClose }: ClassPickerProps) {
  const classNames = usePage(({ project }) => project.document.classNames);
  const colours = usePage(({ project }) => project.document.classColours);
  const [text, setText] = useState('');
  const typed = normaliseClassName(text);
  const found = classNames.filter((name) => name !== without && name.toLowerCase().includes(typed.toLowerCase()));
  const isNew = allowsNew && typed !== '' && !classNames.includes(typed);
  const pick = (id: string): void => {
    onClose();
    if (id === 'none') onPick(null);
    else onPick(id === 'new' ? typed : id.slice('class:'.length));
  };
  return (
    <Dialog heading={heading} size="small" isOpen onOpenChange={onClose}>
      <Autocomplete inputValue={text} onInputChange={setText}>
        <SearchField aria-label="Class" autoFocus className={styles['picker'] ?? ''}>
          <Input
            className={styles['input'] ?? ''}
            placeholder={allowsNew ? 'Find or make a class' : 'Find a class'}
            maxLength={200}
          />
        </SearchField>
        <Menu
          aria-label="Classes"
          className={styles['pickerMenu'] ?? ''}
          onAction={(id) => {
            pick(String(id));
          }}
          renderEmptyState={() => <p className={styles['muted']}>No such class</p>}
        >
          {found.map((name) => (
            <MenuItem key={name} id={`class:${name}`} textValue={name} className={menuStyles['item'] ?? ''}>
              <ClassSwatch paletteIndex={colours[name] ?? 0} />
              <span className={styles['name']} dir="auto">
                {name}
              </span>
            </MenuItem>
          ))}
          {isNew ? (
            <MenuItem id="new" textValue={`New class ${typed}`} className={menuStyles['item'] ?? ''}>
              <Plus size={14} aria-hidden="true" /> New class “{typed}”
            </MenuItem>
          ) : null}
          {allowsNone && typed === '' ? (
            <MenuItem id="none" textValue="No label" className={menuStyles['item'] ?? ''}>
              <Tag size={14} aria-hidden="true" /> No label
            </MenuItem>
          ) : null}
        </Menu>
      </Autocomplete>
    </Dialog>
  );
}
