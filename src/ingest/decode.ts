import type { Fit } from '../domain/dataset';
import type { ErrorRecord } from '../domain/errors';
import { describeError } from '../domain/errors';
import { type ReadableBytes, readBytes, sizeOf } from './archive/picture-bytes';
import { hashContent } from './content-hash';
import { readTakenAt } from './exif';
import { type Orientation, readOrientation, turnsSides, uprightMatrix } from './exif-orientation';
import { fitPicture } from './fit';
import { decodeHeic, HeicError } from './heic';
import { hashAppearance } from './perceptual-hash';
import type { PictureFormat } from './picture-format';
import { mimeTypeOf, sniffLength } from './picture-format';
import { checkHeader, refuseByStart, refuseSize, refuseUndecoded } from './picture-header';
import type { RowSource } from './resize';

/** Side of a thumbnail, pixels; smaller pictures have smaller ones. */
const thumbnailSide = 112;
const thumbnailQuality = 0.8;
/** Pixels drawn and read back at once: 16 MB as RGBA, whatever the picture's size. */
const pixelsAtOnce = 4_000_000;

/** A picture that came in. Width and height after EXIF orientation. */
export interface InspectedPicture {
  readonly width: number;
  readonly height: number;
  /** First 32 hexadecimal digits of the content's SHA-256. */
  readonly hash: string;
  /** 16 hexadecimal digits: see `hashAppearance`. */
  readonly perceptualHash: string;
  /** As in `Sample`. */
  readonly takenAt: string | null;
  readonly format: PictureFormat;
  /** At most 112 x 112 pixels, JPEG. */
  readonly thumbnail: Blob;
}

/** A picture that is only looked at: 224 x 224 RGB as the network sees it, and a JPEG of at most 112 x 112 pixels. */
export interface GlancedPicture {
  readonly pixels: Uint8Array<ArrayBuffer>;
  readonly thumbnail: Blob;
}

/** Thrown inside this module's callers' worker: the reason goes to the list of skipped files. */
export class RefusedPicture extends Error {
  override readonly name = 'RefusedPicture';
  readonly reason: ErrorRecord;

  constructor(reason: ErrorRecord, options?: ErrorOptions) {
    super(reason.message, options);
    this.reason = reason;
  }
}

/** Colours as stored: profiles are not obeyed, as Pillow does not, and as the network was trained. */
async function decodeBytes(bytes: Uint8Array<ArrayBuffer>, format: PictureFormat): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(new Blob([bytes], { type: mimeTypeOf(format) }), {
      imageOrientation: 'from-image',
      colorSpaceConversion: 'none',
    });
  } catch (cause) {
    throw new RefusedPicture(refuseUndecoded(format), { cause });
  }
}

/** No browser but Safari opens HEIC: libheif does, in every browser, so that the same file is the same picture. */
async function decodeHeicBytes(bytes: Uint8Array<ArrayBuffer>): Promise<ImageBitmap> {
  const codes = {
    'decoder-missing': 'heic-decoder-missing',
    broken: 'picture-broken',
    'out-of-memory': 'out-of-memory',
  } as const;
  try {
    const { rgba, width, height } = await decodeHeic(bytes);
    const size = refuseSize(width, height);
    if (size !== null) throw new RefusedPicture(size);
    return await createImageBitmap(new ImageData(rgba, width, height));
  } catch (cause) {
    if (cause instanceof RefusedPicture) throw cause;
    throw new RefusedPicture(describeError(cause instanceof HeicError ? codes[cause.failure] : 'picture-broken'), { cause });
  }
}

/** Draws a bitmap upright and lets go of the one given. */
function turnUpright(bitmap: ImageBitmap, orientation: Orientation): ImageBitmap {
  const { width, height } = bitmap;
  try {
    const canvas = turnsSides(orientation) ? new OffscreenCanvas(height, width) : new OffscreenCanvas(width, height);
    const context = canvas.getContext('2d');
    if (context === null) throw new RefusedPicture(describeError('out-of-memory'));
    context.imageSmoothingEnabled = false;
    context.setTransform(...uprightMatrix(orientation, width, height));
    context.drawImage(bitmap, 0, 0);
    return canvas.transferToImageBitmap();
  } finally {
    bitmap.close();
  }
}

/** The bitmap, upright. The caller closes it. @throws RefusedPicture */
async function openBitmap(bytes: Uint8Array<ArrayBuffer>, format: PictureFormat): Promise<ImageBitmap> {
  if (format === 'HEIC') return decodeHeicBytes(bytes);
  const turned = readOrientation(bytes, format);
  if (turned === null) return decodeBytes(bytes, format);
  return turnUpright(await decodeBytes(turned.upright, format), turned.orientation);
}

