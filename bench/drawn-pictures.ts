import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDrawing, drawingClasses, drawingsPerClass } from '../src/ingest/sample/drawings';
import { encodePng } from './png';

/** `count` files in two class folders; each differs, so that none counts as a duplicate. */
export async function writePictures(folder: string, count: number): Promise<void> {
  const drawings = drawingClasses.map((kind) =>
    Array.from({ length: Math.min(16, drawingsPerClass) }, (_, i) => createDrawing(kind, i, 256)),
  );
  for (const [at, kind] of drawingClasses.entries()) {
    await mkdir(join(folder, kind), { recursive: true });
    const own = drawings[at] ?? [];
    for (let i = 0; i < count / drawingClasses.length; i += 1) {
      const drawing = own[i % own.length];
      if (drawing === undefined) throw new Error('no drawing to write');
      const changed = drawing.data.slice();
      changed.set([i & 255, (i >> 8) & 255, at], 0);
      await writeFile(join(folder, kind, `${kind}.${String(i)}.png`), encodePng({ ...drawing, data: changed }));
    }
  }
}
