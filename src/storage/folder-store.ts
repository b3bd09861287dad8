import { HeadstartError } from '../domain/errors';
import type { LeftFolder } from '../domain/projects';
import type { LeftPlace, PictureRow } from './picture-rows';
import type { Tables } from './tables';

/** What this side of TypeScript does not know: browsers that ask before a folder is read. */
interface Asking {
  queryPermission(options: { readonly mode: 'read' }): Promise<PermissionState>;
}

function isAsking(handle: object): handle is Asking {
  return 'queryPermission' in handle;
}

interface FolderRow {
  readonly name: string;
  readonly handle: FileSystemDirectoryHandle;
}

function isFolderRow(stored: unknown): stored is FolderRow {
  if (typeof stored !== 'object' || stored === null || !('handle' in stored) || !('name' in stored)) return false;
  const { handle, name } = stored;
  const isFolder = typeof handle === 'object' && handle !== null && 'getDirectoryHandle' in handle && 'getFileHandle' in handle;
  return typeof name === 'string' && isFolder;
}

function nameOfThrown(thrown: unknown): string {
  return thrown instanceof Error || thrown instanceof DOMException ? thrown.name : '';
}

/** Folders outside of the browser whose pictures were left where they are. A new visit has to ask for them again. */
export class FolderStore {
  readonly #tables: Tables;
  readonly #createId: () => string;
  #rows: Promise<Map<string, FolderRow>> | null = null;
  /** Folder id and path of a folder inside it: asking the browser for each file's whole path is slow. */
  readonly #inside = new Map<string, Promise<FileSystemDirectoryHandle>>();

  constructor(tables: Tables, createId: () => string) {
    this.#tables = tables;
    this.#createId = createId;
  }

  /** The id of a folder, kept from now on; the same folder given again keeps its id. Rejects with `storage-*`. */
  async keep(name: string, handle: FileSystemDirectoryHandle): Promise<string> {
    const rows = await this.#load();
    for (const [id, row] of rows) if (await row.handle.isSameEntry(handle)) return id;
    const id = this.#createId();
    await this.#tables.commit([{ table: 'folders', key: id, value: { name, handle } satisfies FolderRow }]);
    rows.set(id, { name, handle });
    return id;
  }

  /**
   * The file as it was when it was taken in.
   * @param isSame asked where the file was written since: is it the same content?
   * @throws HeadstartError `folder-permission`, `folder-absent`, `file-unreadable`
   */
  async file(place: LeftPlace, isSame: (file: File) => Promise<boolean>): Promise<File> {
    const row = (await this.#load()).get(place.folder);
    if (row === undefined) throw new HeadstartError('folder-absent', { names: place.path.split('/')[0] ?? '' });
    const steps = place.path.split('/');
    const name = steps.pop() ?? '';
    try {
      const folder = await this.#folderAt(place.folder, row.handle, steps);
      const file = await (await inside(folder, name, (found) => folder.getFileHandle(found))).getFile();
      if (file.size === place.bytes && (file.lastModified === place.modified || (await isSame(file)))) return file;
    } catch (thrown) {
      this.#inside.clear();
      if (nameOfThrown(thrown) === 'NotAllowedError')
        throw new HeadstartError('folder-permission', { names: row.name }, { cause: thrown });
      throw new HeadstartError('file-unreadable', {}, { cause: thrown });
    }
    throw new HeadstartError('file-unreadable');
  }

  /** Those that hold some of these pictures, and whether they can be read now. */
  async list(rows: Iterable<PictureRow>): Promise<readonly LeftFolder[]> {
    const used = new Map<string, { pictures: number; bytes: number }>();
    for (const { place } of rows) {
      if (place.kind !== 'left') continue;
      const sum = used.get(place.folder) ?? { pictures: 0, bytes: 0 };
      used.set(place.folder, { pictures: sum.pictures + 1, bytes: sum.bytes + place.bytes });
    }
    if (used.size === 0) return [];
    const known = await this.#load();
    const folders: LeftFolder[] = [];
    for (const [id, sums] of used) {
      const row = known.get(id);
      if (row !== undefined)
        folders.push({ id, name: row.name, ...sums, access: await accessOf(row.handle), handle: row.handle });
    }
    return folders;
  }

  /** Lets go of folders that no picture is in. */
  async sweep(rows: Iterable<PictureRow>): Promise<void> {
    const used = new Set<string>();
    for (const { place } of rows) if (place.kind === 'left') used.add(place.folder);
    const known = await this.#load();
    const gone = [...known.keys()].filter((id) => !used.has(id));
    if (gone.length === 0) return;
    await this.#tables.commit(gone.map((key) => ({ table: 'folders', key })));
    for (const id of gone) known.delete(id);
  }

  /** Everything was removed. */
  forget(): void {
    this.#rows = null;
    this.#inside.clear();
  }

  #folderAt(id: string, root: FileSystemDirectoryHandle, steps: readonly string[]): Promise<FileSystemDirectoryHandle> {
    if (steps.length === 0) return Promise.resolve(root);
    const key = `${id}/${steps.join('/')}`;
    const known = this.#inside.get(key);
    if (known !== undefined) return known;
    const found = (async () => {
      const parent = await this.#folderAt(id, root, steps.slice(0, -1));
      return inside(parent, steps.at(-1) ?? '', (found) => parent.getDirectoryHandle(found));
    })();
    found.catch(() => undefined); // told to whoever asked
    this.#inside.set(key, found);
    return found;
  }

  #load(): Promise<Map<string, FolderRow>> {
    this.#rows ??= (async () => {
      const rows = new Map<string, FolderRow>();
      for (const [id, stored] of await this.#tables.entries('folders')) if (isFolderRow(stored)) rows.set(id, stored);
      return rows;
    })().catch((thrown: unknown) => {
      this.#rows = null;
      throw thrown;
    });
    return this.#rows;
  }
}

/** Paths are in Unicode's composed form; some systems keep names in the other. */
async function inside<Handle>(
  folder: FileSystemDirectoryHandle,
  name: string,
  open: (name: string) => Promise<Handle>,
): Promise<Handle> {
  try {
    return await open(name);
  } catch (thrown) {
    if (nameOfThrown(thrown) !== 'NotFoundError') throw thrown;
    for await (const own of folder.keys()) if (own !== name && own.normalize('NFC') === name) return open(own);
    throw thrown;
  }
}

async function accessOf(handle: FileSystemDirectoryHandle): Promise<LeftFolder['access']> {
  try {
    const state = isAsking(handle) ? await handle.queryPermission({ mode: 'read' }) : 'granted';
    if (state !== 'granted') return state;
    // A folder that was moved still says granted.
    for await (const _name of handle.keys()) break;
    return 'granted';
  } catch (thrown) {
    return nameOfThrown(thrown) === 'NotAllowedError' ? 'prompt' : 'absent';
  }
}
