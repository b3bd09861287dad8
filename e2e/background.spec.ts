import { expect, test } from './app-test';
import { writeClasses } from './pictures';

test('pictures go through VGG-16 before Train is pressed, can be paused, and the run then takes what is held', async ({
  openApp,
  folder,
}) => {
  await writeClasses(folder, { cat: 8, dog: 8 });
  const app = await openApp({ webgpu: false });
  const { page } = app;
  await app.until((store) => (store.getState().compute.status?.selfTest ?? null) !== null);
  await app.act((store) => {
    store.getState().actions.pauseFeatures();
  });
  await app.chooseFolder(folder);
  await expect(page.getByText(/^About .*: 16 of 16 pictures still have to go through VGG-16$/)).toBeVisible();
  await page.getByRole('button', { name: 'Go on with the features in the background' }).click();
  await app.until((store) => store.getState().features.done > 0);
  expect((await app.state()).features.secondsPerPicture).toBeGreaterThan(0);
  await expect(page.getByText(/^Ready: all 16 pictures have gone through VGG-16; about /)).toBeVisible({ timeout: 60_000 });
  expect((await app.state()).features).toMatchObject({ done: 16, total: 16, unreadable: 0, error: null });

  // Held for a limit too, and for its going.
  await app.act((store) => {
    store.getState().actions.changeSettings({ limitPerClass: 5 });
  });
  await expect(page.getByText(/^Ready: all 10 pictures/)).toBeVisible();
  await app.act((store) => {
    store.getState().actions.changeSettings({ limitPerClass: null });
  });
  await expect(page.getByText(/^Ready: all 16 pictures/)).toBeVisible();
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await app.until((store) => store.getState().run.phase === 'done', 120_000);
  expect((await app.state()).run.error).toBeNull();
  await expect(page.getByText(/^Ready: all 16 pictures/)).toBeVisible();
  expect(app.errors).toEqual([]);
});

test('a run that is started while pictures go through in the background takes over and ends well', async ({
  openApp,
  folder,
}) => {
  await writeClasses(folder, { cat: 12, dog: 12 });
  const app = await openApp({ webgpu: false });
  await app.until((store) => (store.getState().compute.status?.selfTest ?? null) !== null);
  await app.act((store) => {
    store.getState().actions.pauseFeatures();
  });
  await app.chooseFolder(folder);
  const wasExtracting = await (
    await app.store()
  ).evaluate((store) => {
    const { actions } = store.getState();
    void actions.goOnWithFeatures();
    const { phase } = store.getState().features;
    void actions.train();
    return phase;
  });
  expect(wasExtracting).toBe('extracting');
  await app.until((store) => store.getState().run.phase === 'done', 120_000);
  const { run, features } = await app.state();
  expect(run.error).toBeNull();
  expect(features.error).toBeNull();
  await app.until(({ getState }) => getState().features.phase === 'idle' && getState().features.done === 24);
  expect((await app.state()).features).toMatchObject({ total: 24, unreadable: 0 });
  expect(app.errors).toEqual([]);
});
