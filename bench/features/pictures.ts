import { inputSize } from '../../src/domain/vgg16';
import { createDrawing, drawingClasses } from '../../src/ingest/sample/drawings';

/** The bench's n-th picture: a drawing at 224 x 224, RGB, row-major, so that nothing is resized on either side. */
export function createBenchPixels(index: number): Uint8Array {
  const kind = drawingClasses[index % drawingClasses.length] ?? 'cat';
  const drawing = createDrawing(kind, Math.floor(index / drawingClasses.length), inputSize);
  return Uint8Array.from({ length: inputSize * inputSize * 3 }, (_, at) => drawing.data[Math.floor(at / 3) * 4 + (at % 3)] ?? 0);
}
