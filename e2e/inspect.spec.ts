import { join } from 'node:path';
import { encodePng } from '../bench/png';
import { createCellPicture } from '../bench/textures/cells';
import { deriveRng } from '../src/domain/rng';
import { expectAccessible } from './accessible';
import { expect, test } from './app-test';
import { writeClasses, writeFiles } from './pictures';

test('evidence adds up, a covered part moves the logits, the unlike is told from the alike, and evaluation, label doctor and map go by keyboard', async ({
  openApp,
  folder,
}) => {
  await writeClasses(join(folder, 'pets'), { cat: 13, dog: 13 });
  await writeFiles(folder, { 'cells.png': encodePng(createCellPicture('dividing', deriveRng(0, 'e2e'))) });
  const app = await openApp({ webgpu: false });
  const { page } = app;
  await app.until((store) => store.getState().weights.phase === 'ready');
  await app.drop([join(folder, 'pets')]);
  await app.act((store) => {
    store.getState().actions.changeSettings({ epochs: 3, batchSize: 4 });
  });
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await app.until((store) => store.getState().run.phase === 'done', 120_000);

  await page.getByRole('listbox', { name: 'Validation pictures' }).getByRole('option').first().click();
  await expect(page.getByTestId('evidence-sum').getByRole('img', { name: 'adds up', exact: true })).toBeVisible();
  // A held-out drawing is like the others, and is shown with those.
  const alike = page.getByRole('list', { name: 'Most alike in training' });
  await expect(alike.getByRole('button')).toHaveCount(6);
  await expect(page.getByTestId('unlike')).toBeHidden();
  await expectAccessible(app.page, 'evidence');
  const whole = (await app.state()).trial.prediction?.logits;
  await page.getByRole('button', { name: 'Cover this' }).click();
  await page.getByRole('gridcell', { name: 'row 1, column 1', exact: true }).focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press(' ');
  await app.until(({ getState }) => getState().trial.covered.length === 1 && !getState().trial.busy);
  expect((await app.state()).trial.prediction?.logits).not.toEqual(whole);
  await expect(page.getByTestId('evidence-sum').getByRole('img', { name: 'adds up', exact: true })).toBeVisible();
  await expectAccessible(app.page, 'covered');
  await page.screenshot({ path: 'test-results/looks/evidence.png' });
  await page.getByRole('button', { name: 'Show it whole' }).click();
  await app.until(({ getState }) => getState().trial.covered.length === 0 && !getState().trial.busy);
  expect((await app.state()).trial.prediction?.logits).toEqual(whole);

  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose', exact: true }).click();
  await (await chooser).setFiles(join(folder, 'cells.png'));
  await expect(page.getByTestId('unlike')).toContainText(/^Unlike anything it was trained on: .* alike; usual is .* or more/, {
    useInnerText: true,
  });
  await expectAccessible(app.page, 'unlike');
  await page.screenshot({ path: 'test-results/looks/unlike.png' });
  await alike.getByRole('button').first().press('Enter');
  await app.until(({ getState }) => getState().trial.target?.kind === 'sample' && !getState().trial.busy);
  await expect(page.getByTestId('unlike')).toBeHidden();

  await page.getByRole('button', { name: 'Evaluation' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('region', { name: '5-fold accuracy', exact: true })).toContainText('of 26 right');
  await page.getByRole('gridcell', { name: /label cat, predicted cat/ }).focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: /: label cat, predicted dog/ })).toBeFocused();
  await expectAccessible(app.page, 'evaluation');
  await page.screenshot({ path: 'test-results/looks/evaluation.png' });
  await page.getByRole('tab', { name: 'Evaluation' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('button', { name: 'Measure again' })).toBeVisible();
  await expectAccessible(app.page, 'label doctor');
  await page.screenshot({ path: 'test-results/looks/label-doctor.png' });
  await page.getByRole('tab', { name: 'Label doctor' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('application', { name: /^Map of the pictures/ })).toBeVisible();
  await page.getByRole('radio', { name: 'UMAP' }).press(' ');
  await page.getByRole('button', { name: 'Lay out 26 pictures' }).press('Enter');
  await expect(page.getByText('the axes mean nothing')).toBeVisible();
  await page.getByRole('application').focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press(' ');
  await expect(page.getByRole('region', { name: 'Selected on the map' })).toContainText('1 picture selected');
  await expectAccessible(app.page, 'map');
  await page.screenshot({ path: 'test-results/looks/map.png' });
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  expect(app.errors).toEqual([]);
});
