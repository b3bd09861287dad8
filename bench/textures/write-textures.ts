import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deriveRng } from '../../src/domain/rng';
import { encodePng } from '../png';
import { cellKinds, createCellPicture } from './cells';

/** Pictures of each kind in each split. */
export interface TextureCounts {
  readonly train: number;
  readonly val: number;
}

/** Few enough for fine-tuning in minutes on two cores, enough to tell the ways apart. */
export const usualTextures: TextureCounts = { train: 100, val: 60 };

/** Writes `DIR/train/<kind>/*.png` and `DIR/val/<kind>/*.png`. A picture depends on seed, split, kind and its number alone. */
export async function writeTextures(folder: string, counts: TextureCounts, seed: number): Promise<void> {
  for (const split of ['train', 'val'] as const) {
    for (const kind of cellKinds) {
      await mkdir(join(folder, split, kind), { recursive: true });
      for (let number = 0; number < counts[split]; number++) {
        const picture = createCellPicture(kind, deriveRng(seed, `${split} ${kind} ${String(number)}`));
        await writeFile(join(folder, split, kind, `${kind}-${String(number).padStart(3, '0')}.png`), encodePng(picture));
      }
    }
  }
}
