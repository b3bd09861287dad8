import { compareText } from '../../domain/compare-text';
import type { ImportFile } from '../../domain/import-listing';
import { isSystemName } from '../../domain/system-names';
import { nextTask } from '../../domain/next-task';

/** What React Aria's drop zone gives, as far as it is used here. */
export type DroppedItem =
  | { readonly kind: 'file'; readonly name: string; getFile(): Promise<File> }
  | { readonly kind: 'directory'; readonly name: string; getEntries(): AsyncIterable<DroppedItem> }
  | { readonly kind: 'text' };

/** By path, so that the same folder gives the same order on every system: a seed then always means the same split. */
function inOrder(files: readonly ImportFile[]): readonly ImportFile[] {
  return files
    .filter(({ path }) => !path.split('/').some(isSystemName))
    .map((one) => ({ ...one, path: one.path.normalize('NFC') }))
    .sort((a, b) => compareText(a.path, b.path));
}

/** Stands for what could not even be listed, so that it appears among the skipped files instead of vanishing. */
function placeholder(path: string, name: string): ImportFile {
  return { path, file: new File([], name) };
}

/** Every entry of a directory: the reader gives at most 100 at a time in Chromium and ends with none. */
async function readDirectory(directory: FileSystemDirectoryEntry): Promise<readonly FileSystemEntry[]> {
  const reader = directory.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return all;
    all.push(...some);
  }
}

/**
 * The browser answers all that was asked in one task, and goes on in it while more is asked: a thousand answers would hold the page up.
 * So many at once, and then a task of their own for the next.
 */
const askedAtOnce = 100;

async function inGroups<Item, Result>(items: readonly Item[], work: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  for (let from = 0; from < items.length; from += askedAtOnce) {
    if (from > 0) await new Promise<void>(nextTask);
    results.push(...(await Promise.all(items.slice(from, from + askedAtOnce).map(work))));
  }
  return results;
}

async function listEntry(entry: FileSystemEntry, parent: string): Promise<readonly ImportFile[]> {
  if (isSystemName(entry.name)) return [];
  const path = parent + entry.name;
  try {
    if (entry.isDirectory) {
      const children = await readDirectory(entry as FileSystemDirectoryEntry);
      return (await inGroups(children, (child) => listEntry(child, `${path}/`))).flat();
    }
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    return [{ path, file }];
  } catch {
    return [placeholder(path, entry.name)];
  }
}

/** What this TypeScript does not know: Chromium gives a handle by which a folder can be opened again on a later visit. */
interface Reopenable {
  getAsFileSystemHandle(): Promise<FileSystemHandle | null>;
}

function isReopenable(item: object): item is Reopenable {
  return 'getAsFileSystemHandle' in item;
}

/** Null for a single file, and in other browsers. Within the event, like everything that is asked of its items. */
async function handleOf(item: DataTransferItem): Promise<FileSystemDirectoryHandle | null> {
  if (!isReopenable(item)) return null;
  try {
    const handle = await item.getAsFileSystemHandle();
    return handle?.kind === 'directory' ? (handle as FileSystemDirectoryHandle) : null;
  } catch {
    return null; // it can be copied all the same
  }
}

function isTransfer(from: DataTransfer | Iterable<DataTransferItem> | ArrayLike<DataTransferItem>): from is DataTransfer {
  return 'items' in from;
}

/**
 * Files of a drop or paste, folders walked to any depth. Call it within the event: the browser forgets the entries after it.
 * @returns in the order of their paths, without the files that systems leave behind.
 */
export async function readDataTransfer(
  from: DataTransfer | DataTransferItemList | readonly DataTransferItem[],
): Promise<readonly ImportFile[]> {
  const items = Array.from<DataTransferItem>(isTransfer(from) ? from.items : from).filter(({ kind }) => kind === 'file');
  // Both before the first await.
  const found = items.map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile(), folder: handleOf(item) }));
  const names = found.map(({ entry }) => entry?.name);
  const lists = await Promise.all(
    found.map(async ({ entry, file, folder: asked }) => {
      if (entry !== null) {
        const listed = await listEntry(entry, '');
        const folder = await asked;
        // Of two folders of one name it would not be known which a path means.
        const isOnly = names.indexOf(entry.name) === names.lastIndexOf(entry.name);
        return folder === null || !isOnly ? listed : listed.map((one) => ({ ...one, folder }));
      }
      return file === null ? [] : [{ path: file.name, file }];
    }),
  );
  return inOrder(lists.flat());
}

/** Files of an `<input type="file">`, with `webkitdirectory` or without. */
export function readFileList(files: FileList | readonly File[]): readonly ImportFile[] {
  return inOrder(
    Array.from(files, (file) => ({ path: file.webkitRelativePath === '' ? file.name : file.webkitRelativePath, file })),
  );
}

async function listDropped(item: DroppedItem, parent: string): Promise<readonly ImportFile[]> {
  if (item.kind === 'text' || isSystemName(item.name)) return [];
  const path = parent + item.name;
  try {
    if (item.kind === 'file') return [{ path, file: await item.getFile() }];
    const children: DroppedItem[] = [];
    for await (const child of item.getEntries()) children.push(child);
    return (await inGroups(children, (child) => listDropped(child, `${path}/`))).flat();
  } catch {
    return [placeholder(path, item.name)];
  }
}

/** Files of React Aria's drop zone. */
export async function readDropItems(items: readonly DroppedItem[]): Promise<readonly ImportFile[]> {
  return inOrder((await Promise.all(items.map((item) => listDropped(item, '')))).flat());
}
