import { spawnSync } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, type App, pressEnter } from './app-test';
import { drawingPng, writeFiles } from './pictures';

/** Playwright cannot answer the browser's own dialog; without it the page downloads, as in Firefox. */
async function withoutDialog(app: App): Promise<void> {
  await app.page.evaluate(() => Reflect.deleteProperty(window, 'showSaveFilePicker'));
}

async function save(app: App): Promise<void> {
  await pressEnter(app.page.getByRole('button', { name: 'Add pictures' }));
  await pressEnter(app.page.getByRole('menuitem', { name: 'Save pictures and labels as a ZIP…' }));
}

/** With Python's zipfile, which checks every CRC. */
const unpack = `
import sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
assert archive.testzip() is None
archive.extractall(sys.argv[2])
print(len(archive.namelist()))
`;

test('what is exported comes back as it was: bytes, classes, names of any script', async ({ openApp, folder }) => {
  const app = await openApp({ webgpu: false });
  await writeFiles(folder, {
    'in/🐈 кошка/a.png': drawingPng('cat', 1),
    'in/🐈 кошка/deep/a.png': drawingPng('cat', 2),
    'in/כלב/=b.png': drawingPng('dog', 1),
    'in/כלב/c.png': drawingPng('dog', 2),
  });
  await app.chooseFolder(join(folder, 'in'));
  const before = (await app.state()).project.document.samples;
  expect(before).toHaveLength(4);
  await app.act((store) => {
    const { actions, project } = store.getState();
    const [first] = project.document.samples;
    actions.dispatch({ kind: 'move-samples', ids: [first?.id ?? ''], className: null });
  });
  await withoutDialog(app);
  const download = app.page.waitForEvent('download');
  await save(app);
  const zip = join(folder, 'out.zip');
  await (await download).saveAs(zip);
  await expect(app.page.getByText(/^4 pictures written to .*\.zip, \d+ kB\.$/)).toBeVisible();

  await mkdir(join(folder, 'out'));
  const python = spawnSync('python3', ['-c', unpack, zip, join(folder, 'out')], { encoding: 'utf8' });
  expect([python.stderr, python.stdout.trim()]).toEqual(['', '5']);
  const rows = (await readFile(join(folder, 'out', 'metadata.csv'), 'utf8')).trim().split('\r\n');
  expect(rows[0]).toBe('file_name,label,split,width,height,source');
  expect(rows).toHaveLength(5);
  expect(rows.filter((row) => row.startsWith('unlabelled/'))).toHaveLength(1);
  for (const row of rows.slice(1)) expect(await readFile(join(folder, 'out', row.split(',')[0] ?? ''))).toBeTruthy();

  // The same pictures, by content, in the same classes; the one without a label aside.
  await app.act((store) => store.getState().actions.clearPictures());
  await app.chooseFolder(join(folder, 'out'));
  const after = (await app.state()).project.document.samples;
  const labels = (samples: typeof before) => new Map(samples.map(({ contentHash, className }) => [contentHash, className]));
  const [was, is] = [labels(before), labels(after)];
  expect(new Set(is.keys())).toEqual(new Set(was.keys()));
  const moved = before[0]?.contentHash ?? '';
  for (const [hash, className] of was) if (hash !== moved) expect(is.get(hash)).toBe(className);
});

test('an export that is cancelled leaves nothing, and one that cannot be written says so', async ({ openApp, folder }) => {
  const app = await openApp({ webgpu: false });
  await writeFiles(folder, { 'cat/a.png': drawingPng('cat', 1), 'dog/a.png': drawingPng('dog', 1) });
  await app.chooseFolder(folder);
  await withoutDialog(app);
  // A disk that is full, as the browser tells it in the worker, cannot be had here; storage that is refused can.
  await app.page.evaluate(() => {
    const { storage } = navigator;
    const real = storage.getDirectory.bind(storage);
    let calls = 0;
    storage.getDirectory = () => ((calls += 1) <= 2 ? Promise.reject(new DOMException('', 'SecurityError')) : real());
  });
  await save(app);
  await expect(app.page.locator('[data-code="storage-refused"]')).toBeVisible();

  await app.act((store) => {
    const stop = store.subscribe(({ exporting, actions }) => {
      if (exporting.phase !== 'writing') return;
      stop();
      actions.cancelExport();
    });
  });
  await save(app);
  await expect(app.page.locator('[data-code="cancelled"]')).toBeVisible();
  const left = await app.page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    return root.getDirectoryHandle('exports').then(
      () => 'there',
      () => 'gone',
    );
  });
  expect(left).toBe('gone');
});
