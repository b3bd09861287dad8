import { expect, test } from './app-test';
import { writeClasses } from './pictures';

test('without WebGPU the badge says CPU and, opened, why', async ({ openApp }) => {
  const app = await openApp({ webgpu: false });
  await app.until((store) => store.getState().compute.status !== null);
  const { compute } = await app.state();
  expect(compute.status?.device).toBe('cpu');
  expect(['webgpu-absent', 'webgpu-no-adapter']).toContain(compute.status?.reason?.code);
  await app.page.getByRole('button', { name: /Computes with: CPU/ }).click();
  await expect(app.page.getByText('Why not the GPU:')).toBeVisible();
});

test('a GPU that is emulated in software is left alone until it is chosen', async ({ openApp }) => {
  const app = await openApp({ webgpu: true });
  await app.until((store) => store.getState().compute.status !== null);
  expect((await app.state()).compute.status).toMatchObject({ device: 'cpu', reason: { code: 'webgpu-software' } });
  await app.page.getByRole('button', { name: /Computes with: CPU/ }).click();
  await app.page.getByRole('radio', { name: 'GPU' }).check({ force: true });
  await app.until((store) => store.getState().compute.status?.device === 'webgpu');
});

test('storage refused is a standing notice, and training works all the same', async ({ openApp, folder }) => {
  await writeClasses(folder, { cat: 3, dog: 3 });
  const app = await openApp({ webgpu: false, storageRefused: true });
  await expect(app.page.getByText(/does not let the page store anything/).first()).toBeVisible();
  await app.chooseFolder(folder);
  await app.page.getByRole('button', { name: 'Train', exact: true }).click();
  await app.until((store) => ['done', 'failed'].includes(store.getState().run.phase), 120_000);
  expect((await app.state()).run.error).toBeNull();
});
