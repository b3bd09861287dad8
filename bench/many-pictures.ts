import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { createDrawing, drawingClasses } from '../src/ingest/sample/drawings';
import { encodePng } from './png';
import { ZipWriter } from './zip-writer';

const templatesPerClass = 12;
const side = 160;
/** The last chunk of a PNG: its length, `IEND`, its sum. */
const endBytes = 12;

/** A PNG with one more chunk, of a private kind that every decoder passes over: another file, the same picture. */
function withFiller(png: Buffer, filler: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from('prVt', 'latin1'), filler]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(filler.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(typed));
  const at = png.length - endBytes;
  return Buffer.concat([png.subarray(0, at), length, typed, sum, png.subarray(at)]);
}

/**
 * `count` pictures in two class folders, each a file of its own of about `bytes` bytes; a few drawings with noise in a chunk that
 * nobody looks at, because drawing 25,000 would take longer than reading them.
 */
export function* manyPictures(count: number, bytes: number): Generator<{ readonly path: string; readonly content: Buffer }> {
  const templates = drawingClasses.map((kind) =>
    Array.from({ length: templatesPerClass }, (_, i) => encodePng(createDrawing(kind, i, side))),
  );
  const noise = randomBytes(bytes + count);
  for (let i = 0; i < count; i += 1) {
    const at = i % drawingClasses.length;
    const kind = drawingClasses[at] ?? '';
    const template = templates[at]?.[Math.floor(i / drawingClasses.length) % templatesPerClass];
    if (template === undefined) throw new Error('no drawing to write');
    const number = Buffer.alloc(4);
    number.writeUInt32BE(i);
    const filler = noise.subarray(i, i + Math.max(0, bytes - template.length));
    yield { path: `${kind}/${kind}.${String(i)}.png`, content: withFiller(template, Buffer.concat([number, filler])) };
  }
}

/** Writes them as a folder and as a ZIP of the same files. @returns the archive's size in bytes */
export async function writeManyPictures(folder: string, archive: string, count: number, bytes: number): Promise<number> {
  for (const kind of drawingClasses) await mkdir(join(folder, kind), { recursive: true });
  const zip = new ZipWriter(archive);
  for (const { path, content } of manyPictures(count, bytes)) {
    await writeFile(join(folder, path), content);
    await zip.add(path, content);
  }
  await zip.close();
  return zip.bytes;
}
