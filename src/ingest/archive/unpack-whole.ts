import { sizeWords } from '../../domain/size-words';
import { HeadstartError, throwIfCancelled } from '../../domain/errors';
import type { ImportProgress } from '../../domain/import-listing';
import { BrokenStream, inflate, readPieces } from './inflate';
import { isBomb, maxUnpackedBytes } from './limits';
import { type PictureBytes, sizeOf, unpack } from './picture-bytes';
import type { Scratch, ScratchFile } from './scratch';

export interface UnpackedWhole {
  readonly file: Blob;
  readonly scratchFile: ScratchFile;
  readonly bytes: number;
  /** The packed bytes ended early or were damaged: what came before is here. */
  readonly isCut: boolean;
}

export interface UnpackOptions {
  readonly scratch: Scratch;
  readonly onProgress: (progress: ImportProgress) => void;
  readonly signal: AbortSignal;
  /** Milliseconds. */
  readonly now: () => number;
}

/** Bytes of a gzip file once unpacked, as its last four bytes say: modulo 4 GiB, so null where that cannot be right. */
async function gzipBytes(source: PictureBytes): Promise<number | null> {
  if (!(source instanceof Blob) || source.size < 18) return null;
  const tail = new DataView(await source.slice(source.size - 4).arrayBuffer());
  const said = tail.getUint32(0, true);
  return said >= source.size / 2 && !isBomb(source.size, said) ? said : null;
}

async function requireRoom(name: string, needed: number, scratch: Scratch): Promise<void> {
  const free = await scratch.room();
  if (needed > maxUnpackedBytes || (free !== null && needed > free))
    throw new HeadstartError('archive-no-room', {
      name,
      needed: sizeWords(needed),
      free: sizeWords(Math.min(free ?? maxUnpackedBytes, maxUnpackedBytes)),
    });
}

/**
 * Unpacks an archive that cannot be read at any place (a gzip, or a deflated file of a ZIP) into the scratch, once and from its start to
 * its end, and says its size first.
 * @throws HeadstartError `archive-no-room`, `archive-bomb`, `file-unreadable`, `cancelled`
 */
export async function unpackWhole(
  name: string,
  source: PictureBytes,
  how: 'gzip' | 'as it is',
  { scratch, onProgress, signal, now }: UnpackOptions,
): Promise<UnpackedWhole> {
  const packedBytes = source instanceof Blob ? source.size : source.packedBytes;
  const totalBytes = how === 'gzip' ? await gzipBytes(source) : sizeOf(source);
  await requireRoom(name, totalBytes ?? packedBytes, scratch);
  const started = now();
  let [doneBytes, told, readBytes] = [0, -Infinity, 0];
  const tell = (): void => {
    told = now();
    const seconds = (told - started) / 1000;
    const secondsLeft =
      totalBytes === null || doneBytes === 0 || seconds < 0.5
        ? null
        : (seconds / doneBytes) * Math.max(0, totalBytes - doneBytes);
    onProgress({ stage: 'unpacking', archive: name, doneBytes, totalBytes, secondsLeft });
  };
  tell();
  const packed = async function* (): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    for await (const piece of source instanceof Blob ? readPieces(source) : unpack(source)) {
      readBytes += piece.length;
      yield piece;
    }
  };
  const scratchFile = await scratch.create();
  let isCut = false;
  try {
    try {
      for await (const piece of how === 'gzip' ? inflate(packed(), 'gzip') : packed()) {
        throwIfCancelled(signal);
        doneBytes += piece.length;
        if (doneBytes > maxUnpackedBytes || isBomb(Math.min(readBytes, packedBytes), doneBytes))
          throw new HeadstartError('archive-bomb', {
            name,
            size: `more than ${sizeWords(doneBytes)}`,
            packed: sizeWords(packedBytes),
          });
        await scratchFile.write(piece);
        if (now() - told >= 100) tell();
      }
    } catch (thrown) {
      const isDamage = thrown instanceof BrokenStream || (thrown instanceof HeadstartError && thrown.code === 'entry-broken');
      if (!isDamage) throw thrown;
      isCut = true;
    }
    tell();
    return { file: await scratchFile.finish(), scratchFile, bytes: doneBytes, isCut };
  } catch (thrown) {
    await scratchFile.remove();
    if (thrown instanceof HeadstartError) throw thrown;
    if (thrown instanceof DOMException && thrown.name === 'QuotaExceededError')
      throw new HeadstartError(
        'archive-no-room',
        { name, needed: `more than ${sizeWords(doneBytes)}`, free: 'no more' },
        { cause: thrown },
      );
    if (thrown instanceof DOMException) throw new HeadstartError('file-unreadable', {}, { cause: thrown });
    throw thrown;
  }
}
