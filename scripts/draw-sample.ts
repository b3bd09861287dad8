/**
 * Writes the embedded sample as PNG files: npx tsx scripts/draw-sample.ts OUT_DIR [--size 256] [--count 64] [--contact-sheet FILE]
 * Each class has a folder of its own, OUT_DIR/cat/cat.0.png and so on.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { PNG } from 'pngjs';

import {
  createDrawing,
  type Drawing,
  drawingClasses,
  drawingName,
  drawingSize,
  drawingsPerClass,
} from '../src/ingest/sample/drawings';

const toPng = ({ width, height, data: pixels }: Drawing): Buffer => {
  const png = new PNG({ width, height });
  png.data = Buffer.from(pixels);
  return PNG.sync.write(png, { colorType: 2 });
};

/** All drawings side by side, `columns` a row, `cell` pixels each. */
const createContactSheet = (drawings: readonly Drawing[], columns: number, cell: number): Drawing => {
  const rows = Math.ceil(drawings.length / columns);
  const [width, height] = [columns * cell, rows * cell];
  const sheet = new Uint8ClampedArray(width * height * 4).fill(255);
  drawings.forEach((drawing, i) => {
    const [left, top] = [(i % columns) * cell, Math.floor(i / columns) * cell];
    for (let y = 0; y < drawing.height; y += 1) {
      const row = drawing.data.subarray(y * drawing.width * 4, (y + 1) * drawing.width * 4);
      sheet.set(row, ((top + y) * width + left) * 4);
    }
  });
  return { width, height, data: sheet };
};

const readWhole = (text: string, name: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} needs a whole number above 0, not "${text}".`);
  return value;
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    size: { type: 'string', default: String(drawingSize) },
    count: { type: 'string', default: String(drawingsPerClass) },
    'contact-sheet': { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const [folder] = positionals;
if (values.help || folder === undefined) {
  console.log('Usage: npx tsx scripts/draw-sample.ts OUT_DIR [--size 256] [--count 64] [--contact-sheet FILE]');
  process.exitCode = values.help ? 0 : 2;
} else {
  const size = readWhole(values.size, 'size');
  const count = readWhole(values.count, 'count');
  const started = performance.now();
  const small: Drawing[] = [];
  for (const kind of drawingClasses) {
    await mkdir(path.join(folder, kind), { recursive: true });
    for (let index = 0; index < count; index += 1) {
      await writeFile(path.join(folder, kind, drawingName(kind, index)), toPng(createDrawing(kind, index, size)));
    }
  }
  const sheet = values['contact-sheet'];
  if (sheet !== undefined) {
    const cell = 120;
    for (const kind of drawingClasses) {
      for (let index = 0; index < count; index += 1) small.push(createDrawing(kind, index, cell));
    }
    await mkdir(path.dirname(path.resolve(sheet)), { recursive: true });
    await writeFile(sheet, toPng(createContactSheet(small, 16, cell)));
  }
  console.log(
    `${String(count * drawingClasses.length)} drawings of ${String(size)} x ${String(size)} in ${((performance.now() - started) / 1000).toFixed(1)} s`,
  );
}
