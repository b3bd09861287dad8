import { Ellipsis } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import type { ProjectSummary } from '../../domain/projects';
import { joinClasses } from '../join-classes';
import { Chip, IconButton } from '../primitives';
import menuStyles from '../shell/menu.module.css';
import { useActions } from '../store-context';
import { countOf, formatBytes, joinWords } from '../words';
import styles from './projects.module.css';
import { RenameProjectDialog } from './rename-project-dialog';
import { agoOf } from './words';

const entries = [
  { id: 'open', name: 'Open', isDanger: false },
  { id: 'rename', name: 'Rename…', isDanger: false },
  { id: 'duplicate', name: 'Duplicate', isDanger: false },
  { id: 'save', name: 'Save as a ZIP…', isDanger: false },
  { id: 'delete', name: 'Delete', isDanger: true },
] as const;

/** One project: what it looks like, what is in it, and what can be done with it. */
export function ProjectCard({ project, isPresent }: { readonly project: ProjectSummary; readonly isPresent: boolean }) {
  const { id, name, thumbnails, classes, pictures, runs, bytes, updatedAt, isOpenElsewhere } = project;
  const { openProject, duplicateProject, deleteProject, saveProjectFile } = useActions();
  const [isRenaming, setRenaming] = useState(false);
  const act = (what: string): void => {
    if (what === 'open') void openProject(id);
    if (what === 'rename') setRenaming(true);
    if (what === 'duplicate') void duplicateProject(id);
    if (what === 'save') void saveProjectFile(id);
    if (what === 'delete') void deleteProject(id);
  };
  return (
    <li className={joinClasses(styles['card'], isPresent && styles['present'])}>
      <Faces thumbnails={thumbnails} />
      <div className={styles['words']}>
        <button type="button" className={styles['open']} title={name} onClick={() => void openProject(id)}>
          {name}
        </button>
        <p className={styles['muted']}>
          {joinWords(
            countOf(classes, 'class', 'classes'),
            countOf(pictures, 'picture'),
            runs > 0 && countOf(runs, 'run'),
            formatBytes(bytes),
          )}
        </p>
        <p className={styles['muted']}>
          <time dateTime={updatedAt}>Changed {agoOf(updatedAt)}</time>
        </p>
        {isPresent ? <Chip tone="ok">Open here</Chip> : null}
        {isOpenElsewhere ? <Chip tone="warn">Open in another tab</Chip> : null}
      </div>
      <div className={styles['more']}>
        <MenuTrigger>
          <IconButton label={`More for ${name}`}>
            <Ellipsis size={18} aria-hidden="true" />
          </IconButton>
          <Popover className={menuStyles['popover'] ?? ''} placement="bottom end">
            <Menu
              className={menuStyles['menu'] ?? ''}
              aria-label={`More for ${name}`}
              onAction={(what) => {
                act(String(what));
              }}
            >
              {entries.map((entry) => (
                <MenuItem
                  key={entry.id}
                  id={entry.id}
                  className={joinClasses(menuStyles['item'], entry.isDanger && menuStyles['danger'])}
                >
                  {entry.name}
                </MenuItem>
              ))}
            </Menu>
          </Popover>
        </MenuTrigger>
      </div>
      {isRenaming ? (
        <RenameProjectDialog
          name={name}
          id={id}
          onClose={() => {
            setRenaming(false);
          }}
        />
      ) : null}
    </li>
  );
}

/** Up to four pictures that stand for the project. */
function Faces({ thumbnails }: { readonly thumbnails: readonly Blob[] }) {
  return (
    <div className={styles['faces']} aria-hidden="true">
      {thumbnails.map((thumbnail, at) => (
        <Face key={at} thumbnail={thumbnail} />
      ))}
    </div>
  );
}

function Face({ thumbnail }: { readonly thumbnail: Blob }) {
  const image = useRef<HTMLImageElement>(null);
  useEffect(() => {
    if (image.current === null) return undefined;
    const address = URL.createObjectURL(thumbnail);
    image.current.src = address;
    return () => {
      URL.revokeObjectURL(address);
    };
  }, [thumbnail]);
  return <img ref={image} alt="" draggable={false} decoding="async" />;
}
