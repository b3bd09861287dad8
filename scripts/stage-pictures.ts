import { copyFile, link, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, sep } from 'node:path';
import { recogniseDataset } from '../src/domain/label-rules';
import { deriveRng } from '../src/domain/rng';

interface StagedFile {
  readonly from: string;
  /** Null where the label rules find none; such a file still goes along, for the page to report. */
  readonly className: string | null;
  /** Name to stage it under: its whole path, so that files of different folders do not meet. */
  readonly name: string;
}

/** The files of a folder with the classes that the page itself would give them. */
async function labelFiles(root: string): Promise<StagedFile[]> {
  const files = new Map(
    (await listFiles(root)).map((path) => [[basename(root), ...relative(root, path).split(sep)].join('/'), path]),
  );
  const { entries } = recogniseDataset([...files.keys()]);
  const classes = new Map(entries.map(({ path, className }) => [path, className]));
  return [...files].map(([path, from]) => ({
    from,
    className: classes.get(path) ?? null,
    name: relative(root, from).split(sep).join('-'),
  }));
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return (
    entries
      // The labels are given here: a manifest of the former places would only be in the way.
      .filter((entry) => !entry.isDirectory() && !/\.(csv|tsv|jsonl)$/i.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
  );
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
      for (const file of await labelFiles(root)) {
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
