import { Check } from 'lucide-react';
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
        <svg width="18" height="18" viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="2" aria-hidden="true">
          <circle cx="12" cy="12" r="8" />
          <path d="M12 4a8 8 0 0 1 0 16z" fill="currentColor" />
        </svg>
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
