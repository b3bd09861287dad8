import { inputSize } from '../vgg16';

/** A picture can be covered square by square: 14 x 14 of 16 pixels each, four to a cell of the last map. */
export const coverSide = 14;
const squareSize = inputSize / coverSide;

/** ImageNet's mean colour: the network sees (nearly) nothing there. */
const coverColour = [124, 117, 104] as const;

/** A copy of 224 x 224 RGB pixels with squares covered; squares count row by row from the top left, those outside are passed over. */
export function coverPixels(pixels: Uint8Array, squares: readonly number[]): Uint8Array {
  const out = pixels.slice();
  for (const square of squares) {
    if (!Number.isInteger(square) || square < 0 || square >= coverSide ** 2) continue;
    const top = Math.floor(square / coverSide) * squareSize;
    const left = (square % coverSide) * squareSize;
    for (let row = top; row < top + squareSize; row++)
      for (let column = left; column < left + squareSize; column++) out.set(coverColour, (row * inputSize + column) * 3);
  }
  return out;
}
