import { crc32 } from '../domain/crc32';
import { latin1, type PictureFormat } from './picture-format';

/** EXIF's tag 0x0112: how stored pixels are turned to stand upright. 1 is upright. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** Where a file says how it is turned. */
export interface OrientationTag {
  readonly orientation: Orientation;
  /** The same bytes with the tag set to upright, so that no decoder turns them. The original is not touched. */
  readonly upright: Uint8Array<ArrayBuffer>;
}

interface Block {
  readonly start: number;
  readonly end: number;
}

const orientationTag = 0x0112;
const shortType = 3;

function isOrientation(value: number): value is Orientation {
  return Number.isInteger(value) && value >= 1 && value <= 8;
}

/** Position of the two bytes that hold the orientation in an EXIF block (a TIFF of its own), and its byte order; null where there is none. */
function findValue(view: DataView, { start, end }: Block): { readonly at: number; readonly littleEndian: boolean } | null {
  if (end - start < 14) return null;
  const order = view.getUint16(start);
  if (order !== 0x4949 && order !== 0x4d4d) return null;
  const littleEndian = order === 0x4949;
  const directory = start + view.getUint32(start + 4, littleEndian);
  if (directory + 2 > end) return null;
  const count = view.getUint16(directory, littleEndian);
  for (let i = 0; i < count; i += 1) {
    const entry = directory + 2 + i * 12;
    if (entry + 12 > end) return null;
    if (view.getUint16(entry, littleEndian) !== orientationTag) continue;
    return view.getUint16(entry + 2, littleEndian) === shortType ? { at: entry + 8, littleEndian } : null;
  }
  return null;
}

/** Some writers put JPEG's `Exif\0\0` before the block in other formats too. */
function withoutPrefix(bytes: Uint8Array, { start, end }: Block): Block {
  return latin1(bytes, start, start + 6) === 'Exif\0\0' ? { start: start + 6, end } : { start, end };
}

function findWebpBlock(bytes: Uint8Array, view: DataView): Block | null {
  for (let at = 12; at + 8 <= bytes.length;) {
    const length = view.getUint32(at + 4, true);
    const end = at + 8 + length;
    if (end > bytes.length) return null;
    if (latin1(bytes, at, at + 4) === 'EXIF') return withoutPrefix(bytes, { start: at + 8, end });
    at = end + (length % 2);
  }
  return null;
}

function findPngBlock(bytes: Uint8Array, view: DataView): Block | null {
  for (let at = 8; at + 12 <= bytes.length;) {
    const end = at + 8 + view.getUint32(at);
    if (end + 4 > bytes.length) return null;
    if (latin1(bytes, at + 4, at + 8) === 'eXIf') return withoutPrefix(bytes, { start: at + 8, end });
    at = end + 4;
  }
  return null;
}

/**
 * The EXIF orientation of a WebP or PNG file, where it is anything but upright; null otherwise. Browsers differ in whether they obey it
 * there (Chromium 156: in PNG, not in WebP), so we turn such pictures ourselves and let the decoder see an upright tag.
 * JPEG is turned by every browser; AVIF and HEIC are turned by properties of their own and their EXIF does not count.
 */
export function readOrientation(bytes: Uint8Array<ArrayBuffer>, format: PictureFormat): OrientationTag | null {
  if (format !== 'WebP' && format !== 'PNG') return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const block = format === 'WebP' ? findWebpBlock(bytes, view) : findPngBlock(bytes, view);
  const value = block === null ? null : findValue(view, block);
  if (block === null || value === null) return null;
  const orientation = view.getUint16(value.at, value.littleEndian);
  if (!isOrientation(orientation) || orientation === 1) return null;
  const upright = bytes.slice();
  const changed = new DataView(upright.buffer);
  changed.setUint16(value.at, 1, value.littleEndian);
  if (format === 'PNG') {
    const kind = latin1(bytes, block.start - 4, block.start) === 'eXIf' ? block.start - 4 : block.start - 10;
    changed.setUint32(block.end, crc32(upright.subarray(kind, block.end)));
  }
  return { orientation, upright };
}

/** The matrix of a canvas (a, b, c, d, e, f) that draws stored pixels, `width` x `height`, upright. */
export function uprightMatrix(
  orientation: Orientation,
  width: number,
  height: number,
): readonly [number, number, number, number, number, number] {
  switch (orientation) {
    case 1:
      return [1, 0, 0, 1, 0, 0];
    case 2:
      return [-1, 0, 0, 1, width, 0];
    case 3:
      return [-1, 0, 0, -1, width, height];
    case 4:
      return [1, 0, 0, -1, 0, height];
    case 5:
      return [0, 1, 1, 0, 0, 0];
    case 6:
      return [0, 1, -1, 0, height, 0];
    case 7:
      return [0, -1, -1, 0, height, width];
    case 8:
      return [0, -1, 1, 0, 0, width];
  }
}

/** Whether upright means that width and height change places. */
export function turnsSides(orientation: Orientation): boolean {
  return orientation >= 5;
}
