import type { PictureScan } from './picture-format';

const startOfScan = 0xda;
const endOfImage = 0xd9;

/** Markers that stand alone, without a length: restarts, TEM, SOI. */
function standsAlone(marker: number): boolean {
  return (marker >= 0xd0 && marker <= 0xd8) || marker === 0x01;
}

function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/** Position of the next 0xFF that begins a marker (`FF 00` is a stuffed byte or junk), or the length of the file. */
function findMarker(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0 && at + 1 < bytes.length; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1];
    if (next !== 0x00 && next !== 0xff) return at;
  }
  return bytes.length;
}

/**
 * Walks a JPEG's segments by their lengths, so that a thumbnail inside one is never mistaken for the picture, and its entropy-coded
 * scans up to EOI. Junk between segments is passed over as decoders do; bytes after EOI are nobody's concern.
 */
export function scanJpeg(bytes: Uint8Array): PictureScan {
  let width: number | null = null;
  let height: number | null = null;
  let scanned = false;
  for (let at = findMarker(bytes, 2); at < bytes.length;) {
    const marker = bytes[at + 1] ?? 0;
    if (marker === endOfImage) return { width, height, state: scanned && width !== null ? 'complete' : 'broken' };
    if (standsAlone(marker)) {
      at = findMarker(bytes, at + 2);
      continue;
    }
    if (at + 4 > bytes.length) break;
    const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    const end = at + 2 + length;
    if (end > bytes.length) break;
    if (isFrameHeader(marker) && length >= 8 && width === null) {
      height = ((bytes[at + 5] ?? 0) << 8) | (bytes[at + 6] ?? 0);
      width = ((bytes[at + 7] ?? 0) << 8) | (bytes[at + 8] ?? 0);
    }
    if (marker === startOfScan) scanned = true;
    at = findMarker(bytes, Math.max(end, at + 2));
  }
  return { width, height, state: 'truncated' };
}
