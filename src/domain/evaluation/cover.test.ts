import { describe, expect, it } from 'vitest';
import { inputSize, inputValues } from '../vgg16';
import { coverPixels } from './cover';

describe('covering a part of a picture', () => {
  it('covers the squares that are named and nothing else, in a copy', () => {
    const pixels = new Uint8Array(inputValues).fill(9);
    const covered = coverPixels(pixels, [0, 15, -1, 999, 1.5]);
    expect(pixels.every((value) => value === 9)).toBe(true);
    const colourAt = (row: number, column: number) => [...covered.subarray((row * inputSize + column) * 3).subarray(0, 3)];
    // Square 0 is the first of the first row; 15 the second of the second row.
    for (const [row, column] of [
      [0, 0],
      [15, 15],
      [16, 16],
      [31, 31],
    ] as const)
      expect(colourAt(row, column)).toEqual([124, 117, 104]);
    for (const [row, column] of [
      [0, 16],
      [16, 0],
      [32, 32],
    ] as const)
      expect(colourAt(row, column)).toEqual([9, 9, 9]);
    expect(covered.filter((value) => value !== 9)).toHaveLength(2 * 16 * 16 * 3);
  });
});
