import type { PictureSource } from '../domain/dataset';
import { HeadstartError } from '../domain/errors';
import type { DrawingClass } from './sample/drawings';
import { createDrawing, drawingClasses, drawingName, drawingsPerClass } from './sample/drawings';

export const drawingsTotal = drawingClasses.length * drawingsPerClass;

/** One drawing as a PNG file; needs OffscreenCanvas. */
export async function drawToBlob(kind: DrawingClass, index: number): Promise<Blob> {
  const { width, height, data } = createDrawing(kind, index);
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (context === null) throw new HeadstartError('out-of-memory');
  context.putImageData(new ImageData(data, width, height), 0, 0);
  return canvas.convertToBlob({ type: 'image/png' });
}

/** Every drawing in turn, cat and dog alternating; `draw` turns one into a file (in a worker, or here). */
export async function* drawingSources(draw: (kind: DrawingClass, index: number) => Promise<Blob>): AsyncGenerator<PictureSource> {
  for (let index = 0; index < drawingsPerClass; index += 1) {
    const files = await Promise.all(drawingClasses.map((kind) => draw(kind, index)));
    for (const [i, className] of drawingClasses.entries()) {
      const file = files[i];
      if (file !== undefined)
        yield { path: `drawings/${className}/${drawingName(className, index)}`, file, className, folderSplit: null };
    }
  }
}
