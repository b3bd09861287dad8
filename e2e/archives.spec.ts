import { mkdir, open, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test, type App } from './app-test';
import { archiveMakers, findMaker, hasTool } from './archive-tools';
import { drawingPng, writeClasses, writeFiles } from './pictures';

async function skippedCodes(app: App): Promise<Record<string, string>> {
  const { skipped } = (await app.state()).project.document;
  return Object.fromEntries(skipped.map(({ path, reason }) => [path, reason.code]));
}

/** Classes with names of every script, and how many pictures of each came in. */
async function countsByClass(app: App): Promise<Record<string, number>> {
  const { samples } = (await app.state()).project.document;
  const counts: Record<string, number> = {};
  for (const { className } of samples) counts[className ?? ''] = (counts[className ?? ''] ?? 0) + 1;
  return counts;
}

for (const { title, name, isAvailable, make } of archiveMakers) {
  if (!isAvailable) continue;
  test(`an archive made by ${title} comes in by its class folders`, async ({ openApp, folder }) => {
    const pictures = join(folder, 'pictures');
    await writeClasses(pictures, { cat: 3, 'собака 🐕': 2, قط: 2 });
    await writeFiles(pictures, { 'cat/note.txt': 'no picture' });
    make(join(folder, name), pictures);
    const app = await openApp({ webgpu: false });
    await app.drop([join(folder, name)]);
    expect(await countsByClass(app)).toEqual({ cat: 3, 'собака 🐕': 2, قط: 2 });
    expect(await skippedCodes(app)).toEqual({ 'pets/cat/note.txt': 'not-a-picture' });
    expect((await app.state()).project.document.name).toBe('pets');
    expect((await app.state()).ingest.error).toBeNull();
    expect(app.errors).toEqual([]);
  });
}

test('pictures of an archive are trained on, and say so when the archive has gone', async ({ openApp, folder }) => {
  const maker = archiveMakers.find(({ isAvailable }) => isAvailable);
  if (maker === undefined) return;
  const pictures = join(folder, 'pictures');
  await writeClasses(pictures, { cat: 5, dog: 5 });
  const archive = join(folder, maker.name);
  maker.make(archive, pictures);
  const app = await openApp({ webgpu: false });
  await app.drop([archive]);
  await app.act((store) => {
    store.getState().actions.changeSettings({ epochs: 1 });
  });
  await app.until((store) => store.getState().weights.phase === 'ready');
  await app.page.getByRole('button', { name: 'Train', exact: true }).click();
  await app.until((store) => store.getState().run.phase === 'done', 120_000);
  expect((await app.state()).run.error).toBeNull();

  await rm(archive);
  // Made 224 x 224 in another way: what was read before is of no use.
  await app.act((store) => {
    store.getState().actions.changeSettings({ fit: 'pad' });
  });
  await app.page.getByRole('button', { name: 'Train', exact: true }).click();
  await app.until((store) => store.getState().run.phase === 'failed', 120_000);
  expect((await app.state()).run.error?.code).toBe('picture-gone');
});

test('an archive inside an archive is unpacked once, its size said, and its room given back with its pictures', async ({
  openApp,
  folder,
}) => {
  const zip = findMaker('zip');
  if (zip === null) return;
  const [inner, outer] = [join(folder, 'inner'), join(folder, 'outer')];
  await writeFiles(inner, {
    ...Object.fromEntries([0, 1, 2].map((i) => [`train/cat.${String(i)}.png`, drawingPng('cat', i)])),
    ...Object.fromEntries([0, 1, 2].map((i) => [`train/dog.${String(i)}.png`, drawingPng('dog', i)])),
  });
  await mkdir(outer);
  zip.make(join(outer, 'train.zip'), inner);
  await writeFiles(outer, { 'sampleSubmission.csv': 'id,label\n1,0.5\n' });
  // Deflated, as only then it has to be unpacked: `zip` itself would store what gains nothing.
  execFileSync('zip', ['-q', '-r', '-Z', 'deflate', '-n', ':', join(folder, 'dogs-vs-cats.zip'), '.'], { cwd: outer });
  const app = await openApp({ webgpu: false });
  await app.drop([join(folder, 'dogs-vs-cats.zip')]);
  expect(await countsByClass(app)).toEqual({ cat: 3, dog: 3 });
  expect((await app.state()).project.document.samples[0]?.path).toBe('dogs-vs-cats/train/cat.0.png');
  const unpacked = () =>
    app.page.evaluate(async () => {
      const names: string[] = [];
      const root = await (await navigator.storage.getDirectory()).getDirectoryHandle('headstart-unpacked', { create: true });
      for await (const visit of root.values())
        if (visit.kind === 'directory') for await (const file of (visit as FileSystemDirectoryHandle).keys()) names.push(file);
      return names.length;
    });
  expect(await unpacked()).toBeLessThanOrEqual(1);
  await app.act((store) => store.getState().actions.clearPictures());
  await expect.poll(unpacked).toBe(0);
});

