import { HeadstartError } from '../../domain/errors';
import type { SaveTarget } from '../../domain/save-target';

type Picker = (options: {
  readonly suggestedName: string;
  readonly types: readonly { readonly description: string; readonly accept: Readonly<Record<string, readonly string[]>> }[];
}) => Promise<FileSystemFileHandle>;

const folderName = 'exports';

function findPicker(): Picker | undefined {
  return (globalThis as { readonly showSaveFilePicker?: Picker }).showSaveFilePicker;
}

async function openFolder(): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle(folderName, { create: true });
}

/** Removes archives that were written for a download: the browser may have been reading them until now. */
export async function removeWrittenArchives(): Promise<void> {
  try {
    const root = await navigator.storage.getDirectory();
    await root.removeEntry(folderName, { recursive: true });
  } catch {
    // There was none, or this browser has no such storage.
  }
}

/** A file of the page's own storage, from which the browser downloads: it need not stand in memory. */
async function openDownload(name: string): Promise<SaveTarget> {
  await removeWrittenArchives();
  let folder: FileSystemDirectoryHandle;
  try {
    folder = await openFolder();
  } catch (cause) {
    throw new HeadstartError('storage-refused', {}, { cause });
  }
  const handle = await folder.getFileHandle(name, { create: true });
  return {
    handle,
    finish: async () => {
      const link = document.createElement('a');
      const address = URL.createObjectURL(await handle.getFile());
      link.href = address;
      link.download = name;
      link.click();
      // The download has its own hold on the file by then.
      setTimeout(() => {
        URL.revokeObjectURL(address);
      }, 60_000);
    },
    discard: removeWrittenArchives,
  };
}

/** Asks where to write, or opens a download where the browser cannot ask. Within a click. Null when the person changed their mind. */
export async function openSaveTarget(name: string): Promise<SaveTarget | null> {
  const picker = findPicker();
  if (picker === undefined) return openDownload(name);
  try {
    const types = [
      name.endsWith('.html')
        ? { description: 'Web page', accept: { 'text/html': ['.html'] } }
        : { description: 'ZIP archive', accept: { 'application/zip': ['.zip'] } },
    ];
    const handle = await picker({ suggestedName: name, types });
    const nothing = (): Promise<void> => Promise.resolve();
    return { handle, finish: nothing, discard: nothing };
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === 'AbortError') return null;
    throw thrown;
  }
}
