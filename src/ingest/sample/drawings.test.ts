import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import { describe, expect, it } from 'vitest';

import { createDrawing, type Drawing, type DrawingClass, drawingClasses, drawingName, drawingsPerClass } from './drawings';

/** FNV-1a over the bytes, as eight hexadecimal digits. */
const hashPixels = ({ data: pixels }: Drawing): string => {
  let hash = 0x811c9dc5;
  for (const byte of pixels) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
};

const drawAll = (kind: DrawingClass, size: number): Drawing[] =>
  Array.from({ length: drawingsPerClass }, (_, index) => createDrawing(kind, index, size));

/** How much of the class's pixels falls in each of 64 colour cells; sums to 1. */
const colourShares = (drawings: readonly Drawing[]): number[] => {
  const shares = new Array<number>(64).fill(0);
  let pixels = 0;
  for (const { data } of drawings) {
    for (let i = 0; i < data.length; i += 4) {
      const cell = ((data[i] ?? 0) >> 6) * 16 + ((data[i + 1] ?? 0) >> 6) * 4 + ((data[i + 2] ?? 0) >> 6);
      shares[cell] = (shares[cell] ?? 0) + 1;
      pixels += 1;
    }
  }
  return shares.map((share) => share / pixels);
};

const meanColour = ({ data, width, height }: Drawing): number[] =>
  [0, 1, 2].map((channel) => {
    let sum = 0;
    for (let i = channel; i < data.length; i += 4) sum += data[i] ?? 0;
    return sum / (width * height);
  });

const squaredDistance = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + (value - (b[i] ?? 0)) ** 2, 0);

describe('the embedded drawings', () => {
  it('number at least 60 a class and are named as Kaggle names its pictures', () => {
    expect(drawingsPerClass).toBeGreaterThanOrEqual(60);
    expect(drawingClasses.map((kind) => drawingName(kind, 7))).toEqual(['cat.7.png', 'dog.7.png']);
  });

  it('are squares of 256 pixels unless another size is asked for, and opaque', () => {
    const whole = createDrawing('cat', 1);
    expect([whole.width, whole.height, whole.data.length]).toEqual([256, 256, 256 * 256 * 4]);
    const small = createDrawing('dog', 1, 40);
    expect([small.width, small.height, small.data.length]).toEqual([40, 40, 40 * 40 * 4]);
    expect(small.data.every((byte, i) => i % 4 !== 3 || byte === 255)).toBe(true);
  });

  it('come out the same every time, byte for byte', () => {
    expect(createDrawing('dog', 9, 96).data).toEqual(createDrawing('dog', 9, 96).data);
  });

  it('have not changed since they were pinned', () => {
    expect([hashPixels(createDrawing('cat', 0)), hashPixels(createDrawing('dog', 0))]).toEqual(['d9c468d4', '83179ee4']);
  });

  it('are the pictures that the committed PyTorch answers were made from', async () => {
    // read as a file: ingest may not import from engine
    const reference = JSON.parse(
      await readFile(new URL('../../engine/fixtures/drawings-reference.json', import.meta.url), 'utf8'),
    ) as { inputs: { kind: DrawingClass; index: number; size: number; sha256: string }[] };
    expect(reference.inputs.length).toBeGreaterThan(0);
    for (const { kind, index, size, sha256 } of reference.inputs) {
      const rgb = createDrawing(kind, index, size).data.filter((_, i) => i % 4 !== 3);
      expect(createHash('sha256').update(rgb).digest('hex')).toBe(sha256);
    }
  });

  it('are all different pictures with something in them', () => {
    const drawings = drawingClasses.flatMap((kind) => drawAll(kind, 48));
    expect(new Set(drawings.map(hashPixels)).size).toBe(2 * drawingsPerClass);
    for (const { data } of drawings) {
      const colours = new Set<number>();
      for (let i = 0; i < data.length; i += 4)
        colours.add((data[i] ?? 0) * 65536 + (data[i + 1] ?? 0) * 256 + (data[i + 2] ?? 0));
      expect(colours.size).toBeGreaterThan(100);
    }
  });

  it('use the same colours for cats and dogs', () => {
    const [cats, dogs] = [colourShares(drawAll('cat', 48)), colourShares(drawAll('dog', 48))];
    const shared = cats.reduce((sum, share, cell) => sum + Math.min(share, dogs[cell] ?? 0), 0);
    expect(shared).toBeGreaterThan(0.8);
  });

  it('cannot be told apart by their mean colour', () => {
    const seen = drawingClasses.flatMap((kind, label) =>
      drawAll(kind, 48).map((drawing) => ({ label, at: meanColour(drawing) })),
    );
    const right = seen.filter((one) => {
      const centres = drawingClasses.map((_, label) => {
        const others = seen.filter((other) => other !== one && other.label === label);
        return [0, 1, 2].map((c) => others.reduce((sum, other) => sum + (other.at[c] ?? 0), 0) / others.length);
      });
      const [cat, dog] = centres.map((centre) => squaredDistance(centre, one.at));
      return ((cat ?? 0) < (dog ?? 0) ? 0 : 1) === one.label;
    });
    expect(right.length / seen.length).toBeLessThan(0.65);
  });
});
