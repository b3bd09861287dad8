import { HeadstartError, throwIfCancelled, toHeadstartError } from '../domain/errors';
import type { ProjectFileProgress } from '../domain/project-file';
import { sizeWords } from '../domain/size-words';
import type { Scratch, ScratchFile } from '../ingest/archive/scratch';

/** Progress is told no more often. */
const pauseMs = 100;

interface FetchParts {
  readonly scratch: () => Promise<Scratch>;
  readonly room: () => Promise<number | null>;
  readonly fetch: (address: string, signal: AbortSignal) => Promise<Response>;
}

/**
 * A file of this site, piece by piece into a file of the browser's: it may be large, and is read at any place afterwards.
 * @throws HeadstartError `project-link-absent`, `project-link-offline`, `project-file-no-room`, `storage-full`, `cancelled`
 */
export async function fetchToScratch(
  address: string,
  parts: FetchParts,
  onProgress: (progress: ProjectFileProgress) => void,
  signal: AbortSignal,
): Promise<{ readonly name: string; readonly file: ScratchFile; readonly blob: Blob }> {
  const { pathname } = new URL(address);
  const path = decodeURIComponent(pathname);
  const offline = (detail: string, cause?: unknown) =>
    new HeadstartError('project-link-offline', { address: path, detail }, { cause });
  const answer = await parts.fetch(address, signal).catch((thrown: unknown) => {
    throwIfCancelled(signal);
    throw offline(toHeadstartError(thrown).message, thrown);
  });
  if (answer.status === 404 || answer.status === 410) throw new HeadstartError('project-link-absent', { address: path });
  if (!answer.ok || answer.body === null) throw offline(String(answer.status));
  // A body that the server packed is longer than it says.
  const isPlain = (answer.headers.get('Content-Encoding') ?? 'identity') === 'identity';
  const said = Number(answer.headers.get('Content-Length') ?? Number.NaN);
  const totalBytes = isPlain && Number.isFinite(said) ? said : null;
  const room = await parts.room();
  if (room !== null && totalBytes !== null && totalBytes > room)
    throw new HeadstartError('project-file-no-room', { needed: sizeWords(totalBytes), room: sizeWords(room) });
  const file = await (await parts.scratch()).create();
  try {
    let [bytes, told] = [0, -Infinity];
    for await (const piece of piecesOf(answer.body)) {
      throwIfCancelled(signal);
      await file.write(piece);
      bytes += piece.length;
      if (performance.now() - told < pauseMs) continue;
      told = performance.now();
      onProgress({ done: 0, total: 0, bytes, totalBytes });
    }
    if (totalBytes !== null && bytes < totalBytes) throw offline(`${sizeWords(bytes)} of ${sizeWords(totalBytes)} came`);
    return { name: path.slice(path.lastIndexOf('/') + 1), file, blob: await file.finish() };
  } catch (thrown) {
    await file.remove();
    throwIfCancelled(signal);
    if (thrown instanceof HeadstartError) throw thrown;
    const isFull = thrown instanceof DOMException && thrown.name === 'QuotaExceededError';
    throw isFull ? new HeadstartError('storage-full', {}, { cause: thrown }) : offline(toHeadstartError(thrown).message, thrown);
  }
}

/** Not every browser iterates streams. */
async function* piecesOf(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
