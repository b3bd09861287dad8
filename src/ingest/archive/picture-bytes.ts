import { HeadstartError } from '../../domain/errors';
import { crc32 } from '../../domain/crc32';
import { BrokenStream, inflate, readPieces } from './inflate';

/** A file inside a ZIP: where it lies, and what the archive's list says of it. Plain, so that it crosses to a decode worker. */
export interface ZipMember {
  readonly kind: 'zip-member';
  readonly archive: Blob;
  /** Where its local header begins. */
  readonly offset: number;
  readonly packedBytes: number;
  /** Unpacked. */
  readonly bytes: number;
  readonly method: 'stored' | 'deflated';
  readonly crc32: number;
}

/** A picture that this page keeps: a part of a larger file, and the CRC-32 that it had when it was kept. */
export interface CheckedPart {
  readonly kind: 'checked-part';
  readonly part: Blob;
  readonly crc32: number;
}

/** Where a picture's bytes are: nothing of them is in memory. */
export type PictureBytes = Blob | ZipMember;
/** The same, or where this page keeps them. */
export type ReadableBytes = PictureBytes | CheckedPart;

const localHeaderBytes = 30;
const localSignature = 0x04034b50;
/** Enough for the header of nearly every file, and for all of a small picture. */
const firstRead = 65_536;

export function sizeOf(source: ReadableBytes): number {
  if (source instanceof Blob) return source.size;
  return source.kind === 'checked-part' ? source.part.size : source.bytes;
}

/** The browser's word for a file that was moved, changed or is not allowed any more becomes ours. */
async function readable<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (cause) {
    throw new HeadstartError('file-unreadable', {}, { cause });
  }
}

/** The packed bytes of a member as a part of its archive. @throws HeadstartError `entry-broken`, `file-unreadable` */
async function packedPart(member: ZipMember): Promise<{ readonly part: Blob; readonly start: Uint8Array<ArrayBuffer> }> {
  const { archive, offset, packedBytes } = member;
  const header = new Uint8Array(await readable(archive.slice(offset, offset + firstRead).arrayBuffer()));
  const view = new DataView(header.buffer);
  if (header.length < localHeaderBytes || view.getUint32(0, true) !== localSignature) throw new HeadstartError('entry-broken');
  const skipped = localHeaderBytes + view.getUint16(26, true) + view.getUint16(28, true);
  const from = offset + skipped;
  if (from + packedBytes > archive.size) throw new HeadstartError('entry-broken');
  return { part: archive.slice(from, from + packedBytes), start: header.subarray(skipped, skipped + packedBytes) };
}

/** A stored member as a part of its archive, without reading it; null for one that has to be unpacked. */
export async function storedPart(source: PictureBytes): Promise<Blob | null> {
  if (source instanceof Blob) return source;
  return source.method === 'stored' ? (await packedPart(source)).part : null;
}

async function* packedPieces(member: ZipMember): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const { part, start } = await packedPart(member);
  if (start.length > 0) yield start;
  try {
    yield* readPieces(part, start.length);
  } catch (cause) {
    throw new HeadstartError('file-unreadable', {}, { cause });
  }
}

/**
 * A member's bytes, piece by piece, never more than its archive says; nothing is held. Stopping early is allowed.
 * @throws HeadstartError `entry-broken` when they are damaged, cut, more or fewer than said; `file-unreadable`
 */
export async function* unpack(member: ZipMember): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const packed = packedPieces(member);
  let [count, sum] = [0, 0];
  try {
    for await (const piece of member.method === 'stored' ? packed : inflate(packed, 'deflate-raw')) {
      count += piece.length;
      if (count > member.bytes) throw new HeadstartError('entry-broken');
      sum = crc32(piece, sum);
      yield piece;
    }
  } catch (thrown) {
    throw thrown instanceof BrokenStream ? new HeadstartError('entry-broken', {}, { cause: thrown }) : thrown;
  }
  if (count !== member.bytes || sum !== member.crc32) throw new HeadstartError('entry-broken');
}

/** Bytes that are gone or not those that were kept are the same to whoever wants the picture. */
async function readChecked({ part, crc32: sum }: CheckedPart): Promise<Uint8Array<ArrayBuffer>> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(await part.arrayBuffer());
  } catch (cause) {
    throw new HeadstartError('kept-picture-damaged', {}, { cause });
  }
  if (crc32(bytes) !== sum) throw new HeadstartError('kept-picture-damaged');
  return bytes;
}

/**
 * All bytes of a picture, unless its beginning is refused.
 * @param judge is given the first bytes, `startBytes` of them or all; what it throws ends the reading.
 * @throws HeadstartError `file-unreadable`, `entry-broken`, `kept-picture-damaged`
 */
export async function readBytes(
  source: ReadableBytes,
  startBytes: number,
  judge: (start: Uint8Array) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  if (source instanceof Blob) {
    judge(new Uint8Array(await readable(source.slice(0, startBytes).arrayBuffer())));
    return new Uint8Array(await readable(source.arrayBuffer()));
  }
  if (source.kind === 'checked-part') {
    const whole = await readChecked(source);
    judge(whole.subarray(0, startBytes));
    return whole;
  }
  // Grown piece by piece and not taken at once: what the archive says of the size is only a promise.
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let [count, judged] = [0, false];
  const join = (): Uint8Array<ArrayBuffer> => {
    const [only] = pieces;
    if (pieces.length === 1 && only !== undefined) return only;
    const bytes = new Uint8Array(count);
    let at = 0;
    for (const piece of pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    return bytes;
  };
  for await (const piece of unpack(source)) {
    pieces.push(piece);
    count += piece.length;
    if (judged || count < startBytes) continue;
    judge(join().subarray(0, startBytes));
    judged = true;
  }
  const bytes = join();
  if (!judged) judge(bytes.subarray(0, startBytes));
  return bytes;
}
