import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from './app-test';
import { drawingPng, writeFiles } from './pictures';

const fixtures = new URL('../src/ingest/fixtures/formats/', import.meta.url);
const heic = (name: string): Promise<Buffer> => readFile(new URL(name, fixtures));
const isDecoder = ({ path }: { readonly path: string }): boolean => path.includes('libheif');

test('photos of a phone come in upright, and what opens them is loaded only then', async ({ openApp, folder }) => {
  const app = await openApp({ webgpu: false });
  await writeFiles(folder, { 'plain/cat/a.png': drawingPng('cat', 1), 'plain/dog/a.png': drawingPng('dog', 1) });
  await app.chooseFolder(join(folder, 'plain'));
  expect(app.server.requests.filter(isDecoder)).toEqual([]);
  await writeFiles(folder, {
    'phone/cat/IMG_1.HEIC': await heic('turned.heic'),
    'phone/dog/IMG_2.heic': await heic('alpha.heic'),
    'phone/dog/cut.heic': (await heic('plain.heic')).subarray(0, 600),
  });
  await app.drop([join(folder, 'phone')]);
  const { samples, skipped } = (await app.state()).project.document;
  const phone = samples.filter(({ path }) => path.startsWith('phone/'));
  expect(phone.map(({ name, width, height }) => [name, width, height])).toEqual([
    ['IMG_1.HEIC', 48, 32],
    ['IMG_2.heic', 48, 32],
  ]);
  expect(skipped.map(({ path, reason }) => [path, reason.code])).toEqual([['phone/dog/cut.heic', 'picture-truncated']]);
  expect(app.server.requests.filter(isDecoder).length).toBeGreaterThan(0);
  expect(app.errors).toEqual([]);
});

test('where the HEIC decoder cannot be loaded the file is skipped by name, and comes in later', async ({ openApp, folder }) => {
  const app = await openApp({
    webgpu: false,
    before: (server) => {
      server.setFaults([{ kind: 'status', match: /libheif.*\.wasm/, status: 503, times: 1 }]);
    },
  });
  await writeFiles(folder, { 'cat/IMG_1.HEIC': await heic('plain.heic'), 'dog/a.png': drawingPng('dog', 1) });
  await app.chooseFolder(folder);
  const first = (await app.state()).project.document;
  expect(first.skipped.map(({ reason }) => reason.code)).toEqual(['heic-decoder-missing']);
  await expect(app.page.getByText('1 skipped')).toBeVisible();
  await app.drop([folder]);
  expect((await app.state()).project.document.classNames).toEqual(['cat', 'dog']);
});
