/** The files of a cache, flat. Reading what another tab has just removed rejects. */
export interface CacheFolder {
  /** Of all files; none where the folder is not there yet. */
  names(): Promise<readonly string[]>;
  /** Bytes; 0 where there is no such file. */
  size(name: string): Promise<number>;
  /** Bytes from `from` on, fewer where the file ends; to its end without `length`. */
  read(name: string, from: number, length?: number): Promise<Uint8Array>;
  /** A part of a file that is read when it is wanted; reading it rejects once the file was written to again. */
  part(name: string, from: number, length: number): Promise<Blob>;
  /** Cuts the file to `at` bytes, or begins it, writes there and waits until it is on disk; what fails leaves `at` bytes. */
  write(name: string, at: number, parts: readonly Uint8Array<ArrayBuffer>[]): Promise<void>;
  remove(name: string): Promise<void>;
  /** With the folder itself. */
  removeAll(): Promise<void>;
}

/** What this page's side of TypeScript does not know: only dedicated workers may write in place. */
interface WritableInPlace {
  createSyncAccessHandle(): Promise<{
    truncate(size: number): void;
    write(bytes: Uint8Array<ArrayBuffer>, options: { readonly at: number }): number;
    flush(): void;
    close(): void;
  }>;
}

function isWritableInPlace(handle: object): handle is WritableInPlace {
  return 'createSyncAccessHandle' in handle;
}

function isAbsent(thrown: unknown): boolean {
  return thrown instanceof DOMException && thrown.name === 'NotFoundError';
}

/**
 * A folder of the origin's private file system. Only in dedicated workers: elsewhere files cannot be written in place.
 * `above` are the folders that it lies in, outermost first. Rejects where the browser has none, or refuses it.
 */
export async function openPrivateFolder(name: string, ...above: readonly string[]): Promise<CacheFolder> {
  let root = await navigator.storage.getDirectory();
  for (const folder of above) root = await root.getDirectoryHandle(folder, { create: true });
  // Opened anew each time: another tab may have removed it.
  const folder = (create: boolean) => root.getDirectoryHandle(name, { create });
  const present = async () => {
    try {
      return await folder(false);
    } catch (thrown) {
      if (isAbsent(thrown)) return null;
      throw thrown;
    }
  };
  const fileOf = async (file: string): Promise<File> => (await (await folder(false)).getFileHandle(file)).getFile();

  return {
    names: async () => {
      const names: string[] = [];
      const directory = await present();
      if (directory !== null) for await (const own of directory.keys()) names.push(own);
      return names;
    },
    size: async (file) => {
      try {
        return (await fileOf(file)).size;
      } catch (thrown) {
        if (isAbsent(thrown)) return 0;
        throw thrown;
      }
    },
    read: async (file, from, length) => {
      const own = await fileOf(file);
      return new Uint8Array(await own.slice(from, length === undefined ? own.size : from + length).arrayBuffer());
    },
    part: async (file, from, length) => (await fileOf(file)).slice(from, from + length),
    write: async (file, at, parts) => {
      const handle: object = await (await folder(true)).getFileHandle(file, { create: true });
      if (!isWritableInPlace(handle)) throw new DOMException('not in this browser', 'NotSupportedError');
      const access = await handle.createSyncAccessHandle();
      try {
        access.truncate(at);
        let next = at;
        for (const part of parts) {
          const written = access.write(part, { at: next });
          if (written < part.length) throw new DOMException('written in part', 'QuotaExceededError');
          next += written;
        }
        access.flush();
      } catch (thrown) {
        access.truncate(at);
        throw thrown;
      } finally {
        access.close();
      }
    },
    remove: async (file) => {
      const directory = await present();
      await directory?.removeEntry(file).catch((thrown: unknown) => {
        if (!isAbsent(thrown)) throw thrown;
      });
    },
    removeAll: async () => {
      await root.removeEntry(name, { recursive: true }).catch((thrown: unknown) => {
        if (!isAbsent(thrown)) throw thrown;
      });
    },
  };
}
