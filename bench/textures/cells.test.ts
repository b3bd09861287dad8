import { describe, expect, it } from 'vitest';
import { deriveRng } from '../../src/domain/rng';
import { cellKinds, createCellPicture, textureSide, type CellKind } from './cells';

/** Ends a test that would never end; a busy machine draws slowly. */
const patience = 60_000;

function draw(kind: CellKind, name: string): Uint8ClampedArray {
  return createCellPicture(kind, deriveRng(5, name)).data;
}

/** Mean of the red, green and blue values of some pictures of a kind. */
function meanColour(kind: CellKind, count: number): number[] {
  const sums = [0, 0, 0];
  for (let at = 0; at < count; at++) {
    const data = draw(kind, `colour ${String(at)}`);
    for (let value = 0; value < data.length; value += 4)
      for (let channel = 0; channel < 3; channel++) sums[channel] = (sums[channel] ?? 0) + (data[value + channel] ?? 0);
  }
  return sums.map((sum) => sum / (count * textureSide * textureSide));
}

describe('a picture of cells', () => {
  it('is opaque, of the size that is taken without scaling, and the same for the same stream', () => {
    const { width, height, data } = createCellPicture('dividing', deriveRng(5, 'one'));
    expect([width, height, data.length]).toEqual([256, 256, 256 * 256 * 4]);
    expect(data.every((value, at) => at % 4 !== 3 || value === 255)).toBe(true);
    expect(draw('dividing', 'one')).toEqual(data);
    expect(draw('dividing', 'two')).not.toEqual(data);
  });

  it(
    'shows other cells where they divide, and no other colour: that would be too easy',
    () => {
      expect(draw('dividing', 'one')).not.toEqual(draw('resting', 'one'));
      const [dividing = [], resting = []] = cellKinds.map((kind) => meanColour(kind, 8));
      // Slides of one kind differ by ten and more from each other.
      dividing.forEach((value, channel) => {
        expect(Math.abs(value - (resting[channel] ?? 0))).toBeLessThan(2.5);
      });
    },
    patience,
  );
});
