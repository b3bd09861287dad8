import { HeadstartError } from '../../domain/errors';

/** Bytes that can be read anywhere: a file, a member of a ZIP, what came from the Hub. */
export interface ByteSource {
  /** For people: the file's name. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Bytes `begin` to before `end`, which are inside; rejects with `file-unreadable` or another code where they cannot be had. */
  read(begin: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** A file on disk or a part of one; nothing of it is held. */
export function blobSource(file: Blob, name: string): ByteSource {
  return {
    name,
    size: file.size,
    read: async (begin, end) => {
      try {
        return new Uint8Array(await file.slice(begin, end).arrayBuffer());
      } catch (cause) {
        throw new HeadstartError('file-unreadable', {}, { cause });
      }
    },
  };
}

/** Bytes that are in memory already; what is read is a copy. */
export function memorySource(bytes: Uint8Array, name: string): ByteSource {
  return { name, size: bytes.length, read: (begin, end) => Promise.resolve(bytes.slice(begin, end)) };
}

/**
 * Bytes that a file says it has. `what` is what they are, for the sentence: `its header`.
 * @throws HeadstartError `model-file-truncated` where they are not there
 */
export async function readPart(source: ByteSource, begin: number, end: number, what: string): Promise<Uint8Array<ArrayBuffer>> {
  const cut = () => new HeadstartError('model-file-truncated', { name: source.name, detail: `${what} is not all there` });
  if (end > source.size) throw cut();
  const bytes = await source.read(begin, end);
  if (bytes.length !== end - begin) throw cut();
  return bytes;
}
