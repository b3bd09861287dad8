import { Menu as MenuIcon } from 'lucide-react';
import { Suspense, useState } from 'react';
import { Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import { ExportDialog } from '../export/export-button';
import { joinClasses } from '../join-classes';
import { DiagnosticsDialog } from '../diagnostics/diagnostics-dialog';
import { IconButton } from '../primitives';
import { AboutWeightsDialog } from './about-weights-dialog';
import { ForgetDialog } from './forget-dialog';
import styles from './menu.module.css';
import { RenameProjectDialog } from '../projects/rename-project-dialog';
import { useActions, usePage } from '../store-context';
import { StorageDialog } from './storage-dialog';
import { WhatLeftDialog } from './what-left-dialog';

const items = [
  { id: 'projects', name: 'Projects…', isDanger: false },
  { id: 'rename', name: 'Rename the project…', isDanger: false },
  { id: 'save', name: 'Save the project as a ZIP…', isDanger: false },
  { id: 'model', name: 'Bring a model in…', isDanger: false },
  { id: 'export', name: 'Export the model…', isDanger: false },
  { id: 'privacy', name: 'What left this device', isDanger: false },
  { id: 'weights', name: 'About the weights', isDanger: false },
  { id: 'storage', name: 'Storage on this device…', isDanger: false },
  { id: 'diagnostics', name: 'Diagnostics…', isDanger: false },
  { id: 'forget', name: 'Forget everything on this device…', isDanger: true },
] as const;

type Open = (typeof items)[number]['id'] | null;

export function PageMenu() {
  const [open, setOpen] = useState<Open>(null);
  const projectId = usePage(({ project }) => project.document.id);
  const projectName = usePage(({ project }) => project.document.name);
  const { showProjects, saveProjectFile, openModelDialog } = useActions();
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
              if (id === 'projects') void showProjects();
              else if (id === 'model') void openModelDialog();
              else if (id === 'save') void saveProjectFile(projectId);
              else setOpen(items.find((item) => item.id === id)?.id ?? null);
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
      {open === 'rename' ? <RenameProjectDialog id={projectId} name={projectName} onClose={close} /> : null}
      {open === 'export' ? (
        <Suspense>
          <ExportDialog onClose={close} />
        </Suspense>
      ) : null}
      <WhatLeftDialog isOpen={open === 'privacy'} onClose={close} />
      <AboutWeightsDialog isOpen={open === 'weights'} onClose={close} />
      {open === 'diagnostics' ? <DiagnosticsDialog onClose={close} /> : null}
      {open === 'storage' ? (
        <StorageDialog
          onClose={close}
          onForget={() => {
            setOpen('forget');
          }}
        />
      ) : null}
      <ForgetDialog isOpen={open === 'forget'} onClose={close} />
    </>
  );
}
