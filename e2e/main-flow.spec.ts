import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { distFolder } from '../scripts/build.mjs';
import { expectAccessible } from './accessible';
import { expect, pressEnter, test, type App } from './app-test';
import { netLogArguments, readNetLog } from './net-log';
import { drawingPng, writeClasses, writeFiles } from './pictures';

/** All that the host has of the app: paths from its folder. */
async function filesOfBuild(): Promise<readonly string[]> {
  const entries = await readdir(distFolder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(distFolder.length + 1));
}

const weightRequests = ({ server }: App): number => server.requests.filter(({ path }) => path.includes('/models/')).length;

test('drop a folder, train, read the charts, click a picture, reload and predict with the kept head, and nothing leaves', async ({
  openApp,
  folder,
}) => {
  await writeClasses(join(folder, 'pets'), { cat: 6, dog: 6 });
  await writeFiles(folder, { 'other.png': drawingPng('dog', 50) });
  const netLog = join(folder, 'net-log.json');
  const app = await openApp({ webgpu: false, launchArguments: netLogArguments(netLog) });
  const { page } = app;
  await app.until((store) => store.getState().weights.phase === 'ready');
  await expectAccessible(app.page, 'empty');

  await app.drop([join(folder, 'pets')]);
  const { classNames, samples } = (await app.state()).project.document;
  expect(classNames).toEqual(['cat', 'dog']);
  expect(samples).toHaveLength(12);
  await expectAccessible(app.page, 'pictures in');

  await app.act((store) => {
    store.getState().actions.changeSettings({ epochs: 3, batchSize: 4 });
  });
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await app.until((store) => store.getState().run.phase === 'done', 120_000);
  const { run } = await app.state();
  expect(run.error).toBeNull();
  expect(run.history.epochs).toHaveLength(3);
  expect(run.log.at(-1)).toMatch(/^Epoch 2 done, validation acc = \d\.\d+, validation loss = \d/);
  await expect(page.getByText(run.log.at(-1) ?? '')).toBeVisible();
  expect(run.firstBatch?.labels).toHaveLength(4);
  await expect(page.getByText(`[${(run.firstBatch?.labels ?? []).join(', ')}]`)).toBeVisible();
  await expectAccessible(app.page, 'done');
  await page.screenshot({ path: 'test-results/looks/done.png', fullPage: true });

  // The table shows just what is plotted.
  await page.getByRole('button', { name: 'Table' }).first().click();
  const plotted = await page
    .locator('table data')
    .evaluateAll((cells) => cells.map((cell) => Number(cell.getAttribute('value'))));
  for (const { valLoss } of run.history.epochs) expect(plotted).toContain(valLoss);
  for (const { trainLoss } of run.history.steps) expect(plotted).toContain(trainLoss);

  await page.getByRole('listbox', { name: 'Validation pictures' }).getByRole('option').first().click();
  await app.until((store) => store.getState().trial.prediction !== null);
  const { trial } = await app.state();
  expect(trial.error).toBeNull();
  expect(trial.prediction?.probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
  await expect(page.getByText(/label: (cat|dog)/).first()).toBeVisible();

  const predictOther = async (): Promise<readonly number[] | undefined> => {
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Choose', exact: true }).click();
    await (await chooser).setFiles(join(folder, 'other.png'));
    await app.until(({ getState }) => getState().trial.target?.kind === 'file' && getState().trial.prediction !== null);
    return (await app.state()).trial.prediction?.logits;
  };
  const before = await predictOther();
  const requestsBefore = weightRequests(app);
  expect(requestsBefore).toBeGreaterThan(6);

  await page.reload();
  await app.until((store) => store.getState().weights.phase === 'ready' && store.getState().headReady);
  const after = await app.state();
  expect(after.weights.report?.from).toBe('cache');
  expect(weightRequests(app)).toBe(requestsBefore);
  expect(after.project.document.settings.epochs).toBe(3);
  expect(await predictOther()).toEqual(before);
  await pressEnter(page.getByRole('button', { name: 'Evaluation' }));
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await app.until(({ getState }) => getState().offline.phase === 'kept');

  await page.getByRole('button', { name: '0 pictures left this device' }).click();
  const left = page.getByRole('dialog', { name: 'What left this device' });
  await expect(left.getByText('None. The page asked only the server that it came from')).toBeVisible();
  await expect(left.getByText('datasets-server.huggingface.co')).toBeVisible();
  await expectAccessible(app.page, 'what left this device');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: '0 pictures left this device' })).toBeFocused();

  // By the browser's own log, which knows of the workers and the service worker too.
  await app.context.close();
  const requests = await readNetLog(netLog);
  const files = await filesOfBuild();
  for (const part of ['/assets/main-', '/assets/compute.worker-', '.safetensors', '/sw.js'])
    expect(requests.filter(({ url }) => url.includes(part)).length, part).toBeGreaterThan(0);
  const odd = requests.filter(
    ({ method, url }) =>
      method !== 'GET' ||
      !url.startsWith(app.server.url) ||
      !files.includes(url.slice(app.server.url.length).replace(/^$/, 'index.html')),
  );
  expect(odd).toEqual([]);
  expect(app.errors).toEqual([]);
});

test('the same seed gives the same losses, and a paused run goes on as if nothing had happened', async ({ openApp, folder }) => {
  await writeClasses(folder, { cat: 4, dog: 4 });
  const app = await openApp({ webgpu: false });
  await app.chooseFolder(folder);
  await app.act((store) => {
    store.getState().actions.changeSettings({ epochs: 30, batchSize: 2 });
  });
  const trainToEnd = async (pauseAt: number | null) => {
    await app.page.getByRole('button', { name: /^Train( again)?$/ }).click();
    if (pauseAt !== null) {
      await app.until((store) => store.getState().run.history.steps.length >= 3 || store.getState().run.phase === 'done');
      await app.act((store) => {
        store.getState().actions.pause();
      });
      await app.until((store) => ['paused', 'done'].includes(store.getState().run.phase));
      await app.act((store) => store.getState().actions.continueRun());
    }
    await app.until((store) => store.getState().run.phase === 'done', 120_000);
    return (await app.state()).run.history.steps.map(({ trainLoss }) => trainLoss);
  };
  const first = await trainToEnd(null);
  expect(first.length).toBeGreaterThan(30);
  expect(await trainToEnd(3)).toEqual(first);
});

test('the page is accessible and usable at 390 px, light and dark', async ({ openApp }) => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const app = await openApp({ webgpu: false, viewport: { width: 390, height: 844 }, colorScheme });
    await app.until((store) => store.getState().weights.phase === 'ready');
    for (const tab of ['Data', 'Train', 'Try']) {
      await app.page.getByRole('tab', { name: new RegExp(tab) }).click();
      await expectAccessible(app.page, `${tab}, ${colorScheme}`);
      const overflow = await app.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow, `${tab}, ${colorScheme}`).toBeLessThanOrEqual(0);
    }
  }
});
