/** One folder a visit, so that two tabs never meet; each holds a lock of its name while it lives. */
const rootName = 'headstart-unpacked';

interface OpfsScratchFile {
  write(piece: Uint8Array<ArrayBuffer>): Promise<void>;
  finish(): Promise<Blob>;
  remove(): Promise<void>;
}

/** Room for files that are written once and read at any place, in the origin's private file system. */
export interface OpfsScratch {
  /** Bytes left for this page; null where the browser does not say. */
  room(): Promise<number | null>;
  /** The file's `write` rejects with a `QuotaExceededError` when there is no room. */
  create(): Promise<OpfsScratchFile>;
}

const lockName = (visit: string): string => `${rootName}/${visit}`;

/** Left free: a browser that is filled to its last byte may throw away all that it keeps. */
const spareBytes = 64 << 20;

/** Bytes left for this page; null where the browser does not say. */
export async function freeRoom(): Promise<number | null> {
  try {
    const { quota, usage } = await navigator.storage.estimate();
    return quota === undefined ? null : Math.max(0, quota - (usage ?? 0) - spareBytes);
  } catch {
    return null;
  }
}

/** Holds the visit's lock until this worker ends. */
function holdLock(visit: string): Promise<void> {
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(lockName(visit), () => {
        resolve();
        return new Promise<never>(() => undefined);
      })
      .catch(reject);
  });
}

/** What a file handle has in workers only, so that the page's types do not know it. */
interface WorkerFileHandle {
  createSyncAccessHandle(): Promise<{ write(piece: Uint8Array<ArrayBuffer>): number; flush(): void; close(): void }>;
}

async function createFile(folder: FileSystemDirectoryHandle, name: string): Promise<OpfsScratchFile> {
  const handle = await folder.getFileHandle(name, { create: true });
  const access = await (handle as FileSystemFileHandle & WorkerFileHandle).createSyncAccessHandle();
  let isOpen = true;
  const close = (): void => {
    if (isOpen) access.close();
    isOpen = false;
  };
  return {
    write: (piece) => {
      let written: number;
      try {
        written = access.write(piece);
      } catch (thrown) {
        return Promise.reject(thrown instanceof Error ? thrown : new DOMException(String(thrown), 'QuotaExceededError'));
      }
      // A full disk shows as fewer bytes than given.
      return written === piece.length ? Promise.resolve() : Promise.reject(new DOMException('no room', 'QuotaExceededError'));
    },
    finish: async () => {
      access.flush();
      close();
      return handle.getFile();
    },
    remove: async () => {
      close();
      await folder.removeEntry(name).catch(() => undefined); // gone already: nothing is left of it either way
    },
  };
}

/** Null where the browser refuses storage, on plain http, and where a worker cannot write to the file system. */
export async function openOpfsScratch(): Promise<OpfsScratch | null> {
  try {
    const visit = crypto.randomUUID();
    await holdLock(visit);
    // Opened anew each time: what is forgotten takes the folder along.
    const open = async (): Promise<FileSystemDirectoryHandle> => {
      const root = await (await navigator.storage.getDirectory()).getDirectoryHandle(rootName, { create: true });
      return root.getDirectoryHandle(visit, { create: true });
    };
    await open();
    let count = 0;
    return { room: freeRoom, create: async () => createFile(await open(), String((count += 1))) };
  } catch {
    return null;
  }
}

/** Removes what former visits left behind: those whose lock nobody holds. Never rejects. */
export async function dropScratchLeftovers(): Promise<void> {
  try {
    const root = await (await navigator.storage.getDirectory()).getDirectoryHandle(rootName);
    const visits: string[] = [];
    for await (const visit of root.keys()) visits.push(visit);
    for (const visit of visits) {
      await navigator.locks.request(lockName(visit), { ifAvailable: true }, async (lock) => {
        if (lock !== null) await root.removeEntry(visit, { recursive: true });
      });
    }
  } catch {
    // None was ever made, or storage is refused.
  }
}
