import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { stagePictures } from './stage-pictures';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'headstart-stage-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function write(...paths: string[]) {
  for (const path of paths) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), path);
  }
}

async function list(folder: string) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

test('all of the pictures train, those of inner train and val folders included, and the other folder validates', async () => {
  await write('pets/train/cat/1.jpg', 'pets/val/cat/1.jpg', 'pets/val/dog/2.jpg', 'more/cat/7.jpg', 'more/dog/8.jpg');
  const staged = await stagePictures(join(root, 'pets'), join(root, 'more'), null, 0);
  expect(await list(staged.folder)).toEqual([
    'train/cat/train-cat-1.jpg',
    'train/cat/val-cat-1.jpg',
    'train/dog/val-dog-2.jpg',
    'val/cat/cat-7.jpg',
    'val/dog/dog-8.jpg',
  ]);
  await staged.remove();
  expect(existsSync(staged.folder)).toBe(false);
});

test('the limit counts a class of the training pictures only, and the seed decides which', async () => {
  const names = Array.from({ length: 9 }, (_, i) => [
    `flat/cat.${String(i)}.jpg`,
    `flat/dog.${String(i)}.jpg`,
    `v/cat/${String(i)}.jpg`,
  ]).flat();
  await write(...names);
  const lists = [];
  for (const seed of [0, 0, 1]) {
    const staged = await stagePictures(join(root, 'flat'), join(root, 'v'), 4, seed);
    lists.push(await list(staged.folder));
    await staged.remove();
  }
  const [first = [], again, other] = lists;
  expect(first.filter((path) => path.startsWith('train/cat/'))).toHaveLength(4);
  expect(first.filter((path) => path.startsWith('train/dog/'))).toHaveLength(4);
  expect(first.filter((path) => path.startsWith('val/'))).toHaveLength(9);
  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
});
