import AxeBuilder from '@axe-core/playwright';
import { chromium } from '@playwright/test';
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromiumArguments, ensureChromium } from '../scripts/chromium.mjs';
import { openExportedPage } from '../scripts/exported-page';
import { unpackExport } from '../scripts/export-model';
import { hasPython, runPython } from '../src/export/testing/python';
import { expect, test } from './app-test';
import { writeClasses } from './pictures';

/** With Python's zipfile, which checks every CRC. */
const unpack = `
import json, struct, sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
assert archive.testzip() is None
archive.extractall(sys.argv[2])
file = open(sys.argv[2] + "/model.safetensors", "rb")
length = struct.unpack("<Q", file.read(8))[0]
header = json.loads(file.read(length))
print(json.dumps({"names": sorted(archive.namelist()), "tensors": {k: v["shape"] for k, v in header.items() if k[0] != "_"}}))
`;

interface Unpacked {
  readonly names: readonly string[];
  readonly tensors: Readonly<Record<string, readonly number[]>>;
}

test('a trained model is saved with its certificate, and says the same in PyTorch', async ({ openApp, folder }) => {
  const app = await openApp({ webgpu: false, colorScheme: 'dark', viewport: { width: 390, height: 844 } });
  const { page } = app;
  await page.evaluate(() => Reflect.deleteProperty(window, 'showSaveFilePicker'));
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('menuitem', { name: 'Export the model…' }).press('Enter');
  await expect(page.locator('[data-code="head-absent"]')).toBeVisible();
  await page.keyboard.press('Escape');

  await writeClasses(join(folder, 'in'), { cat: 4, dog: 4 });
  await app.chooseFolder(join(folder, 'in'));
  await app.act((store) => {
    const { actions } = store.getState();
    actions.changeSettings({ epochs: 1 });
    return actions.train();
  });
  await page.getByRole('tab', { name: /Train/ }).press('Enter');
  await page.getByRole('button', { name: 'Export the model…' }).press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Take the model with you' });
  await expect(dialog.getByRole('heading', { name: 'Certificate' })).toBeVisible();
  await expect(dialog.getByRole('listitem')).toHaveCount(8);
  await expect(dialog).toContainText(/59 MB · about .* a picture \(PyTorch on this processor\)/);
  const { violations } = await new AxeBuilder({ page }).include('[role="dialog"]').analyze();
  expect(violations).toEqual([]);

  // Cancelled midway nothing is left, and the dialog says so; then it is done again.
  await app.act((store) => {
    const stop = store.subscribe(({ modelExport, actions }) => {
      if (modelExport.progress?.stage !== 'writing') return;
      stop();
      actions.cancelModelExport();
    });
  });
  const save = dialog.getByRole('button', { name: 'Save…' });
  await save.press('Enter');
  await expect(dialog.locator('[data-code="cancelled"]')).toBeVisible();
  await expect(save).toBeEnabled();
  const download = page.waitForEvent('download');
  await save.press('Enter');
  const zip = join(folder, 'out.zip');
  await (await download).saveAs(zip);
  await expect(dialog.getByRole('status')).toContainText(/pytorch\.zip is saved: 20 files · 59 MB\./);

  const out = join(folder, 'out');
  const python = spawnSync('python3', ['-c', unpack, zip, out], { encoding: 'utf8' });
  expect(python.stderr).toBe('');
  const { names, tensors } = JSON.parse(python.stdout) as Unpacked;
  expect(names).toEqual(expect.arrayContaining(['README.md', 'check.py', 'config.json', 'predict.py', 'train.py']));
  expect(Object.keys(tensors)).toHaveLength(28);
  expect(tensors['classifier.weight']).toEqual([2, 25_088]);
  expect(tensors['features.28.weight']).toEqual([512, 512, 3, 3]);
  const certificate = JSON.parse(await readFile(join(out, 'certificate', 'certificate.json'), 'utf8')) as { rms: number };
  expect(certificate.rms).toBeGreaterThan(0);
  expect(app.errors).toEqual([]);

  // The one HTML file, opened from disk where there is no network.
  const saving = page.waitForEvent('download');
  await app.act((store) => store.getState().actions.exportModel({ format: 'html', precision: 'float16' }));
  const html = join(folder, 'model.html');
  await (await saving).saveAs(html);
  const offline = await page.context().newPage();
  const asked: string[] = [];
  offline.on('request', (request) => asked.push(new URL(request.url()).protocol));
  await offline.context().setOffline(true);
  await offline.goto(pathToFileURL(html).href);
  await expect(offline.locator('#status')).toHaveText(/^Ready/);
  await offline.setInputFiles('#file', [join(folder, 'out', 'certificate', '01.png'), join(folder, 'out', 'check.py')]);
  await expect(offline.getByRole('listitem')).toHaveCount(2);
  await expect(offline.getByText('check.py: This browser cannot open it as a picture.', { exact: false }).last()).toBeVisible();
  await expect(offline.getByRole('table')).toContainText(/cat.*%/);
  await offline.getByRole('button', { name: 'Check' }).press('Enter');
  await expect(offline.locator('#check-result')).toHaveText(/^The same answers\. Largest difference \d/);
  expect((await new AxeBuilder({ page: offline }).analyze()).violations).toEqual([]);
  expect(asked).toEqual(['file:']);
  await offline.context().setOffline(false);
  await offline.close();

  // The example pages, in a fresh page with the library that their README names, over two pictures of the certificate.
  // The app's own context lets nothing be asked of another machine.
  const other = await chromium.launch({ executablePath: ensureChromium(), args: chromiumArguments({ webgpu: false }) });
  for (const format of ['onnx', 'tensorflow'] as const) {
    const saved = page.waitForEvent('download');
    const choice = { format, precision: 'float16' } as const;
    await (await app.store()).evaluate((store, wanted) => store.getState().actions.exportModel(wanted), choice);
    await (await saved).saveAs(join(folder, `${format}.zip`));
    await unpackExport(join(folder, `${format}.zip`), join(folder, format));
    const example = await other.newPage();
    const refused: string[] = [];
    example.on('console', (message) => message.type() === 'error' && refused.push(message.text()));
    await openExportedPage(example, join(folder, format), (path, text) => {
      if (!path.endsWith('certificate.json')) return null;
      const { pictures, ...rest } = JSON.parse(text) as { readonly pictures: readonly unknown[] };
      return JSON.stringify({ ...rest, pictures: pictures.slice(0, 2) });
    });
    await expect(example.locator('#status')).toHaveText(/^Ready/);
    await example.getByRole('button', { name: 'Check' }).press('Enter');
    await expect(example.locator('#check-result')).toHaveText(/^The same answers\. Largest difference \d/, { timeout: 60_000 });
    console.log(`${format}'s example page: ${(await example.locator('#check-result').textContent()) ?? ''}`);
    expect(refused).toEqual([]);
    await example.close();
  }
  await other.close();

  if (!hasPython('check.py over the page’s own export', 'torch', 'safetensors', 'PIL', 'numpy')) return;
  const checked = runPython(['check.py'], out);
  console.log(checked.stdout.trim().split('\n').at(-2));
  expect([checked.status, checked.stderr]).toEqual([0, '']);
});
