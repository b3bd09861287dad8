import { join } from 'node:path';
import { connectPage, expect, test, type App } from './app-test';
import { writeClasses } from './pictures';

/** Presses Train and gives all that was computed, to the last bit. */
async function train(app: App) {
  await app.page.getByRole('button', { name: /^Train( again)?$/ }).click();
  await app.until((store) => store.getState().run.phase === 'done', 120_000);
  const { run, features } = await app.state();
  expect(run.error).toBeNull();
  return {
    losses: run.history.steps.map(({ trainLoss }) => trainLoss),
    valLosses: run.history.epochs.map(({ valLoss }) => valLoss),
    logits: Object.fromEntries(run.predictions.map(({ sampleId, logits }) => [sampleId, logits])),
    /** Null where no picture went through VGG-16 since the page was loaded, beside the self-test's. */
    secondsPerPicture: features.secondsPerPicture,
  };
}

const isProved = (app: App) => app.until((store) => (store.getState().compute.status?.selfTest ?? null) !== null);

test('the drawings again after a reload: not one goes through VGG-16, and every loss is the same', async ({ openApp }) => {
  const app = await openApp({ webgpu: false });
  const { page } = app;
  // Not before all are there: until then other pictures would be the limit's.
  const addDrawings = () =>
    app.act(async (store) => {
      const { actions } = store.getState();
      actions.pauseFeatures();
      await actions.addDrawings();
      await actions.goOnWithFeatures();
    });
  const isReady = () =>
    expect(page.getByText(/^Ready: all \d+ pictures have gone through VGG-16/)).toBeVisible({ timeout: 120_000 });
  await app.act((store) => {
    store.getState().actions.changeSettings({ epochs: 3, batchSize: 4, limitPerClass: 8 });
  });
  await isProved(app);
  await addDrawings();
  await isReady();
  const fresh = await train(app);
  expect(fresh.secondsPerPicture).not.toBeNull();
  expect(fresh.losses.length).toBeGreaterThan(6);
  const kept = Object.keys(fresh.logits).length;

  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('menuitem', { name: /Storage on this device/ }).click();
  await expect(page.getByRole('row', { name: /^Features \(\d+ pictures\) \d+ kB/ })).toBeVisible();
  await page.getByRole('button', { name: 'Close' }).last().click();

  await page.reload();
  await isProved(app);
  await addDrawings();
  await isReady();
  const again = await train(app);
  expect(again).toEqual({ ...fresh, secondsPerPicture: null });
  expect(Object.keys(again.logits)).toHaveLength(kept);
  expect(app.errors).toEqual([]);
});

test('a second tab uses what the first kept, and forgetting everything leaves nothing of it', async ({ openApp, folder }) => {
  await writeClasses(join(folder, 'pets'), { cat: 4, dog: 4 });
  const app = await openApp({ webgpu: false });
  await isProved(app);
  await app.chooseFolder(join(folder, 'pets'));
  await app.until(({ getState }) => getState().featureCache.report?.pictures === 8);
  const files = () =>
    app.page.evaluate(async () => {
      const names: string[] = [];
      for await (const name of (await navigator.storage.getDirectory()).keys()) names.push(name);
      return names;
    });
  expect(await files()).toContain('headstart-features-v1');

  const other = connectPage(await app.context.newPage(), app);
  await other.page.goto(app.server.url);
  await isProved(other);
  // The first tab owns its project; this one has another.
  await other.act((store) => store.getState().actions.newProject());
  await other.chooseFolder(join(folder, 'pets'));
  await other.until(({ getState }) => getState().features.done === 8);
  expect((await other.state()).features.secondsPerPicture).toBeNull();

  await app.act(async (store) => {
    await store.getState().actions.forgetEverything();
  });
  expect(await files()).toEqual([]);
  expect(app.errors).toEqual([]);
});

test('where the site may store nothing, features are held until the tab closes, and one notice says so', async ({
  openApp,
  folder,
}) => {
  await writeClasses(folder, { cat: 4, dog: 4 });
  const app = await openApp({ webgpu: false, storageRefused: true });
  await isProved(app);
  await app.chooseFolder(folder);
  const fresh = await train(app);
  expect(await train(app)).toMatchObject({ losses: fresh.losses });
  await app.until(({ getState }) => getState().featureCache.report !== null);
  expect((await app.state()).notice?.code).toBe('storage-refused');
  await app.page.getByRole('button', { name: 'Menu' }).click();
  await app.page.getByRole('menuitem', { name: /Storage on this device/ }).click();
  await expect(app.page.getByText(/This browser does not let the page keep features/)).toBeVisible();
});
