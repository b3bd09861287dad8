import { crc32 } from '../domain/crc32';
import type { PictureScan } from './picture-format';
import { latin1 } from './picture-format';

/** Walks a PNG's chunks to IEND: lengths in bounds, types of letters, and the CRC of every chunk that decides pixels. */
export function scanPng(bytes: Uint8Array): PictureScan {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let width: number | null = null;
  let height: number | null = null;
  let hasPixels = false;
  for (let at = 8; at + 8 <= bytes.length;) {
    const length = view.getUint32(at);
    const type = latin1(bytes, at + 4, at + 8);
    const end = at + 12 + length;
    if (!/^[A-Za-z]{4}$/.test(type) || (width === null && type !== 'IHDR')) return { width, height, state: 'broken' };
    if (type === 'IHDR' && at + 16 <= bytes.length) {
      width = view.getUint32(at + 8);
      height = view.getUint32(at + 12);
    }
    if (end > bytes.length) break;
    const critical = /^[A-Z]/.test(type);
    if (critical && crc32(bytes.subarray(at + 4, end - 4)) !== view.getUint32(end - 4)) return { width, height, state: 'broken' };
    if (type === 'IDAT') hasPixels = true;
    if (type === 'IEND') return { width, height, state: hasPixels ? 'complete' : 'broken' };
    at = end;
  }
  return { width, height, state: 'truncated' };
}
