import { makeZip } from 'client-zip';
import { type ExportEntry, metadataName, writeMetadata } from '../domain/dataset-export';
import { throwIfCancelled, toHeadstartError } from '../domain/errors';
import type { ExportProgress, ExportReport } from '../domain/events';
import { toWriteError } from '../domain/write-error';

/** Progress is told no more often. */
const pauseMs = 100;

type ZipInput = { readonly name: string; readonly input: Uint8Array<ArrayBuffer> | string; readonly lastModified: Date };

/**
 * Writes pictures as they were given into a ZIP, one at a time, and last the list of those that are in it. Pictures are packed already,
 * so nothing is packed again. What cannot be read any more is told, and not in the list. When it fails or is cancelled nothing is left:
 * the browser puts a file in place only when it is whole.
 * @throws HeadstartError `cancelled`, `storage-full`, `export-failed`
 */
export async function exportDataset(
  entries: readonly ExportEntry[],
  openFile: (id: string) => Promise<Blob>,
  target: FileSystemFileHandle,
  onProgress: (progress: ExportProgress) => void,
  signal: AbortSignal,
): Promise<ExportReport> {
  const written: ExportEntry[] = [];
  const missing: string[] = [];
  let bytes = 0;
  let told = -Infinity;
  const tell = (isLast: boolean): void => {
    const now = performance.now();
    if (!isLast && now - told < pauseMs) return;
    told = now;
    onProgress({ done: written.length + missing.length, total: entries.length, bytes });
  };
  async function* files(): AsyncGenerator<ZipInput> {
    const made = new Date();
    for (const entry of entries) {
      throwIfCancelled(signal);
      try {
        const file = await openFile(entry.id);
        const input = new Uint8Array(await file.arrayBuffer());
        yield { name: entry.path, input, lastModified: file instanceof File ? new Date(file.lastModified) : made };
        written.push(entry);
        bytes += input.length;
      } catch (thrown) {
        const { code } = toHeadstartError(thrown);
        if (code === 'worker-dead' || code === 'cancelled') throw thrown;
        missing.push(entry.source);
      }
      tell(false);
    }
    yield { name: metadataName, input: writeMetadata(written), lastModified: made };
  }
  try {
    const writable = await target.createWritable();
    await makeZip(files()).pipeTo(writable, { signal });
  } catch (thrown) {
    throw toWriteError(thrown);
  }
  tell(true);
  return { written: written.length, missing, bytes };
}
