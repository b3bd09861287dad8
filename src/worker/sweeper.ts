import { deletedForMs } from '../domain/projects';
import type { BackboneStore } from '../storage/backbone-store';
import { checkpointFolder } from '../storage/storage-sizes';
import type { FolderStore } from '../storage/folder-store';
import type { Ownership } from '../storage/ownership';
import type { PictureStore } from '../storage/picture-store';
import type { ProjectStore } from '../storage/project-store';
import type { ProjectDesk } from './project-desk';
import { unneededBackbones } from './unneeded-backbones';

export interface SweeperParts {
  readonly desk: Pick<ProjectDesk, 'sweep'>;
  readonly ownership: Pick<Ownership, 'isAlone'>;
  readonly store: Pick<ProjectStore, 'holdings'>;
  readonly pictures: Pick<PictureStore, 'sweep'>;
  readonly folders: Pick<FolderStore, 'sweep'>;
  readonly backbones: Pick<BackboneStore, 'list' | 'remove'>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Contents of this visit, those that undo can bring back too. */
  readonly held: () => ReadonlySet<string>;
  /** Pictures may lie elsewhere now. */
  readonly onMoved: () => void;
}

/**
 * Removes what nothing names any more: projects deleted a day ago (all of the deleted ones where a person wants their room), their
 * checkpoints, heads of runs that are in no document, pictures that are in no project; and, where room is wanted, convolutions that came in
 * more than a day ago and that no project stands on. Pictures only while no other tab is open, since
 * its undo may want what no document names.
 */
export async function sweepDevice(parts: SweeperParts, all: boolean): Promise<void> {
  const { desk, ownership, store, pictures, folders, backbones, now, held, onMoved } = parts;
  const gone = await desk.sweep(all);
  await removeCheckpoints(gone);
  if (all) await sweepBackbones(backbones, store, now() - deletedForMs);
  const left = await pictures.sweep(async () => {
    if (!(await ownership.isAlone())) return null;
    const holdings = await store.holdings();
    const own = held();
    return (content) => own.has(content) || holdings.some(({ contents }) => contents.has(content));
  }, onMoved);
  if (left === null) return;
  await folders.sweep(left.values());
}

/** Newer ones may be about to be named. */
async function sweepBackbones(
  backbones: Pick<BackboneStore, 'list' | 'remove'>,
  store: Pick<ProjectStore, 'holdings'>,
  before: number,
): Promise<void> {
  for (const { id, addedAt } of await unneededBackbones(backbones, store))
    if (Date.parse(addedAt) < before) await backbones.remove(id);
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
