import { findExifChunk, readByteOrder, readDirectory } from './exif-block';
import { latin1, type PictureFormat } from './picture-format';

const exifPointer = 0x8769;
const dateTimeOriginal = 0x9003;

/** The value of an entry of the directory at `at`; null where there is none. */
function findEntry(view: DataView, at: number, littleEndian: boolean, wanted: number): number | null {
  for (const { tag, valueAt } of readDirectory(view, at, view.byteLength, littleEndian))
    if (tag === wanted) return view.getUint32(valueAt, littleEndian);
  return null;
}

/** `2026:01:31 12:34:56`, when the numbers can be a date. */
function toIso(text: string): string | null {
  const match = /^(\d{4}):(\d{2}):(\d{2}) (\d{2}):(\d{2}):(\d{2})/.exec(text);
  if (match === null) return null;
  const [, year = '', month = '', day = '', hour = '', minute = '', second = ''] = match;
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const date = new Date(`${iso}Z`);
  // A camera without a clock writes zeros; 31 February is no day either.
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso) && Number(year) > 0 ? iso : null;
}

/** From the TIFF structure that every EXIF block is. */
function readDate(tiff: Uint8Array): string | null {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const order = readByteOrder(view, { start: 0, end: tiff.length });
  if (order === null) return null;
  const { littleEndian } = order;
  const exifAt = findEntry(view, view.getUint32(4, littleEndian), littleEndian, exifPointer);
  if (exifAt === null) return null;
  const textAt = findEntry(view, exifAt, littleEndian, dateTimeOriginal);
  return textAt === null || textAt + 19 > tiff.length ? null : toIso(latin1(tiff, textAt, textAt + 19));
}

function findInJpeg(bytes: Uint8Array): Uint8Array | null {
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff;) {
    const marker = bytes[at + 1] ?? 0;
    // Start of scan: what follows is the picture.
    if (marker === 0xda) return null;
    const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    const end = at + 2 + length;
    if (marker === 0xe1 && latin1(bytes, at + 4, at + 10) === 'Exif\0\0') return bytes.subarray(at + 10, end);
    at = end;
  }
  return null;
}

function findInChunks(bytes: Uint8Array, format: 'PNG' | 'WebP'): Uint8Array | null {
  const block = findExifChunk(bytes, format);
  return block === null ? null : bytes.subarray(block.start, block.end);
}

/** When a photo was taken, by EXIF's DateTimeOriginal: `2026-01-31T12:34:56` on the camera's clock; null where nothing says so. */
export function readTakenAt(bytes: Uint8Array, format: PictureFormat): string | null {
  const block =
    format === 'JPEG' ? findInJpeg(bytes) : format === 'PNG' || format === 'WebP' ? findInChunks(bytes, format) : null;
  return block === null ? null : readDate(block);
}
