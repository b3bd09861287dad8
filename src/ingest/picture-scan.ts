import type { PictureFormat, PictureScan } from './picture-format';
import { latin1 } from './picture-format';
import { scanJpeg } from './jpeg-scan';
import { scanPng } from './png-scan';

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const truncated: PictureScan = { width: null, height: null, state: 'truncated' };

function scanWebp(bytes: Uint8Array): PictureScan {
  if (bytes.length < 30) return truncated;
  const view = viewOf(bytes);
  const state = bytes.length >= view.getUint32(4, true) + 8 ? 'complete' : 'truncated';
  switch (latin1(bytes, 12, 16)) {
    case 'VP8X':
      return { width: 1 + (view.getUint32(24, true) & 0xffffff), height: 1 + (view.getUint32(26, true) >>> 8), state };
    case 'VP8L': {
      const bits = view.getUint32(21, true);
      return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff), state };
    }
    case 'VP8 ':
      return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff, state };
    default:
      return { width: null, height: null, state: 'broken' };
  }
}

/** Position after a run of GIF sub-blocks, or Infinity when they run out of the file. */
function afterSubBlocks(bytes: Uint8Array, from: number): number {
  for (let at = from; at < bytes.length;) {
    const length = bytes[at] ?? 0;
    if (length === 0) return at + 1;
    at += length + 1;
  }
  return Infinity;
}

function colourTableBytes(flags: number): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1);
}

/** Only the first frame counts: it is the one that is shown. */
function scanGif(bytes: Uint8Array): PictureScan {
  if (bytes.length < 13) return truncated;
  const view = viewOf(bytes);
  const size = { width: view.getUint16(6, true), height: view.getUint16(8, true) };
  let at = 13 + colourTableBytes(bytes[10] ?? 0);
  while (at < bytes.length) {
    const block = bytes[at];
    if (block === 0x21) at = afterSubBlocks(bytes, at + 2);
    else if (block === 0x2c) {
      if (at + 10 > bytes.length) return { ...size, state: 'truncated' };
      // A frame larger than its screen makes decoders enlarge the screen.
      size.width = Math.max(size.width, view.getUint16(at + 1, true) + view.getUint16(at + 5, true));
      size.height = Math.max(size.height, view.getUint16(at + 3, true) + view.getUint16(at + 7, true));
      const end = afterSubBlocks(bytes, at + 11 + colourTableBytes(bytes[at + 9] ?? 0));
      return { ...size, state: end <= bytes.length ? 'complete' : 'truncated' };
    } else return { ...size, state: 'broken' };
  }
  return { ...size, state: 'truncated' };
}

function scanBmp(bytes: Uint8Array): PictureScan {
  if (bytes.length < 34) return truncated;
  const view = viewOf(bytes);
  if (view.getUint32(14, true) === 12)
    return { width: view.getUint16(18, true), height: view.getUint16(20, true), state: 'unknown' };
  const width = Math.abs(view.getInt32(18, true));
  const height = Math.abs(view.getInt32(22, true));
  const uncompressed = [0, 3].includes(view.getUint32(30, true));
  if (!uncompressed) return { width, height, state: 'unknown' };
  const rowBytes = Math.ceil((width * view.getUint16(28, true)) / 32) * 4;
  return { width, height, state: bytes.length >= view.getUint32(10, true) + rowBytes * height ? 'complete' : 'truncated' };
}

/** AVIF and HEIC: boxes in bounds, and the largest `ispe` (a picture made of tiles has one for them and one for the whole). */
function scanBoxes(bytes: Uint8Array): PictureScan {
  const view = viewOf(bytes);
  let width: number | null = null;
  let height: number | null = null;
  const limit = Math.min(bytes.length - 16, 1 << 20);
  for (let at = 0; at < limit; at += 1) {
    if (bytes[at] !== 0x69 || latin1(bytes, at, at + 4) !== 'ispe') continue;
    const [w, h] = [view.getUint32(at + 8), view.getUint32(at + 12)];
    if (w * h > (width ?? 0) * (height ?? 0)) [width, height] = [w, h];
  }
  let at = 0;
  while (at + 8 <= bytes.length) {
    let length = view.getUint32(at);
    if (length === 1 && at + 16 <= bytes.length) length = Number(view.getBigUint64(at + 8));
    if (length === 0) return { width, height, state: 'complete' };
    if (length < 8) return { width, height, state: 'broken' };
    at += length;
  }
  return { width, height, state: at > bytes.length ? 'truncated' : 'complete' };
}

/** Reads dimensions and completeness from a whole file's bytes without decoding it. */
export function scanPicture(bytes: Uint8Array, format: PictureFormat): PictureScan {
  switch (format) {
    case 'JPEG':
      return scanJpeg(bytes);
    case 'PNG':
      return scanPng(bytes);
    case 'WebP':
      return scanWebp(bytes);
    case 'GIF':
      return scanGif(bytes);
    case 'BMP':
      return scanBmp(bytes);
    case 'AVIF':
    case 'HEIC':
      return scanBoxes(bytes);
    case 'TIFF':
    case 'JPEG XL':
    case 'JPEG 2000':
    case 'Photoshop':
    case 'SVG':
      return { width: null, height: null, state: 'unknown' };
  }
}
