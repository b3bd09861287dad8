import AxeBuilder from '@axe-core/playwright';
import { expect, test, type App } from './app-test';
import { writeClasses } from './pictures';

async function expectAccessible({ page }: App): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the settings of every way are accessible, ${colorScheme}`, async ({ openApp, folder }) => {
    await writeClasses(folder, { cat: 2, dog: 2 });
    const app = await openApp({ webgpu: false, colorScheme });
    await app.chooseFolder(folder);
    await app.page.getByRole('button', { name: 'More settings' }).click();
    for (const name of ['Whole model, frozen', 'Fine-tune']) {
      await app.page.getByText(name, { exact: true }).click();
      await expectAccessible(app);
    }
    await app.page.getByText('Augment training pictures').click();
    await expect(app.page.getByRole('slider')).toHaveCount(4);
    const preview = app.page.getByRole('region', { name: 'Augmented pictures' });
    await expect(preview.locator('canvas')).toHaveCount(2);
    await preview.getByRole('button', { name: 'Another draw' }).focus();
    await app.page.keyboard.press('Enter');
    await expect(preview.getByText('2 training pictures as epoch 2 of 8 shows them')).toBeVisible();
    await expect(preview.getByRole('img', { name: /, cat, in epoch 2 of 8$/ })).toBeVisible();
    await expectAccessible(app);
  });
}

test('block 5 is fine-tuned on the processor, and validation chooses the epoch', async ({ openApp, folder }) => {
  await writeClasses(folder, { cat: 4, dog: 4 });
  const app = await openApp({ webgpu: false });
  const { page } = app;
  await app.until((store) => (store.getState().compute.status?.selfTest ?? null) !== null);
  await app.chooseFolder(folder);
  await page.getByText('Fine-tune', { exact: true }).click();
  await page.getByLabel('Epochs').fill('2');
  await expect(page.getByRole('img', { name: 'Blocks 1 to 4 frozen, block 5 trains' })).toBeVisible();
  await expect(page.getByText(/^About .* GB of memory: 8 pictures in every epoch$/)).toBeVisible();
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await app.until(({ getState }) => getState().run.phase === 'done' || getState().run.phase === 'failed', 240_000);
  const { run } = await app.state();
  expect(run.error).toBeNull();
  expect(run.history.epochs).toHaveLength(2);
  for (const { trainLoss, valLoss } of run.history.epochs) {
    expect(Number.isFinite(trainLoss)).toBe(true);
    expect(Number.isFinite(valLoss)).toBe(true);
  }
  expect(run.result).toMatchObject({ config: { way: 'fine-tune', unfreeze: 'block5' }, chosenBy: 'validation' });
  await expect(page.getByText(/^Accuracy on validation .* chosen by validation\)\.$/)).toBeVisible();
  await page.getByRole('listbox', { name: 'Validation pictures' }).getByRole('option').first().click();
  await app.until(({ getState }) => getState().trial.prediction !== null);
  expect(app.errors).toEqual([]);
});
