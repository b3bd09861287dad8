import { describe, expect, it } from 'vitest';
import { resize, rowsOf } from './resize';

/** Noise that the Pillow script made too: s = s * 1664525 + 1013904223 mod 2^32, value = s >> 24. */
function noise(width: number, height: number, seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length: width * height * 3 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

/** Printed by Pillow 13.0: `Image.fromarray(noise).resize(to, Image.BILINEAR)`. */
const pillow = [
  {
    from: [7, 5],
    to: [3, 2],
    seed: 1,
    pixels: [82, 98, 115, 161, 119, 100, 170, 174, 124, 97, 136, 162, 144, 162, 97, 138, 143, 91],
  },
  {
    from: [5, 4],
    to: [4, 3],
    seed: 2,
    pixels: [
      109, 103, 68, 157, 152, 104, 120, 139, 71, 120, 144, 91, 143, 72, 105, 170, 173, 165, 135, 145, 140, 118, 123, 97, 103, 164,
      172, 195, 84, 101, 180, 102, 100, 167, 173, 153,
    ],
  },
  {
    from: [2, 2],
    to: [5, 3],
    seed: 3,
    pixels: [
      60, 140, 223, 74, 136, 223, 130, 119, 222, 185, 102, 221, 199, 98, 221, 112, 120, 116, 120, 115, 125, 154, 95, 164, 188, 74,
      202, 196, 69, 212, 163, 99, 8, 166, 93, 27, 178, 70, 105, 190, 46, 183, 193, 40, 202,
    ],
  },
  {
    from: [13, 3],
    to: [4, 3],
    seed: 4,
    pixels: [
      123, 91, 146, 134, 112, 141, 159, 65, 110, 146, 144, 101, 114, 92, 145, 121, 92, 113, 112, 116, 114, 133, 195, 168, 188,
      139, 166, 142, 76, 171, 119, 107, 169, 173, 117, 123,
    ],
  },
  { from: [40, 9], to: [2, 1], seed: 5, pixels: [121, 131, 126, 130, 123, 130] },
] as const;

const gray = (...values: number[]) => Uint8Array.from(values.flatMap((value) => [value, value, value]));

describe('resize', () => {
  it('halves a row of four with the weights 3:3:1 at the border and 1:3:3:1 inside, as worked out by hand', () => {
    // Output 0 is centred on 1.0 with support 2: distances 0.25, 0.25, 0.75 (position -1 is cut off) give weights 3, 3, 1 of 7.
    const row = resize(rowsOf(gray(70, 140, 0, 210), 4, 1, 3), 2, 1);
    expect([...row]).toEqual([...gray(90, 110)]); // (3*70 + 3*140 + 0) / 7 and (140 + 0 + 3*210) / 7 (weights 1, 3, 3)
  });

  it('keeps a picture of the same size as it is', () => {
    const pixels = noise(9, 6, 99);
    expect(resize(rowsOf(pixels, 9, 6, 3), 9, 6)).toEqual(pixels);
  });

  it.each(pillow)('gives what Pillow gives from $from to $to', ({ from, to, seed, pixels }) => {
    expect([...resize(rowsOf(noise(from[0], from[1], seed), from[0], from[1], 3), to[0], to[1])]).toEqual([...pixels]);
  });

  it('gives the same part of a picture when only that part is computed', () => {
    const source = rowsOf(noise(50, 40, 7), 50, 40, 3);
    const whole = resize(source, 20, 15);
    const part = resize(source, 20, 15, { left: 6, top: 4, width: 5, height: 3 });
    for (let y = 0; y < 3; y += 1) {
      expect([...part.subarray(y * 15, y * 15 + 15)]).toEqual([
        ...whole.subarray(((4 + y) * 20 + 6) * 3, ((4 + y) * 20 + 11) * 3),
      ]);
    }
  });

  it('gives the same whether rows come at once or a few at a time, and ignores a fourth channel', () => {
    const pixels = noise(31, 23, 8);
    const rgba = Uint8Array.from({ length: 31 * 23 * 4 }, (_, i) =>
      i % 4 === 3 ? 77 : (pixels[Math.floor(i / 4) * 3 + (i % 4)] ?? 0),
    );
    const whole = resize(rowsOf(pixels, 31, 23, 3), 10, 30);
    expect(resize({ ...rowsOf(rgba, 31, 23, 4), rowsAtOnce: 5 }, 10, 30)).toEqual(whole);
  });

  it('reads no more of the source than the asked part needs', () => {
    const source = rowsOf(noise(100, 80, 9), 100, 80, 3);
    const asked: number[][] = [];
    const read: typeof source.read = (...box) => {
      asked.push(box);
      return source.read(...box);
    };
    resize({ ...source, read }, 50, 40, { left: 10, top: 20, width: 5, height: 5 });
    expect(asked).toEqual([[19, 39, 31, 51]]);
  });

  it('refuses pixels that do not fill the picture', () => {
    expect(() => rowsOf(new Uint8Array(11), 2, 2, 3)).toThrow(RangeError);
  });
});
