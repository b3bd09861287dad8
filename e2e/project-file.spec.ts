import { copyFile, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { distFolder } from '../scripts/build.mjs';
import { expectAccessible } from './accessible';
import { connectPage, expect, test, type App } from './app-test';
import { writeClasses } from './pictures';

const isProved = (app: App) => app.until((store) => (store.getState().compute.status?.selfTest ?? null) !== null);

async function train(app: App) {
  await app.page.getByRole('button', { name: /^Train( again)?$/ }).click();
  await app.until((store) => store.getState().run.phase === 'done', 120_000);
  const { run, features } = await app.state();
  expect(run.error).toBeNull();
  return { losses: run.history.steps.map(({ trainLoss }) => trainLoss), secondsPerPicture: features.secondsPerPicture };
}

test('a project goes out as one file and comes in elsewhere: it trains at once, and no altered one comes in', async ({
  openApp,
  folder,
}) => {
  await writeClasses(join(folder, 'pets'), { cat: 4, dog: 4 });
  // The app with room for files beside it.
  const site = join(folder, 'site');
  await mkdir(join(site, 'sets'), { recursive: true });
  for (const name of await readdir(distFolder)) await symlink(join(distFolder, name), join(site, name));
  const app = await openApp({ webgpu: false, server: { root: site } });
  const { page } = app;
  await isProved(app);
  await app.act(({ getState }) => {
    getState().actions.changeSettings({ epochs: 1, batchSize: 4 });
  });
  await app.chooseFolder(join(folder, 'pets'));
  await app.until(({ getState }) => getState().features.done === 8, 120_000);
  const fresh = await train(app);
  expect(fresh.secondsPerPicture).not.toBeNull();

  // Out, by keyboard. Playwright cannot answer the browser's own dialog; without it the page downloads.
  await page.evaluate(() => Reflect.deleteProperty(window, 'showSaveFilePicker'));
  await page.getByRole('button', { name: 'Projects', exact: true }).press('Enter');
  await expect(page.getByRole('heading', { name: 'Projects on this device' })).toBeFocused();
  await expectAccessible(app.page, 'list of projects');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'More for pets' }).press('Enter');
  await page.getByRole('menuitem', { name: 'Save as a ZIP…' }).press('Enter');
  const zip = join(folder, 'pets.zip');
  await (await download).saveAs(zip);
  await expect(page.getByRole('dialog', { name: 'The project is saved' })).toContainText(
    '8 pictures · 1 trained head · features of 8 pictures',
  );
  await page.keyboard.press('Escape');

  // Nothing is left; then one that was changed on its way.
  await app.act(({ getState }) => getState().actions.forgetEverything());
  await page.reload();
  await isProved(app);
  const open = async (file: string) => {
    await page.getByRole('button', { name: 'Projects', exact: true }).click();
    await page.getByLabel('Project file').setInputFiles(file);
  };
  const bytes = await readFile(zip);
  const middle = bytes.indexOf('pictures/cat/') + 400;
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
  await writeFile(join(folder, 'altered.zip'), bytes);
  await open(join(folder, 'altered.zip'));
  await page.getByRole('button', { name: 'Open it' }).click();
  await expect(page.locator('[data-code="project-file-altered"]')).toBeVisible();
  await page.keyboard.press('Escape');
  await app.act(({ getState }) => getState().actions.listProjects());
  await expect(page.getByText('No project yet')).toBeVisible();
  await page.getByRole('button', { name: 'New project' }).click();

  // From an address of the same site, as a teacher gives it to a class.
  await copyFile(zip, join(site, 'sets', 'pets.zip'));
  await page.goto(`${app.server.url}?project=sets/pets.zip`);
  const question = page.getByRole('dialog', { name: 'Open the project “pets”?' });
  await expect(question).toContainText('8 pictures in 2 classes, 1 run, 1 trained head');
  await expectAccessible(app.page, 'question');
  await isProved(app);
  await page.getByRole('button', { name: 'Open it' }).press('Enter');
  await expect(page.getByRole('dialog', { name: 'The project is here' })).toContainText('features of 8 pictures');
  await page.keyboard.press('Escape');
  expect(page.url()).not.toContain('project=');
  await app.until(({ getState }) => getState().thumbnails.size === 8 && getState().headReady);
  await expect(page.getByText(/^Ready: all \d+ pictures have gone through VGG-16/)).toBeVisible();
  expect(await train(app)).toEqual({ ...fresh, secondsPerPicture: null });

  // A second tab looks on, and takes over.
  const other = connectPage(await app.context.newPage(), app);
  await other.page.goto(app.server.url);
  await expect(other.page.getByRole('region', { name: 'Open in another tab' })).toBeVisible();
  await expectAccessible(other.page, 'reader');
  await other.page.getByRole('button', { name: 'Take over' }).press('Enter');
  await expect(page.getByRole('region', { name: 'Open in another tab' })).toBeVisible();
  await expect(other.page.getByRole('region', { name: 'Open in another tab' })).toBeHidden();

  await other.page.getByRole('button', { name: 'Menu' }).click();
  await other.page.getByRole('menuitem', { name: 'Storage on this device…' }).click();
  await expect(other.page.getByRole('row', { name: /^Features \(\d+ pictures\)/ })).toBeVisible();
  await expectAccessible(other.page, 'storage');
  expect(app.errors).toEqual([]);
});
