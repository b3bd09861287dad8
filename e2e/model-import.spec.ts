import { join } from 'node:path';
import { dropPaths } from '../scripts/drop';
import { expectAccessible } from './accessible';
import { expect, pressEnter, test, type App } from './app-test';
import { drawingPng, writeClasses, writeFiles } from './pictures';

/** Of a picture that no project holds. */
async function predict(app: App, file: string): Promise<readonly number[]> {
  const chooser = app.page.waitForEvent('filechooser');
  await app.page.getByRole('button', { name: 'Choose', exact: true }).click();
  await (await chooser).setFiles(file);
  await app.until((store) => {
    const { target, busy, prediction } = store.getState().trial;
    return target?.kind === 'file' && !busy && prediction !== null;
  });
  return (await app.state()).trial.prediction?.logits ?? [];
}

async function train(app: App, epochs: number): Promise<void> {
  await (
    await app.store()
  ).evaluate((store, count) => {
    const { actions } = store.getState();
    actions.changeSettings({ epochs: count });
    return actions.train();
  }, epochs);
}

test('a model that was exported comes back by a drop, says the same, and training goes on from it', async ({
  openApp,
  folder,
}) => {
  const app = await openApp({ webgpu: false });
  const { page } = app;
  await page.evaluate(() => Reflect.deleteProperty(window, 'showSaveFilePicker'));
  await writeClasses(join(folder, 'in'), { cat: 4, dog: 4 });
  await writeFiles(folder, { 'asked.png': drawingPng('dog', 90) });
  await app.chooseFolder(join(folder, 'in'));
  await train(app, 4);
  const before = (await app.state()).run.result;
  const logits = await predict(app, join(folder, 'asked.png'));
  const saving = page.waitForEvent('download');
  await app.act((store) => store.getState().actions.exportModel({ format: 'pytorch', precision: 'float32' }));
  const zip = join(folder, 'model.zip');
  await (await saving).saveAs(zip);

  // Another project, where nothing of it is left: the ZIP holds pictures too, but they are its certificate's.
  await app.act((store) => store.getState().actions.newProject());
  await app.until((store) => store.getState().headRun === null && !store.getState().projects.isOpening);
  await dropPaths(page, [zip], { x: 200, y: 400 });
  const dialog = page.getByRole('dialog', { name: 'Bring a model in' });
  await expect(dialog.getByRole('heading', { name: 'What was found: model.zip' })).toBeFocused();
  await expect(dialog).toContainText('the same as the page’s own, value for value');
  await expect(dialog.getByLabel('Class 1')).toHaveValue('dog');
  await expect(dialog).toContainText('Its head becomes run 1 and predicts at once.');
  await expectAccessible(page, 'what a model file holds');
  await pressEnter(dialog.getByRole('button', { name: 'Take it' }));
  await expect(dialog).toBeHidden();
  await expect(page.getByText('Brought in from model.zip, trained by Headstart; not measured here yet.')).toBeVisible();
  const back = await predict(app, join(folder, 'asked.png'));
  const rms = Math.hypot(...logits) / Math.sqrt(logits.length);
  expect(back.map((value, at) => Math.abs(value - (logits[at] ?? NaN)) / rms < 1e-4)).toEqual([true, true]);

  await app.chooseFolder(join(folder, 'in'));
  await expect(page.getByLabel('Start from')).toHaveValue('present');
  await train(app, 1);
  const { result } = (await app.state()).run;
  expect(result?.continues).toMatchObject({ number: 1 });
  await expect(page.getByText(/^Continues run 1\. Accuracy on validation/)).toBeVisible();
  // The loss before its first update is where the exported run had come to, and not where a new head begins.
  const last = before?.history.steps.at(-1)?.trainLoss ?? NaN;
  const first = result?.history.steps[0]?.trainLoss ?? NaN;
  expect(first).toBeLessThanOrEqual(last * 1.001);
  expect(before?.history.steps[0]?.trainLoss).toBeGreaterThan(last * 1.05);
  expect(app.errors).toEqual([]);
});
