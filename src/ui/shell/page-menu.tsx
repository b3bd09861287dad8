import { Menu as MenuIcon } from 'lucide-react';
import { Suspense, useState } from 'react';
import { Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import { ExportDialog } from '../export/export-button';
import { joinClasses } from '../join-classes';
import { Button, Dialog, IconButton } from '../primitives';
import { AboutWeightsDialog } from './about-weights-dialog';
import { ForgetDialog } from './forget-dialog';
import { KeptFeaturesDialog } from './kept-features-dialog';
import styles from './menu.module.css';
import { PrivacyWords } from './privacy-words';
import proseStyles from './prose.module.css';
import { RenameDialog } from './rename-dialog';

const items = [
  { id: 'rename', name: 'Rename the project…', isDanger: false },
  { id: 'export', name: 'Export the model…', isDanger: false },
  { id: 'privacy', name: 'Your pictures stay here', isDanger: false },
  { id: 'weights', name: 'About the weights', isDanger: false },
  { id: 'features', name: 'Features kept on this device…', isDanger: false },
  { id: 'forget', name: 'Forget everything on this device…', isDanger: true },
] as const;

type Open = (typeof items)[number]['id'] | null;

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
              setOpen(items.find((item) => item.id === id)?.id ?? null);
            }}
          >
            {items.map(({ id, name, isDanger }) => (
              <MenuItem key={id} id={id} className={joinClasses(styles['item'], isDanger && styles['danger'])}>
                {name}
              </MenuItem>
            ))}
          </Menu>
        </Popover>
      </MenuTrigger>
      {open === 'rename' ? <RenameDialog onClose={close} /> : null}
      {open === 'export' ? (
        <Suspense>
          <ExportDialog onClose={close} />
        </Suspense>
      ) : null}
      <Dialog
        heading="Your pictures stay here"
        isOpen={open === 'privacy'}
        onOpenChange={close}
        actions={<Button onPress={close}>Close</Button>}
      >
        <div className={proseStyles['prose']}>
          <PrivacyWords />
        </div>
      </Dialog>
      <AboutWeightsDialog isOpen={open === 'weights'} onClose={close} />
      {open === 'features' ? <KeptFeaturesDialog onClose={close} /> : null}
      <ForgetDialog isOpen={open === 'forget'} onClose={close} />
    </>
  );
}
