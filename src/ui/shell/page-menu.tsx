import { Menu as MenuIcon } from 'lucide-react';
import { useState } from 'react';
import { Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import { joinClasses } from '../join-classes';
import { IconButton } from '../primitives';
import { AboutWeightsDialog } from './about-weights-dialog';
import { ForgetDialog } from './forget-dialog';
import styles from './menu.module.css';

type Open = 'weights' | 'forget' | null;

export function PageMenu() {
  const [open, setOpen] = useState<Open>(null);
  const close = (): void => {
    setOpen(null);
  };
  return (
    <>
      <MenuTrigger>
        <IconButton label="Menu">
          <MenuIcon size={18} aria-hidden="true" />
        </IconButton>
        <Popover className={styles['popover'] ?? ''} placement="bottom end">
          <Menu
            className={styles['menu'] ?? ''}
            aria-label="Menu"
            onAction={(id) => {
              setOpen(id === 'forget' ? 'forget' : 'weights');
            }}
          >
            <MenuItem id="weights" className={styles['item'] ?? ''}>
              About the weights
            </MenuItem>
            <MenuItem id="forget" className={joinClasses(styles['item'], styles['danger'])}>
              Forget everything on this device…
            </MenuItem>
          </Menu>
        </Popover>
      </MenuTrigger>
      <AboutWeightsDialog isOpen={open === 'weights'} onClose={close} />
      <ForgetDialog isOpen={open === 'forget'} onClose={close} />
    </>
  );
}
