import { join } from 'node:path';
import { expect, test } from './app-test';
import { writeClasses } from './pictures';
import { startDatasetsServer } from './servers/datasets-server';

test('dist trains from a sub-path of a server that sets no headers, split by the folders', async ({ openApp, folder }) => {
  await writeClasses(join(folder, 'pets', 'train'), { cat: 3, dog: 3 });
  await writeClasses(join(folder, 'pets', 'valid'), { cat: 1, dog: 1 });
  const app = await openApp({ webgpu: false, server: { basePath: '/some/sub/path/', isolation: false } });
  await app.chooseFolder(join(folder, 'pets'));
  await app.page.getByRole('button', { name: 'Train', exact: true }).click();
  await app.until((store) => ['done', 'failed'].includes(store.getState().run.phase), 120_000);
  const { run, compute } = await app.state();
  expect(run.error).toBeNull();
  // Every kind of worker was started by then, all under the service worker.
  expect(compute.isolation).toEqual({ isolated: true, by: 'service-worker' });
  expect(run.result?.threads).toBe(await app.page.evaluate(() => Math.min(16, navigator.hardwareConcurrency)));
  // The files are the same drawings in both splits: one that repeats within its class comes in once.
  expect(run.result?.counts.train).toBeGreaterThan(0);
  expect(run.result?.counts.val).toBeGreaterThan(0);
  expect(app.server.requests.every(({ path }) => path.startsWith('/some/sub/path/') || path === '/favicon.ico')).toBe(true);
  expect(app.errors).toEqual([]);
});

test('the sample drawings come with one click and no request to anybody', async ({ openApp }) => {
  const app = await openApp({ webgpu: false });
  await app.until((store) => store.getState().weights.phase === 'ready');
  const requests: string[] = [];
  app.context.on('request', (request) => requests.push(request.url()));
  await app.page.getByRole('button', { name: 'Try the sample drawings' }).click();
  await app.until(({ getState }) => getState().ingest.phase === 'idle' && getState().project.document.samples.length === 128);
  expect(requests.filter((url) => !url.startsWith('blob:') && !url.startsWith(app.server.url))).toEqual([]);
  await app.act((store) => {
    store.getState().actions.changeSettings({ limitPerClass: 20 });
  });
  await expect(app.page.getByText(/88 left out by the limit of 20 a class/)).toBeVisible();
  await app.page.getByRole('button', { name: 'Use all' }).click();
  expect((await app.state()).project.document.settings.limitPerClass).toBeNull();
});

test('photos of cats and dogs are fetched only after a yes, and a refusal leaves the sample', async ({ openApp }) => {
  const photos = await startDatasetsServer({ rowsPerLabel: 260 });
  try {
    const app = await openApp({ webgpu: false, server: { meta: { 'headstart:datasets-server': photos.url } } });
    await app.until((store) => store.getState().weights.phase === 'ready');
    await app.page.getByRole('button', { name: 'Get 500 cats and dogs' }).click();
    await expect(app.page.locator('[role=dialog], [role=alertdialog]')).toContainText(new URL(photos.url).host);
    expect(photos.requests).toEqual([]);
    photos.faults.busy = 1000;
    photos.faults.retryAfter = 600;
    await app.act((store) => store.getState().actions.acceptKaggle());
    await expect(app.page.getByText(/The photo server asks to wait/).first()).toBeVisible();
    photos.faults.busy = 0;
    await app.act((store) => store.getState().actions.askKaggle());
    await app.act((store) => store.getState().actions.acceptKaggle());
    await app.until(({ getState }) => getState().ingest.phase === 'idle' && getState().project.document.samples.length >= 400);
    expect((await app.state()).project.document.classNames).toEqual(['cat', 'dog']);
  } finally {
    await photos.close();
  }
});