function createContext(width: number, height: number): OffscreenCanvasRenderingContext2D {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  // Canvas memory is all that can be missing here.
  if (context === null) throw new RefusedPicture(describeError('out-of-memory'));
  context.fillStyle = '#fff';
  return context;
}

/** Reads a bitmap's pixels a band of rows at a time, transparency on white. */
function rowsOfBitmap(bitmap: ImageBitmap): RowSource {
  const { width, height } = bitmap;
  const rowsAtOnce = Math.min(height, Math.max(1, Math.floor(pixelsAtOnce / width)));
  let context: OffscreenCanvasRenderingContext2D | null = null;
  const read: RowSource['read'] = (left, top, right, bottom) => {
    const [columns, rows] = [right - left, bottom - top];
    if (context === null || context.canvas.width < columns || context.canvas.height < rows)
      context = createContext(columns, Math.max(rows, Math.min(rowsAtOnce, height - top)));
    context.fillRect(0, 0, columns, rows);
    context.drawImage(bitmap, left, top, columns, rows, 0, 0, columns, rows);
    return context.getImageData(0, 0, columns, rows).data;
  };
  return { width, height, channels: 4, read, rowsAtOnce };
}

/** The middle square, made small by the browser's own smoothing: it is only looked at. */
function drawThumbnail(bitmap: ImageBitmap): OffscreenCanvasRenderingContext2D {
  const square = Math.min(bitmap.width, bitmap.height);
  const side = Math.min(thumbnailSide, square);
  const context = createContext(side, side);
  context.fillRect(0, 0, side, side);
  context.imageSmoothingQuality = 'medium';
  context.drawImage(bitmap, (bitmap.width - square) / 2, (bitmap.height - square) / 2, square, square, 0, 0, side, side);
  return context;
}

interface OpenPicture {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly format: PictureFormat;
  readonly bitmap: ImageBitmap;
}

/** Reads and judges a whole file. @throws RefusedPicture, HeadstartError `file-unreadable` or `entry-broken` */
async function openChecked(file: ReadableBytes): Promise<OpenPicture> {
  const bytes = await readBytes(file, sniffLength, (start) => {
    const early = refuseByStart(sizeOf(file), start);
    if (early !== null) throw new RefusedPicture(early);
  });
  const { format, refusal } = checkHeader(bytes);
  if (refusal !== null) throw new RefusedPicture(refusal);
  const bitmap = await openBitmap(bytes, format);
  const size = refuseSize(bitmap.width, bitmap.height);
  if (size === null) return { bytes, format, bitmap };
  bitmap.close();
  throw new RefusedPicture(size);
}

/**
 * Judges a file, decodes it once and describes it.
 * @throws RefusedPicture, or HeadstartError, with the reason when it cannot come in.
 */
export async function inspectPicture(file: ReadableBytes): Promise<InspectedPicture> {
  const { bytes, format, bitmap } = await openChecked(file);
  try {
    const small = drawThumbnail(bitmap);
    const { width: side } = small.canvas;
    const perceptualHash = hashAppearance(small.getImageData(0, 0, side, side).data, side);
    const [hash, thumbnail] = await Promise.all([
      hashContent(bytes),
      small.canvas.convertToBlob({ type: 'image/jpeg', quality: thumbnailQuality }),
    ]);
    return {
      width: bitmap.width,
      height: bitmap.height,
      hash,
      perceptualHash,
      takenAt: readTakenAt(bytes, format),
      format,
      thumbnail,
    };
  } finally {
    bitmap.close();
  }
}

/** As `decodeFitted`, with a thumbnail, decoded once. */
export async function glanceAt(file: ReadableBytes, fit: Fit): Promise<GlancedPicture> {
  const { bitmap } = await openChecked(file);
  try {
    const thumbnail = await drawThumbnail(bitmap).canvas.convertToBlob({ type: 'image/jpeg', quality: thumbnailQuality });
    return { pixels: fitPicture(rowsOfBitmap(bitmap), fit), thumbnail };
  } finally {
    bitmap.close();
  }
}

/**
 * Decodes a file and makes it 224 x 224.
 * @returns RGB, 8 bit, row-major, 150,528 values.
 * @throws RefusedPicture, or HeadstartError, with the reason when it cannot be read or decoded.
 */
export async function decodeFitted(file: ReadableBytes, fit: Fit): Promise<Uint8Array<ArrayBuffer>> {
  const { bitmap } = await openChecked(file);
  try {
    return fitPicture(rowsOfBitmap(bitmap), fit);
  } finally {
    bitmap.close();
  }
}
