import { type Tables, toStorageError } from './tables';

/** Begins the name of every cache and folder of this page: other pages of the same site keep theirs. */
const ours = 'headstart';
/** Archives that were written for a download (ingest/page/save-target). */
const exportFolder = 'exports';

function isOurs(name: string): boolean {
  return name.startsWith(ours) || name === exportFolder;
}

async function ourFolders(): Promise<readonly string[]> {
  const root = await navigator.storage.getDirectory();
  const names: string[] = [];
  for await (const name of root.keys()) if (isOurs(name)) names.push(name);
  return names;
}

async function removeFolders(): Promise<void> {
  if (!hasPrivateFiles()) return;
  const root = await navigator.storage.getDirectory();
  const results = await Promise.allSettled((await ourFolders()).map((name) => root.removeEntry(name, { recursive: true })));
  for (const result of results) if (result.status === 'rejected') throw toStorageError(result.reason);
}

async function removeCaches(): Promise<void> {
  if (!('caches' in globalThis)) return;
  const names = (await caches.keys()).filter(isOurs);
  await Promise.all(names.map((name) => caches.delete(name)));
}

/** Plain http has neither. */
function hasPrivateFiles(): boolean {
  return (navigator.storage as StorageManager | undefined)?.getDirectory !== undefined;
}

/**
 * Removes everything that this page keeps on the device but what only a page can reach (local and session storage): the database, the
 * caches with the weights, the private files with features, pictures and checkpoints.
 * @throws HeadstartError `storage-refused` when the browser refuses one; the others are removed all the same.
 */
export async function forgetDevice(tables: Tables): Promise<void> {
  const results = await Promise.allSettled([tables.removeAll(), removeCaches(), removeFolders()]);
  for (const result of results) if (result.status === 'rejected') throw toStorageError(result.reason);
}
