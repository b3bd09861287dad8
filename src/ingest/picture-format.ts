export type PictureFormat =
  'JPEG' | 'PNG' | 'WebP' | 'GIF' | 'BMP' | 'AVIF' | 'HEIC' | 'TIFF' | 'JPEG XL' | 'JPEG 2000' | 'Photoshop' | 'SVG';

/** What a file's structure says before anything is decoded. */
export interface PictureScan {
  /** As stored, before any EXIF orientation; null where the header does not say or does not reach so far. */
  readonly width: number | null;
  readonly height: number | null;
  /** `unknown`: the format's structure is not walked, the decoder has the word. */
  readonly state: 'complete' | 'truncated' | 'broken' | 'unknown';
}

/** Formats that are decoded everywhere: one of these that fails to decode is damaged, any other is not supported. */
export const commonFormats: ReadonlySet<PictureFormat> = new Set(['JPEG', 'PNG', 'WebP', 'GIF', 'BMP', 'HEIC']);

/**
 * Formats that are refused: vectors, layers, and those that one browser opens and others do not, whose size we could not judge before
 * they are decoded.
 */
export const refusedFormats: ReadonlySet<PictureFormat> = new Set(['SVG', 'Photoshop', 'TIFF', 'JPEG XL', 'JPEG 2000']);

/** Bytes that `sniffFormat` wants to see at most. */
export const sniffLength = 1024;

const mimeTypes: Readonly<Record<PictureFormat, string>> = {
  JPEG: 'image/jpeg',
  PNG: 'image/png',
  WebP: 'image/webp',
  GIF: 'image/gif',
  BMP: 'image/bmp',
  AVIF: 'image/avif',
  HEIC: 'image/heic',
  TIFF: 'image/tiff',
  'JPEG XL': 'image/jxl',
  'JPEG 2000': 'image/jp2',
  Photoshop: 'image/vnd.adobe.photoshop',
  SVG: 'image/svg+xml',
};

export function mimeTypeOf(format: PictureFormat): string {
  return mimeTypes[format];
}

/** Bytes `from..to-1` as Latin-1 text. */
export function latin1(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to));
}

function startsWith(bytes: Uint8Array, ...values: readonly number[]): boolean {
  return values.every((value, i) => bytes[i] === value);
}

/** AVIF or HEIC by the brands of an ISO base media file's `ftyp` box; null for films and everything else. */
function sniffBrands(bytes: Uint8Array): PictureFormat | null {
  // A box may say that it is as long as the file; brands are few.
  const end = Math.min(bytes.length, sniffLength, new DataView(bytes.buffer, bytes.byteOffset).getUint32(0));
  const brands = [latin1(bytes, 8, 12)];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(latin1(bytes, at, at + 4));
  if (brands.some((brand) => brand === 'avif' || brand === 'avis')) return 'AVIF';
  return brands.some((brand) => ['heic', 'heix', 'heim', 'heis', 'hevc', 'mif1', 'msf1'].includes(brand)) ? 'HEIC' : null;
}

/** The format by the first bytes, whatever the file is called; null when it is no picture that we know. */
export function sniffFormat(bytes: Uint8Array): PictureFormat | null {
  if (startsWith(bytes, 0xff, 0xd8, 0xff)) return 'JPEG';
  if (startsWith(bytes, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'PNG';
  if (startsWith(bytes, 0xff, 0x0a) || startsWith(bytes, 0, 0, 0, 12, 0x4a, 0x58, 0x4c, 0x20)) return 'JPEG XL';
  if (startsWith(bytes, 0, 0, 0, 12, 0x6a, 0x50, 0x20, 0x20)) return 'JPEG 2000';
  const start = latin1(bytes, 0, 12);
  if (start.startsWith('GIF87a') || start.startsWith('GIF89a')) return 'GIF';
  if (start.startsWith('RIFF') && start.endsWith('WEBP')) return 'WebP';
  if (start.startsWith('II*\0') || start.startsWith('MM\0*')) return 'TIFF';
  if (start.startsWith('8BPS')) return 'Photoshop';
  // Text may begin with BM too; a bitmap's header length is one of these.
  if (start.startsWith('BM') && [12, 40, 52, 56, 64, 108, 124].includes(bytes[14] ?? 0) && bytes[15] === 0) return 'BMP';
  if (start.slice(4, 8) === 'ftyp') return sniffBrands(bytes);
  const text = latin1(bytes, 0, Math.min(bytes.length, sniffLength)).replace(/^\u00ef\u00bb\u00bf/, '');
  return /^\s*</.test(text) && text.includes('<svg') ? 'SVG' : null;
}
