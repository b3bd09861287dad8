import { Check, Contrast } from 'lucide-react';
import { useState } from 'react';
import { Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import { IconButton } from '../primitives';
import menuStyles from './menu.module.css';
import { applyTheme, keepThemeChoice, readThemeChoice, type ThemeChoice } from './theme';

const choices: readonly { readonly id: ThemeChoice; readonly name: string }[] = [
  { id: 'system', name: 'As the system' },
  { id: 'light', name: 'Light' },
  { id: 'dark', name: 'Dark' },
];

export function ThemeToggle() {
  const [choice, setChoice] = useState(readThemeChoice);
  return (
    <MenuTrigger>
      <IconButton label="Theme">
        <Contrast size={18} aria-hidden="true" />
      </IconButton>
      <Popover className={menuStyles['popover'] ?? ''} placement="bottom end">
        <Menu
          className={menuStyles['menu'] ?? ''}
          aria-label="Theme"
          selectionMode="single"
          disallowEmptySelection
          selectedKeys={[choice]}
          onAction={(id) => {
            const chosen = choices.find((item) => item.id === id)?.id ?? 'system';
            setChoice(chosen);
            keepThemeChoice(chosen);
            applyTheme(chosen);
          }}
        >
          {choices.map(({ id, name }) => (
            <MenuItem key={id} id={id} textValue={name} className={menuStyles['item'] ?? ''}>
              <Check size={16} aria-hidden="true" style={{ visibility: id === choice ? 'visible' : 'hidden' }} />
              {name}
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
