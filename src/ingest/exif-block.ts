import { latin1 } from './picture-format';

/** Where an EXIF block, which is a TIFF of its own, lies in a file. */
export interface ExifBlock {
  readonly start: number;
  readonly end: number;
}

/** One entry of a TIFF directory. Positions are those of the file. */
export interface TiffEntry {
  readonly tag: number;
  readonly type: number;
  /** Where its value stands, or the offset of its value where that is longer than four bytes. */
  readonly valueAt: number;
}

/** The byte order that a block begins with; null where it is none. */
export function readByteOrder(view: DataView, { start, end }: ExifBlock): { readonly littleEndian: boolean } | null {
  if (end - start < 8) return null;
  const order = view.getUint16(start);
  return order === 0x4949 || order === 0x4d4d ? { littleEndian: order === 0x4949 } : null;
}

/** Entries of the directory at `at`, as far as the block goes. */
export function* readDirectory(view: DataView, at: number, end: number, littleEndian: boolean): Generator<TiffEntry> {
  if (at + 2 > end) return;
  const count = view.getUint16(at, littleEndian);
  for (let entry = 0; entry < count; entry += 1) {
    const from = at + 2 + 12 * entry;
    if (from + 12 > end) return;
    yield { tag: view.getUint16(from, littleEndian), type: view.getUint16(from + 2, littleEndian), valueAt: from + 8 };
  }
}

/**
 * The EXIF block in the chunks of a PNG (big-endian length, type, bytes, checksum) or a WebP (type, little-endian length, bytes, padding);
 * null where there is none, or where a chunk goes beyond the file.
 */
export function findExifChunk(bytes: Uint8Array, format: 'PNG' | 'WebP'): ExifBlock | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isPng = format === 'PNG';
  for (let at = isPng ? 8 : 12; at + 8 <= bytes.length;) {
    const length = isPng ? view.getUint32(at) : view.getUint32(at + 4, true);
    const type = isPng ? latin1(bytes, at + 4, at + 8) : latin1(bytes, at, at + 4);
    const [start, end] = [at + 8, at + 8 + length];
    if (end > bytes.length) return null;
    if (type === (isPng ? 'eXIf' : 'EXIF')) {
      // Some writers put JPEG's heading in front.
      return latin1(bytes, start, start + 6) === 'Exif\0\0' ? { start: start + 6, end } : { start, end };
    }
    at = end + (isPng ? 4 : length % 2);
  }
  return null;
}
