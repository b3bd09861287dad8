import { spareBytes } from '../../domain/projects';

/** What this page's TypeScript does not know: Chromium asks for a folder again by its handle. */
interface Askable {
  requestPermission(options: { readonly mode: 'read' }): Promise<PermissionState>;
}

function isAskable(handle: object): handle is Askable {
  return 'requestPermission' in handle;
}

/** Asks the person for a folder again; within a click, or the browser refuses. False when it may not be read. */
export async function askForFolder(folder: FileSystemDirectoryHandle): Promise<boolean> {
  // Folders of browsers without such a question are always open.
  if (!isAskable(folder)) return true;
  try {
    return (await folder.requestPermission({ mode: 'read' })) === 'granted';
  } catch {
    return false; // not within a click, or the folder is gone: looking at it says so
  }
}

/** Plain http pages have no storage of this kind. */
function deviceStorage(): StorageManager | null {
  return (navigator as Partial<Pick<Navigator, 'storage'>>).storage ?? null;
}

/** Bytes that this page may still keep; null where the browser does not say. */
export async function freeRoom(): Promise<number | null> {
  try {
    const estimate = await deviceStorage()?.estimate();
    if (estimate?.quota === undefined) return null;
    return Math.max(0, estimate.quota - (estimate.usage ?? 0) - spareBytes);
  } catch {
    return null;
  }
}

/** Asks the browser to keep what is kept; null where it cannot be asked. */
export async function persistStorage(): Promise<boolean | null> {
  try {
    const storage = deviceStorage();
    if (storage === null) return null;
    return (await storage.persisted()) || (await storage.persist());
  } catch {
    return null;
  }
}
