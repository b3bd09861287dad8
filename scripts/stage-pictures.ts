import { copyFile, link, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import { deriveRng } from '../src/domain/rng';

const splitFolders = new Set(['train', 'training', 'val', 'valid', 'validation', 'test']);

interface StagedFile {
  readonly from: string;
  /** Null when neither a folder nor the name tells it; such a file still goes along, for the page to report. */
  readonly className: string | null;
  /** Path to stage at, below the class folder. */
  readonly name: string;
}

/** The class of a file of a folder that trains as a whole: split folders are passed over, flat names are `cat.0.jpg`. */
function stagedFile(root: string, path: string): StagedFile {
  const parts = relative(root, path).split(sep);
  const inside = splitFolders.has(parts[0]?.toLowerCase() ?? '') && parts.length > 1 ? parts.slice(1) : parts;
  const prefix = inside.length < parts.length ? `${parts[0] ?? ''}-` : '';
  const file = inside[inside.length - 1] ?? '';
  if (inside.length === 1) {
    const named = /^(.+?)[._-]\d+\.[^.]+$/.exec(file);
    return { from: path, className: named?.[1] ?? null, name: prefix + file };
  }
  return { from: path, className: inside[0] ?? null, name: [...inside.slice(1, -1), prefix + file].join('-') };
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function place(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  // A hard link costs nothing; across devices only a copy works.
  await link(from, to).catch(() => copyFile(from, to));
}

export interface StagedPictures {
  readonly folder: string;
  remove(): Promise<void>;
}

/**
 * A temporary folder `train/<class>`, `val/<class>`: all of `dataFolder` to train, at most `limit` a class by the seed,
 * and `valFolder` to validate. Remove it when done.
 */
export async function stagePictures(
  dataFolder: string,
  valFolder: string,
  limit: number | null,
  seed: number,
): Promise<StagedPictures> {
  const folder = await mkdtemp(join(tmpdir(), 'headstart-demo-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    for (const [split, root] of [
      ['train', dataFolder],
      ['val', valFolder],
    ] as const) {
      const byClass = new Map<string | null, StagedFile[]>();
      for (const path of await listFiles(root)) {
        const file = stagedFile(root, path);
        byClass.set(file.className, [...(byClass.get(file.className) ?? []), file]);
      }
      for (const [className, files] of byClass) {
        const limited = split === 'train' && limit !== null && files.length > limit;
        const kept = limited
          ? deriveRng(seed, `demo-limit:${className ?? ''}`)
              .shuffle(files)
              .slice(0, limit)
          : files;
        for (const { from, name } of kept) await place(from, join(folder, split, className ?? '', name));
      }
    }
  } catch (error) {
    await remove();
    throw error;
  }
  return { folder, remove };
}
