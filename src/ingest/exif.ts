import { latin1, type PictureFormat } from './picture-format';

const exifPointer = 0x8769;
const dateTimeOriginal = 0x9003;

/** Entries of one TIFF directory: tag, and where its value or offset stands. */
function* entriesOf(view: DataView, at: number, little: boolean): Generator<readonly [tag: number, valueAt: number]> {
  if (at + 2 > view.byteLength) return;
  const count = view.getUint16(at, little);
  for (let entry = 0; entry < count; entry += 1) {
    const from = at + 2 + 12 * entry;
    if (from + 12 > view.byteLength) return;
    yield [view.getUint16(from, little), from + 8];
  }
}

function findEntry(view: DataView, at: number, little: boolean, wanted: number): number | null {
  for (const [tag, valueAt] of entriesOf(view, at, little)) if (tag === wanted) return view.getUint32(valueAt, little);
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
  if (tiff.length < 8) return null;
  const order = latin1(tiff, 0, 2);
  if (order !== 'II' && order !== 'MM') return null;
  const little = order === 'II';
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const exifAt = findEntry(view, view.getUint32(4, little), little, exifPointer);
  if (exifAt === null) return null;
  const textAt = findEntry(view, exifAt, little, dateTimeOriginal);
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

/** In the chunks of a PNG (big-endian length, type, bytes, checksum) or a WebP (type, little-endian length, bytes, padding). */
function findInChunks(bytes: Uint8Array, format: 'PNG' | 'WebP'): Uint8Array | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isPng = format === 'PNG';
  for (let at = isPng ? 8 : 12; at + 8 <= bytes.length;) {
    const length = isPng ? view.getUint32(at) : view.getUint32(at + 4, true);
    const type = isPng ? latin1(bytes, at + 4, at + 8) : latin1(bytes, at, at + 4);
    if (type === (isPng ? 'eXIf' : 'EXIF')) {
      const block = bytes.subarray(at + 8, at + 8 + length);
      // Some writers put JPEG's heading in front.
      return latin1(block, 0, 6) === 'Exif\0\0' ? block.subarray(6) : block;
    }
    at += isPng ? 12 + length : 8 + length + (length % 2);
  }
  return null;
}

/** When a photo was taken, by EXIF's DateTimeOriginal: `2026-01-31T12:34:56` on the camera's clock; null where nothing says so. */
export function readTakenAt(bytes: Uint8Array, format: PictureFormat): string | null {
  const block =
    format === 'JPEG' ? findInJpeg(bytes) : format === 'PNG' || format === 'WebP' ? findInChunks(bytes, format) : null;
  return block === null ? null : readDate(block);
}
