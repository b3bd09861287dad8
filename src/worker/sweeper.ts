import { checkpointFolder } from '../storage/storage-sizes';
import type { FolderStore } from '../storage/folder-store';
import type { Ownership } from '../storage/ownership';
import type { PictureStore } from '../storage/picture-store';
import type { ProjectStore } from '../storage/project-store';
import type { ProjectDesk } from './project-desk';

export interface SweeperParts {
  readonly desk: Pick<ProjectDesk, 'sweep'>;
  readonly ownership: Pick<Ownership, 'isAlone'>;
  readonly store: Pick<ProjectStore, 'holdings'>;
  readonly pictures: Pick<PictureStore, 'sweep'>;
  readonly folders: Pick<FolderStore, 'sweep'>;
  /** Contents of this visit, those that undo can bring back too. */
  readonly held: () => ReadonlySet<string>;
  /** Pictures may lie elsewhere now. */
  readonly onMoved: () => void;
}

/**
 * Removes what nothing names any more: projects deleted a day ago (all of the deleted ones where a person wants their room), their
 * checkpoints, heads of runs that are in no document, pictures that are in no project. Pictures only while no other tab is open, since
 * its undo may want what no document names.
 */
export async function sweepDevice(parts: SweeperParts, all: boolean): Promise<void> {
  const { desk, ownership, store, pictures, folders, held, onMoved } = parts;
  const gone = await desk.sweep(all);
  await removeCheckpoints(gone);
  const left = await pictures.sweep(async () => {
    if (!(await ownership.isAlone())) return null;
    const holdings = await store.holdings();
    const own = held();
    return (content) => own.has(content) || holdings.some(({ contents }) => contents.has(content));
  }, onMoved);
  if (left === null) return;
  await folders.sweep(left.values());
}

async function removeCheckpoints(projectIds: readonly string[]): Promise<void> {
  if (projectIds.length === 0) return;
  try {
    const root = await (await navigator.storage.getDirectory()).getDirectoryHandle(checkpointFolder);
    for (const id of projectIds) await root.removeEntry(id, { recursive: true }).catch(() => undefined); // it had none
  } catch {
    // There never was a checkpoint.
  }
}
