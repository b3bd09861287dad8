import { crc32 } from '../domain/crc32';
import { type ExifBlock, findExifChunk, readByteOrder, readDirectory } from './exif-block';
import { latin1, type PictureFormat } from './picture-format';

/** EXIF's tag 0x0112: how stored pixels are turned to stand upright. 1 is upright. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** Where a file says how it is turned. */
export interface OrientationTag {
  readonly orientation: Orientation;
  /** The same bytes with the tag set to upright, so that no decoder turns them. The original is not touched. */
  readonly upright: Uint8Array<ArrayBuffer>;
}

const orientationTag = 0x0112;
const shortType = 3;

function isOrientation(value: number): value is Orientation {
  return Number.isInteger(value) && value >= 1 && value <= 8;
}

/** Position of the two bytes that hold the orientation in an EXIF block, and its byte order; null where there is none. */
function findValue(view: DataView, block: ExifBlock): { readonly at: number; readonly littleEndian: boolean } | null {
  const order = readByteOrder(view, block);
  if (order === null) return null;
  const { littleEndian } = order;
  const directory = block.start + view.getUint32(block.start + 4, littleEndian);
  for (const { tag, type, valueAt } of readDirectory(view, directory, block.end, littleEndian)) {
    if (tag === orientationTag) return type === shortType ? { at: valueAt, littleEndian } : null;
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
  const block = findExifChunk(bytes, format);
  const value = block === null ? null : findValue(view, block);
  if (block === null || value === null) return null;
  // A PNG's checksum follows: one that lacks it is cut.
  if (format === 'PNG' && block.end + 4 > bytes.length) return null;
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
