import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { distFolder } from '../scripts/build.mjs';
import { connectPage, expect, pressEnter, test, type App } from './app-test';
import { makeNextBuild } from './next-build';

const withoutGpu = { webgpu: false };

/** Until the attempt to keep the page is over. */
async function untilSettled(app: App): Promise<void> {
  await app.until(({ getState }) => !['waiting', 'keeping'].includes(getState().offline.phase));
}

const offlineOf = async (app: App) => (await app.store()).evaluate((store) => store.getState().offline);
const buildOf = ({ page }: App) => page.locator('meta[name="headstart:build"]').getAttribute('content');
const statusOf = ({ page }: App, path: string) => page.evaluate(async (address) => (await fetch(address)).status, path);
/** Names of the caches that hold a build, and how many files are in each. */
const keptBuilds = ({ page }: App) =>
  page.evaluate(async () => {
    const names = (await caches.keys()).filter((name) => name.startsWith('headstart-build-'));
    return Promise.all(names.map(async (name) => [name, (await (await caches.open(name)).keys()).length] as const));
  });
const asked = ({ server }: App, end: RegExp): number => server.requests.filter(({ path }) => end.test(path)).length;

test('after one visit the page opens and trains without a network, and is forgotten with everything', async ({ openApp }) => {
  const app = await openApp(withoutGpu);
  const { page, server } = app;
  await untilSettled(app);
  expect(await offlineOf(app)).toMatchObject({ phase: 'kept', error: null });
  // The host sends all headers itself: the page was loaded once, and is looked after by the service worker from now on.
  expect((await app.state()).compute.isolation).toEqual({ isolated: true, by: 'headers' });
  expect(asked(app, /\/$/)).toBe(1);
  expect(await page.evaluate(() => navigator.serviceWorker.controller?.state)).toBe('activated');
  // Weights go first: nothing is kept before they are here.
  const order = server.requests.map(({ path }) => path);
  expect(order.findIndex((path) => path.endsWith('/sw.js'))).toBeGreaterThan(
    order.findLastIndex((path) => path.endsWith('.safetensors')),
  );
  const files = (await readdir(distFolder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('models') && entry.name !== 'sw.js')
    .map((entry) => join(entry.parentPath, entry.name).slice(distFolder.length + 1));
  expect(files.length).toBeGreaterThan(20);
  expect(await keptBuilds(app)).toEqual([[`headstart-build-${String(await buildOf(app))}`, files.length + 1]]);

  await app.context.setOffline(true);
  server.setFaults([{ match: /./, kind: 'cut' }]);
  const before = server.requests.length;
  await page.reload();
  await app.until(({ getState }) => getState().weights.phase === 'ready');
  // Each file of the build, those that are loaded late too: the decoder of HEIC, the evaluation, other kernels.
  for (const file of files.filter((name) => name !== 'index.html')) expect(await statusOf(app, file), file).toBe(200);
  await app.act(async (store) => {
    const { actions } = store.getState();
    await actions.addDrawings();
    actions.changeSettings({ limitPerClass: 3, epochs: 1 });
    await actions.train();
  });
  expect((await app.state()).run).toMatchObject({ phase: 'done', error: null });
  await pressEnter(page.getByRole('button', { name: 'Evaluation' }));
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  expect(server.requests.slice(before).filter(({ path }) => !path.endsWith('/sw.js'))).toEqual([]);
  await page.getByRole('button', { name: /Computes with: CPU/ }).click();
  await expect(page.getByText(/the page opens and trains as with one. \d\.\d MB are kept for it/)).toBeVisible();
  await page.keyboard.press('Escape');

  await app.act((store) => store.getState().actions.forgetEverything());
  expect(await offlineOf(app)).toMatchObject({ phase: 'forgotten', bytes: null });
  expect(await page.evaluate(() => caches.keys())).toEqual([]);
  await expect(page.reload()).rejects.toThrow(/net::ERR_/);
  expect(app.errors).toEqual([]);
});

test('a page that was kept in part, or not as it was built, is not used; the rest comes at the next visit', async ({
  openApp,
}) => {
  const late = /libheif.*\.wasm$/;
  const app = await openApp({
    ...withoutGpu,
    before: (server) => {
      server.setFaults([{ match: late, kind: 'flip', at: 100 }]);
    },
  });
  await untilSettled(app);
  expect(await offlineOf(app)).toMatchObject({ phase: 'unavailable', error: { code: 'offline-altered' } });
  expect(asked(app, late)).toBe(2);
  await app.page.getByRole('button', { name: /Computes with: CPU/ }).click();
  await expect(app.page.getByText(/is not the one that was built, so none is kept/)).toBeVisible();

  app.server.setFaults([{ match: late, kind: 'cut' }]);
  const pages = asked(app, /\/$/);
  await app.page.reload();
  await untilSettled(app);
  expect(await offlineOf(app)).toMatchObject({ phase: 'unavailable', error: { code: 'offline-unreachable' } });
  // The page itself is among what was kept, and comes from the host all the same.
  expect(asked(app, /\/$/)).toBe(pages + 1);

  app.server.setFaults([]);
  await app.page.reload();
  const before = app.server.requests.length;
  await untilSettled(app);
  expect(await offlineOf(app)).toMatchObject({ phase: 'kept' });
  const fetched = app.server.requests.slice(before).map(({ path }) => path);
  expect(fetched.filter((path) => late.test(path))).toHaveLength(1);
  await app.page.reload();
  await untilSettled(app);
  expect(asked(app, /\/$/)).toBe(pages + 2);
});

test('a new version offers itself, waits for the run, and an open page keeps its own files', async ({ openApp, folder }) => {
  const next = join(folder, 'next');
  const { former: formerChunk, next: nextChunk } = await makeNextBuild(next);
  const app = await openApp({ ...withoutGpu, server: { basePath: '/some/sub/path/', isolation: false } });
  const { page, server } = app;
  await untilSettled(app);
  const formerBuild = await buildOf(app);
  const reload = page.getByRole('button', { name: 'Reload', exact: true });
  await app.act((store) => {
    const { actions } = store.getState();
    void actions.addDrawings().then(() => {
      actions.changeSettings({ limitPerClass: 3, epochs: 1000, batchSize: 1, earlyStopping: null });
      return actions.train();
    });
  });
  await app.until(({ getState }) => getState().run.history.steps.length > 0);
  const update = () =>
    page.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready;
      await registration.update().catch(() => undefined);
      const { installing } = registration;
      if (installing === null) return null;
      return new Promise<string>((resolve) => {
        installing.addEventListener('statechange', () => resolve(installing.state));
      });
    });

  // Torn: the line is cut in the middle of the new version.
  server.setRoot(next);
  server.setFaults([{ match: /nextnext\.wasm$/, kind: 'cut' }]);
  expect(await update()).toBe('redundant');
  expect(await offlineOf(app)).toMatchObject({ newVersion: 'none' });

  server.setFaults([]);
  expect(await update()).toBe('installed');
  await expect(page.getByText('It can be used after this run: nothing interrupts the training.')).toBeVisible();
  await expect(reload).toBeDisabled();
  await app.act((store) => store.getState().actions.startNewVersion());
  expect((await app.state()).run.phase).toBe('running');
  expect(await buildOf(app)).toBe(formerBuild);
  // Another tab opens the version that is at work; a script that the host has no more is there for both.
  const other = connectPage(await app.context.newPage(), app);
  await other.page.goto(server.url);
  expect(await buildOf(other)).toBe(formerBuild);
  expect(await statusOf(app, formerChunk)).toBe(200);
  await expect(other.page.getByRole('button', { name: 'Reload', exact: true })).toBeEnabled({ timeout: 30_000 });

  await other.page.getByRole('button', { name: 'Reload', exact: true }).click();
  await expect.poll(() => buildOf(other)).not.toBe(formerBuild);
  expect(await statusOf(other, nextChunk)).toBe(200);
  // The page that trains goes on, with its own files, though the new version is at work now.
  const { run } = await app.state();
  expect([run.phase, run.error]).toEqual(['running', null]);
  expect(await buildOf(app)).toBe(formerBuild);
  expect(await statusOf(app, formerChunk)).toBe(200);
  await untilSettled(other);
  expect(await keptBuilds(other)).toHaveLength(2);

  await app.act((store) => store.getState().actions.stop());
  await app.until(({ getState }) => getState().run.phase === 'done');
  // Its workers start anew from its own files too, under the policies that a new version's service worker adds.
  await app.act((store) => store.getState().actions.restartWorker());
  await app.until(({ getState }) => getState().weights.phase === 'ready');
  expect((await app.state()).workerDead).toBeNull();
  await pressEnter(reload);
  await expect.poll(() => buildOf(app)).not.toBe(formerBuild);
  await untilSettled(app);
  // No page of the former version is open any more.
  await expect.poll(() => keptBuilds(app)).toHaveLength(1);
  expect(app.errors).toEqual([]);
});
