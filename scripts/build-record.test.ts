import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeBuild, markBuild, sha256 } from './build-record.mjs';

const page = '<meta name="headstart:build" content="not built" /><meta name="headstart:weights" content="https://w.example/" />';
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headstart-build-'));
  await mkdir(join(folder, 'assets'));
  await mkdir(join(folder, 'models'));
  await writeFile(join(folder, 'index.html'), page);
  await writeFile(join(folder, 'sw.js'), 'worker');
  await writeFile(join(folder, 'assets', 'main.js'), 'main');
  await writeFile(join(folder, 'models', 'weights.bin'), 'weights');
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

test('a build is described by all its files as they lie on the host, but the weights and the service worker', async () => {
  await markBuild(folder);
  const { id, headers, files } = await describeBuild(folder);
  const html = await readFile(join(folder, 'index.html'), 'utf8');
  expect(html).toContain(`content="${id}"`);
  expect(files).toEqual([
    { path: 'assets/main.js', sha256: sha256('main'), bytes: 4 },
    { path: 'index.html', sha256: sha256(html), bytes: html.length },
  ]);
  expect(headers['Content-Security-Policy']).toContain("connect-src 'self' https://w.example;");
});

test('the same files are the same build, and any other byte is another', async () => {
  await markBuild(folder);
  const { id } = await describeBuild(folder);
  await writeFile(join(folder, 'index.html'), page);
  await markBuild(folder);
  expect((await describeBuild(folder)).id).toBe(id);
  await writeFile(join(folder, 'index.html'), page);
  await writeFile(join(folder, 'assets', 'main.js'), 'Main');
  await markBuild(folder);
  expect((await describeBuild(folder)).id).not.toBe(id);
});

test('a page without a place for the name of its build is refused', async () => {
  await markBuild(folder);
  await expect(markBuild(folder)).rejects.toThrow('no meta tag for the name of the build');
  await writeFile(join(folder, 'index.html'), '<p></p>');
  await expect(describeBuild(folder)).rejects.toThrow('does not name its build');
});
