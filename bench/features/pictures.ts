import { inputSize } from '../../src/domain/vgg16';
import { createDrawing, drawingClasses, toRgb } from '../../src/ingest/sample/drawings';

/** The bench's n-th picture: a drawing at 224 x 224, RGB, row-major, so that nothing is resized on either side. */
export function createBenchPixels(index: number): Uint8Array {
  const kind = drawingClasses[index % drawingClasses.length] ?? 'cat';
  return toRgb(createDrawing(kind, Math.floor(index / drawingClasses.length), inputSize));
}
