import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readOrientation, turnsSides, uprightMatrix } from './exif-orientation';
import { scanPicture } from './picture-scan';

const fixture = (name: string) => new Uint8Array(readFileSync(new URL(`fixtures/formats/${name}`, import.meta.url)));
const turns = [2, 3, 4, 5, 6, 7, 8] as const;

describe('readOrientation', () => {
  it.each(turns)('finds %i in a WebP and a PNG and gives the same file with an upright tag', (turn) => {
    for (const [name, format] of [
      [`orientation-${turn}.webp`, 'WebP'],
      [`orientation-${turn}.png`, 'PNG'],
    ] as const) {
      const bytes = fixture(name);
      const before = bytes.slice();
      const found = readOrientation(bytes, format) ?? expect.unreachable(name);
      expect(found.orientation).toBe(turn);
      expect(bytes).toEqual(before);
      expect(found.upright.length).toBe(bytes.length);
      expect(readOrientation(found.upright, format)).toBeNull();
      // A PNG's checksums still hold.
      expect(scanPicture(found.upright, format).state).toBe('complete');
    }
  });

  it('leaves JPEG, HEIC and pictures without a tag to their decoders', () => {
    expect(readOrientation(fixture('orientation-6.jpg'), 'JPEG')).toBeNull();
    expect(readOrientation(fixture('turned.heic'), 'HEIC')).toBeNull();
    expect(readOrientation(fixture('palette.png'), 'PNG')).toBeNull();
    expect(readOrientation(fixture('alpha.webp'), 'WebP')).toBeNull();
  });

  it('never reads past the end, wherever a file is cut', () => {
    for (const [name, format] of [
      ['orientation-6.webp', 'WebP'],
      ['orientation-6.png', 'PNG'],
    ] as const) {
      const bytes = fixture(name);
      for (let length = 0; length < bytes.length; length += 1)
        expect(() => readOrientation(bytes.slice(0, length), format)).not.toThrow();
    }
  });
});

describe('uprightMatrix', () => {
  it.each([1, ...turns] as const)('keeps a picture of orientation %i on its canvas', (turn) => {
    const [width, height] = [30, 20];
    const [a, b, c, d, e, f] = uprightMatrix(turn, width, height);
    const corners = [
      [0, 0],
      [width, 0],
      [0, height],
      [width, height],
    ].map(([x = 0, y = 0]) => [a * x + c * y + e, b * x + d * y + f]);
    const [across, down] = turnsSides(turn) ? [height, width] : [width, height];
    expect(new Set(corners.map(String))).toEqual(
      new Set(
        [
          [0, 0],
          [across, 0],
          [0, down],
          [across, down],
        ].map(String),
      ),
    );
  });
});
