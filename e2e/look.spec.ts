import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expectAccessible } from './accessible';
import { expect, test } from './app-test';
import { writeClasses } from './pictures';

test('the network is walked, a folder is predicted without joining the project, and two runs are compared at a later visit', async ({
  openApp,
  folder,
}) => {
  await writeClasses(join(folder, 'pets'), { cat: 4, dog: 4 });
  await writeFile(join(folder, 'pets', 'broken.jpg'), 'no picture');
  const app = await openApp({ webgpu: false });
  const { page } = app;
  await app.until((store) => store.getState().weights.phase === 'ready');
  await app.drop([join(folder, 'pets', 'cat'), join(folder, 'pets', 'dog')]);
  await app.act(async (store) => {
    const { actions } = store.getState();
    for (const epochs of [1, 2]) {
      actions.changeSettings({ epochs, batchSize: 4 });
      await actions.train();
    }
  });
  await app.until((store) => store.getState().project.document.runs.length === 2, 120_000);

  await page.getByRole('button', { name: 'look inside' }).press('Enter');
  const maps = page.getByRole('listbox', { name: 'Maps' });
  await expect(maps).toBeVisible();
  await page.getByRole('option', { name: /^Convolution 1.1/ }).focus();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('region', { name: 'Convolution 1.2', exact: true })).toContainText('64 maps of 224 × 224');
  await maps.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('figure', { name: /enlarged$/ })).toBeVisible();
  await expectAccessible(app.page, 'look inside');
  await page.screenshot({ path: 'test-results/looks/look-inside.png' });
  // The first one lets go of the map.
  await page.keyboard.press('Escape');
  await expect(page.getByRole('figure', { name: /enlarged$/ })).toBeHidden();
  await page.keyboard.press('Escape');
  // The focus goes back to where it was; only then is another button pressed.
  await expect(page.getByRole('button', { name: 'look inside' })).toBeFocused();

  await page.getByRole('button', { name: 'Predict many' }).press('Enter');
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('dialog').getByRole('button', { name: 'Choose a folder' }).press('Enter');
  await (await chooser).setFiles(join(folder, 'pets'));
  await app.until((store) => store.getState().many.phase === 'done');
  await expect(page.getByTestId('many-score')).toContainText('Of the 8 in folders named as a class');
  await expect(page.getByText('1 file skipped: 1 not a picture.')).toBeVisible();
  await page.getByRole('listbox', { name: 'Predicted pictures' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('complementary').getByTestId('evidence-sum')).toBeVisible();
  await expectAccessible(app.page, 'predict many');
  await page.screenshot({ path: 'test-results/looks/predict-many.png' });
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save as CSV' }).press('Enter');
  const lines = (await readFile(await (await download).path(), 'utf8')).split('\r\n');
  expect(lines).toHaveLength(10);
  expect(lines[0]).toBe('file,label,probability of cat,probability of dog');
  // One picture alone says what it said among the others.
  const alone = (await app.state()).trial.prediction?.probabilities[0] ?? Number.NaN;
  expect(Number(lines[1]?.split(',')[2])).toBeCloseTo(alone, 4);
  expect((await app.state()).project.document.samples).toHaveLength(8);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();

  await page.reload();
  await app.until((store) => store.getState().headReady);
  await page.getByRole('button', { name: 'Evaluation' }).press('Enter');
  await page.getByRole('tab', { name: 'Evaluation' }).focus();
  await page.keyboard.press('End');
  for (const run of ['Compare run 1', 'Compare run 2']) {
    await page.getByLabel(run).focus();
    await page.keyboard.press(' ');
  }
  await expect(page.getByText(/On \d+ pictures? held out from both: /)).toBeVisible();
  await expect(page.getByRole('region', { name: 'Settings that differ', exact: true })).toContainText('Epochs');
  expect(app.errors).toEqual([]);
});
