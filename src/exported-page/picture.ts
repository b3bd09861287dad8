import type { Fit } from '../domain/dataset';
import { fitPicture } from '../ingest/fit';
import { rowsOf } from '../ingest/resize';

/** Longest side that a canvas surely has. */
const longestSide = 8192;

/**
 * A picture's file as the network takes it: turned as its EXIF block says, colours as stored, transparency on white, fitted to
 * 224 x 224 by the very resizing that the model was trained with. RGB, 8 bit, row-major.
 * @throws Error in a sentence, where the browser cannot open it
 */
export async function readPicture(file: Blob, fit: Fit): Promise<Uint8Array<ArrayBuffer>> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: 'from-image', colorSpaceConversion: 'none' });
  } catch (cause) {
    throw new Error('This browser cannot open it as a picture. Save it as JPEG or PNG and try again.', { cause });
  }
  const { width, height } = bitmap;
  if (Math.max(width, height) > longestSide) {
    bitmap.close();
    throw new Error(`It is ${width} x ${height} pixels; at most ${longestSide} a side can be read here. Make it smaller first.`);
  }
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('There is not enough memory to open it.');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return fitPicture(rowsOf(context.getImageData(0, 0, width, height).data, width, height, 4), fit);
}
