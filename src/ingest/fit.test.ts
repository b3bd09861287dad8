import { existsSync, readFileSync } from 'node:fs';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { array, object, parse, picklist, string } from 'valibot';
import { fits } from '../domain/dataset';
import { fittingVersion } from '../domain/decoder';
import { fitPicture, meanColour, roundHalfEven } from './fit';
import { crc32 } from '../domain/crc32';
import { rowsOf } from './resize';

function noise(width: number, height: number, seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length: width * height * 3 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

/**
 * CRC-32 of the fitted noise, printed by Pillow 13.0 with the `fit` of the reference script, the width resized before the height.
 * Pillow 13 takes the height first for some tall pictures, which moves values by at most 1; earlier ones never do.
 */
const pillow = [
  { size: [300, 201], seed: 11, crop: 2428143818, squash: 3031957395, pad: 2633885500 },
  { size: [97, 350], seed: 12, crop: 3039387861, squash: 1637370051, pad: 1454677698 },
  { size: [30, 20], seed: 13, crop: 125983676, squash: 3143257139, pad: 3142294285 },
  { size: [224, 224], seed: 14, crop: 3240320023, squash: 234142359, pad: 234142359 },
  { size: [9, 400], seed: 15, crop: 618437195, squash: 759364840, pad: 300847106 },
  { size: [257, 255], seed: 16, crop: 191769984, squash: 4015024469, pad: 2263477991 },
] as const;

describe('fitPicture', () => {
  for (const { size, seed, ...expected } of pillow) {
    it.each(fits)(`makes a picture of ${size.join(' x ')} the same bytes as Pillow does with %s`, (fit) => {
      const fitted = fitPicture(rowsOf(noise(size[0], size[1], seed), size[0], size[1], 3), fit);
      expect(fitted).toHaveLength(224 * 224 * 3);
      expect(crc32(fitted)).toBe(expected[fit]);
    });
  }

  it('has a version that goes with these bytes: kept features are of pictures fitted so', () => {
    // Other bytes above want another version here, and its number in domain/decoder.ts.
    const table = crc32(new TextEncoder().encode(JSON.stringify(pillow)));
    expect(new Map([[1, 1316978217]]).get(fittingVersion)).toBe(table);
  });

  it('pads a wide picture above and below with the mean colour', () => {
    const fitted = fitPicture(rowsOf(new Uint8Array(448 * 8 * 3).fill(255), 448, 8, 3), 'pad');
    const rows = Array.from({ length: 224 }, (_, y) => fitted[y * 224 * 3]);
    expect(rows.filter((red) => red === 255)).toHaveLength(4);
    expect(rows.slice(110, 114)).toEqual([255, 255, 255, 255]);
    expect([...fitted.subarray(0, 3)]).toEqual([...meanColour]);
  });

  it('rounds halves to the even neighbour, as Python does', () => {
    expect([0.5, 1.5, 2.5, 58.5, 2.4, 2.6].map(roundHalfEven)).toEqual([0, 2, 2, 58, 2, 3]);
  });
});

const reference = new URL('../../../shared/reference/', import.meta.url);
const indexFile = new URL('preprocess.json', reference);
if (existsSync(indexFile)) {
  const index = parse(
    array(object({ source: string(), fit: picklist(fits), expected: string() })),
    JSON.parse(readFileSync(indexFile, 'utf8')),
  );
  const pngs = index.filter(({ source }) => source.endsWith('.png'));

  describe('fitPicture against the reference pictures of Pillow', () => {
    it('finds the PNG sources of the reference', () => {
      expect(pngs.length).toBe(9);
    });

    it.each(pngs)('fits $source with $fit to within 1 of 255', ({ source, fit, expected }) => {
      const { data, width, height } = PNG.sync.read(readFileSync(new URL(`../${source}`, reference)));
      const rgb = new Uint8Array(width * height * 3);
      for (let i = 0; i < width * height; i += 1) {
        const alpha = data[i * 4 + 3] ?? 255;
        for (let c = 0; c < 3; c += 1) rgb[i * 3 + c] = Math.round(((data[i * 4 + c] ?? 0) * alpha + 255 * (255 - alpha)) / 255);
      }
      const fitted = fitPicture(rowsOf(rgb, width, height, 3), fit);
      const answer = PNG.sync.read(readFileSync(new URL(expected, reference))).data;
      const off = fitted.reduce(
        (count, value, i) => count + (Math.abs(value - (answer[Math.floor(i / 3) * 4 + (i % 3)] ?? -9)) > 1 ? 1 : 0),
        0,
      );
      expect(off).toBe(0);
    });
  });
} else console.info('left out: ../shared/reference is not here');
