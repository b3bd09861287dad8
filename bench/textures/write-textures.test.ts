import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeTextures } from './write-textures';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headstart-textures-test-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

it('writes a folder a kind in each split, and a seed always draws the same pictures', async () => {
  const write = async (name: string, seed: number) => {
    await writeTextures(join(folder, name), { train: 1, val: 1 }, seed);
    const read = (path: string) => readFile(join(folder, name, path));
    return Promise.all(
      ['train/dividing/dividing-000.png', 'train/resting/resting-000.png', 'val/dividing/dividing-000.png'].map(read),
    );
  };
  const once = await write('once', 0);
  const all = await readdir(join(folder, 'once'), { recursive: true });
  expect(all.filter((path) => path.endsWith('.png')).sort()).toEqual([
    'train/dividing/dividing-000.png',
    'train/resting/resting-000.png',
    'val/dividing/dividing-000.png',
    'val/resting/resting-000.png',
  ]);
  expect(await write('again', 0)).toEqual(once);
  expect((await write('other', 1))[0]).not.toEqual(once[0]);
  // Each picture is its own, also across splits: nothing to learn by heart.
  expect(new Set(once.map((bytes) => bytes.toString('base64'))).size).toBe(3);
}, 60_000);
