import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { encodePng } from '../bench/png';
import { createDrawing, type DrawingClass } from '../src/ingest/sample/drawings';

/** A drawing of the embedded sample as a PNG file. */
export function drawingPng(kind: DrawingClass, index: number, size = 128): Buffer {
  return encodePng(createDrawing(kind, index, size));
}

/** Writes files below a folder, by their paths. */
export async function writeFiles(folder: string, files: Readonly<Record<string, Buffer | string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}

/** Class folders of drawings: `{ cat: 4, Hund: 4 }`; the class's position decides what is drawn. */
export async function writeClasses(folder: string, classes: Readonly<Record<string, number>>): Promise<void> {
  for (const [at, [className, count]] of Object.entries(classes).entries()) {
    const kind = at % 2 === 0 ? 'cat' : 'dog';
    for (let index = 0; index < count; index += 1) {
      await writeFiles(folder, { [`${className}/${kind}.${String(index)}.png`]: drawingPng(kind, index + at * 20) });
    }
  }
}

/** A PNG that says it is so large and holds next to nothing. */
export function hugePng(width: number, height: number): Buffer {
  const small = drawingPng('cat', 0, 32);
  const header = Buffer.from(small.subarray(12, 29)); // `IHDR` and its thirteen bytes
  header.writeUInt32BE(width, 4);
  header.writeUInt32BE(height, 8);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(header));
  return Buffer.concat([small.subarray(0, 12), header, sum, small.subarray(33)]);
}
