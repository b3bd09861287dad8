import { sizeWords } from '../domain/size-words';
import type { ErrorRecord } from '../domain/errors';
import { describeError } from '../domain/errors';
import { maxPictureBytes } from './archive/limits';
import type { PictureFormat } from './picture-format';
import { commonFormats, refusedFormats, sniffFormat } from './picture-format';
import { scanPicture } from './picture-scan';

/** Pixels that a page can decode without running out of memory: 320 MB as RGBA. */
export const maxPixels = 80_000_000;
/** Longest side that a canvas takes in every browser. */
const maxSide = 32_767;
/** Shorter side below which there is nothing to see. */
const minSide = 8;

export type HeaderCheck =
  | { readonly format: PictureFormat; readonly refusal: null }
  | { readonly format: PictureFormat | null; readonly refusal: ErrorRecord };

/** Why a picture of this size is left out; null when it is welcome. */
export function refuseSize(width: number, height: number): ErrorRecord | null {
  if (width * height > maxPixels || Math.max(width, height) > maxSide)
    return describeError('picture-too-large', { width, height });
  if (Math.min(width, height) < minSide) return describeError('picture-too-small', { width, height });
  return null;
}

/** What to say when the decoder gave up on a file that looked whole. */
export function refuseUndecoded(format: PictureFormat): ErrorRecord {
  return commonFormats.has(format) ? describeError('picture-broken') : describeError('unsupported-format', { format });
}

/** Judges a file by its first bytes: empty, no picture, too large, or a format that is refused; null when it may be one. */
export function refuseByStart(size: number, start: Uint8Array): ErrorRecord | null {
  if (size === 0) return describeError('file-empty');
  const format = sniffFormat(start);
  if (format === null) return describeError('not-a-picture');
  if (refusedFormats.has(format)) return describeError('unsupported-format', { format });
  if (size > maxPictureBytes)
    return describeError('file-too-large', { size: sizeWords(size), limit: sizeWords(maxPictureBytes) });
  return null;
}

/** Judges a whole file by its structure, before anything is decoded: never lets in a picture that is cut short. */
export function checkHeader(bytes: Uint8Array): HeaderCheck {
  const format = sniffFormat(bytes);
  const early = refuseByStart(bytes.length, bytes);
  if (early !== null || format === null) return { format, refusal: early ?? describeError('not-a-picture') };
  const { width, height, state } = scanPicture(bytes, format);
  const size = width === null || height === null || width * height === 0 ? null : refuseSize(width, height);
  if (size !== null) return { format, refusal: size };
  if (state === 'truncated') return { format, refusal: describeError('picture-truncated') };
  const headless = commonFormats.has(format) && (width === null || height === null || width * height === 0);
  if (state === 'broken' || headless) return { format, refusal: describeError('picture-broken') };
  return { format, refusal: null };
}