test('a cut archive gives what can be read, a bad file only itself, and what is no archive is named', async ({
  openApp,
  folder,
}) => {
  const zip = findMaker('Python’s zipfile');
  if (zip === null) return;
  const pictures = join(folder, 'pictures');
  await writeClasses(pictures, { cat: 4, dog: 4 });
  const cut = join(folder, 'cut.zip');
  zip.make(cut, pictures);
  await truncate(cut, Math.floor((await readFile(cut)).length / 2));
  const app = await openApp({ webgpu: false });
  await app.drop([cut]);
  const came = (await app.state()).project.document.samples.length;
  expect(came).toBeGreaterThan(1);
  expect(came).toBeLessThan(8);
  expect(await skippedCodes(app)).toEqual({ 'cut.zip': 'archive-cut' });

  await app.act((store) => store.getState().actions.clearPictures());
  const bad = join(folder, 'bad.zip');
  zip.make(bad, pictures);
  const file = await open(bad, 'r+');
  await file.write(Buffer.alloc(16, 0xa5), 0, 16, 200);
  await file.close();
  await app.drop([bad]);
  expect((await app.state()).project.document.samples).toHaveLength(7);
  expect(Object.values(await skippedCodes(app))).toEqual(['entry-broken']);

  await app.act((store) => store.getState().actions.clearPictures());
  await writeFile(join(folder, 'page.zip'), '<html>Not found</html>');
  await writeFile(join(folder, 'photos.rar'), Buffer.from('526172211a070100ffff', 'hex'));
  await app.drop([join(folder, 'page.zip'), join(folder, 'photos.rar')]);
  expect(await skippedCodes(app)).toEqual({ 'page.zip': 'archive-broken', 'photos.rar': 'archive-unsupported' });
  expect((await app.state()).ingest.error?.code).toBe('archive-broken');
  await expect(app.page.getByText('page.zip is called an archive but cannot be read as one.').first()).toBeVisible();
});

test('a file locked by a password is named, the others come in', async ({ openApp, folder }) => {
  if (!hasTool('zip')) return;
  const pictures = join(folder, 'pictures');
  await writeClasses(pictures, { cat: 2, dog: 2 });
  const archive = join(folder, 'pets.zip');
  execFileSync('zip', ['-q', '-r', archive, 'dog', 'cat/cat.0.png'], { cwd: pictures });
  execFileSync('zip', ['-q', '-r', '-P', 'secret', archive, 'cat/cat.1.png'], { cwd: pictures });
  const app = await openApp({ webgpu: false });
  await app.drop([archive]);
  expect(await countsByClass(app)).toEqual({ cat: 1, dog: 2 });
  expect(await skippedCodes(app)).toEqual({ 'pets/cat/cat.1.png': 'entry-locked' });
});

test('several archives and a folder dropped together are one dataset, two archives of one name included', async ({
  openApp,
  folder,
}) => {
  const zip = findMaker('zip');
  const tar = findMaker('tar');
  if (zip === null || tar === null) return;
  await writeClasses(join(folder, 'a'), { cat: 2 });
  await writeClasses(join(folder, 'b'), { dog: 2 });
  await writeFiles(join(folder, 'bird'), { '1.png': drawingPng('cat', 40), '2.png': drawingPng('cat', 41) });
  zip.make(join(folder, 'cat.zip'), join(folder, 'a', 'cat'));
  tar.make(join(folder, 'dog.tar'), join(folder, 'b', 'dog'));
  await rename(join(folder, 'a'), join(folder, 'c'));
  const app = await openApp({ webgpu: false });
  await app.drop([join(folder, 'cat.zip'), join(folder, 'dog.tar'), join(folder, 'bird')]);
  expect(await countsByClass(app)).toEqual({ bird: 2, cat: 2, dog: 2 });
});
