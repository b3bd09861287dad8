import type { Entry, Reader } from '@zip.js/zip.js/lib/zip-core-reader.js';
import { crc32 } from '../../domain/crc32';
import { HeadstartError, throwIfCancelled } from '../../domain/errors';
import { blobSource, type ByteSource, readPart } from './byte-source';

/** A file inside a ZIP; nothing of it is read yet. */
export interface ZipFileMember {
  /** As the ZIP names it; never used to find anything outside. */
  readonly path: string;
  /** Bytes, unpacked. */
  readonly size: number;
  /**
   * Its bytes: a stored member's are read where they lie, a packed one is unpacked first.
   * @throws HeadstartError `model-file-damaged`, `model-file-truncated`, `file-unreadable`, `cancelled`
   */
  open(signal: AbortSignal): Promise<ByteSource>;
}

/** A ZIP with more files than this is no model's. */
const mostFiles = 20_000;
/** The list of so many files is shorter. */
const longestList = 32 << 20;
const localHeaderBytes = 30;
const localSignature = 0x04034b50;
const fedAtOnce = 1 << 20;
/** Unpacked bytes that are held before the browser gets them as a Blob, which it may keep on disk. */
const heldAtOnce = 32 << 20;
/** Weights hardly shrink; what grows more than this is made to. */
const mostGain = 100;
const harmlessBytes = 1 << 20;

export function isZip(first: Uint8Array): boolean {
  return first[0] === 0x50 && first[1] === 0x4b && ((first[2] === 3 && first[3] === 4) || (first[2] === 5 && first[3] === 6));
}

/** For zip.js, whose own readers want more than a source has. */
class SourceReader implements Pick<Reader<void>, 'size' | 'readUint8Array'> {
  readonly size: number;
  readonly #source: ByteSource;

  constructor(source: ByteSource) {
    this.#source = source;
    this.size = source.size;
  }

  readUint8Array(from: number, length: number): Promise<Uint8Array> {
    if (length > longestList) throw new RangeError('the list of files is too long');
    return this.#source.read(from, Math.min(this.size, from + length));
  }
}

/** `model.safetensors in cats.zip`: what a member is called in sentences. */
export function nameWithin(path: string, archive: string): string {
  return `${path.split('/').at(-1) ?? path} in ${archive}`;
}

async function* piecesOf(source: ByteSource, begin: number, end: number): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  for (let at = begin; at < end; at += fedAtOnce) yield readPart(source, at, Math.min(end, at + fedAtOnce), 'a packed file');
}

/** Unpacks to exactly `size` bytes with this checksum. */
async function inflate(
  packed: AsyncIterator<Uint8Array<ArrayBuffer>, void>,
  { size, sum, signal }: { readonly size: number; readonly sum: number; readonly signal: AbortSignal },
  damaged: (cause?: unknown) => HeadstartError,
): Promise<Blob> {
  const input = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: async (controller) => {
      const { done, value } = await packed.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
  });
  const reader = input.pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  const blobs: Blob[] = [];
  let held: Uint8Array<ArrayBuffer>[] = [];
  let [count, heldBytes, crc] = [0, 0, 0];
  try {
    for (;;) {
      throwIfCancelled(signal);
      const { done, value } = await reader.read();
      if (done) break;
      count += value.length;
      if (count > size) throw damaged();
      crc = crc32(value, crc);
      held.push(value);
      heldBytes += value.length;
      if (heldBytes < heldAtOnce) continue;
      blobs.push(new Blob(held));
      [held, heldBytes] = [[], 0];
    }
  } catch (thrown) {
    throw thrown instanceof HeadstartError ? thrown : damaged(thrown);
  } finally {
    await reader.cancel().catch(() => undefined);
  }
  if (count !== size || crc !== sum) throw damaged();
  return new Blob([...blobs, ...held]);
}

function memberOf(entry: Entry, archive: ByteSource): ZipFileMember {
  const { filename: path, offset, compressedSize, uncompressedSize: size, compressionMethod, encrypted } = entry;
  const name = nameWithin(path, archive.name);
  const damaged = (detail: string, cause?: unknown) => new HeadstartError('model-file-damaged', { name, detail }, { cause });
  return {
    path,
    size,
    open: async (signal) => {
      if (encrypted) throw damaged('it is locked by a password');
      if (compressionMethod !== 0 && compressionMethod !== 8)
        throw damaged('it is packed by a method that this page does not know');
      if (size > harmlessBytes && size > compressedSize * mostGain) throw damaged('it would unpack to far more than weights do');
      const header = await readPart(archive, offset, offset + localHeaderBytes, 'a file in it');
      const view = new DataView(header.buffer);
      if (view.getUint32(0, true) !== localSignature) throw damaged('it does not begin where the list of files says');
      const begin = offset + localHeaderBytes + view.getUint16(26, true) + view.getUint16(28, true);
      const end = begin + compressedSize;
      if (end > archive.size)
        throw new HeadstartError('model-file-truncated', { name: archive.name, detail: `${path} is not all there` });
      if (compressionMethod === 0) {
        if (size !== compressedSize) throw damaged('the list of files gives it two sizes');
        return { name, size, read: (from, to) => archive.read(begin + from, begin + Math.min(to, size)) };
      }
      const whole = { size, sum: entry.crc32 ?? 0, signal };
      const unpacked = await inflate(piecesOf(archive, begin, end), whole, (cause) => damaged('it cannot be unpacked', cause));
      return blobSource(unpacked, name);
    },
  };
}

/**
 * The files in a ZIP, by its list alone; folders and what macOS puts beside files are left out.
 * @throws HeadstartError `model-file-truncated` where the list, which is at the end, is missing; `model-file-damaged`, `cancelled`
 */
export async function openZip(source: ByteSource, signal: AbortSignal): Promise<readonly ZipFileMember[]> {
  const { name } = source;
  const { ZipReader, ERR_EOCDR_NOT_FOUND } = await import('@zip.js/zip.js/lib/zip-core-reader.js');
  const reader = new ZipReader(new SourceReader(source) as unknown as Reader<void>);
  const members: ZipFileMember[] = [];
  try {
    for await (const entry of reader.getEntriesGenerator()) {
      throwIfCancelled(signal);
      if (entry.directory || /(^|\/)(__MACOSX\/|\._)/.test(entry.filename)) continue;
      members.push(memberOf(entry, source));
      if (members.length > mostFiles)
        throw new HeadstartError('model-file-damaged', { name, detail: 'it lists too many files for a model' });
    }
  } catch (thrown) {
    if (thrown instanceof HeadstartError) throw thrown;
    if (thrown instanceof Error && thrown.message === ERR_EOCDR_NOT_FOUND)
      throw new HeadstartError('model-file-truncated', {
        name,
        detail: 'the list of its files, which is at its end, is missing',
      });
    throw new HeadstartError('model-file-damaged', { name, detail: 'the list of its files cannot be read' }, { cause: thrown });
  }
  return members;
}
