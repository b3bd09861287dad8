import { join } from 'node:path';
import { expectAccessible } from './accessible';
import { expect, test, pressEnter } from './app-test';
import { drawingPng, writeClasses, writeFiles } from './pictures';

test('pictures are chosen, moved, looked at, removed and brought back by keyboard alone', async ({ openApp, folder }) => {
  await writeClasses(folder, { cat: 14, dog: 4 });
  const app = await openApp({ webgpu: false });
  const { page } = app;
  await app.drop([join(folder, 'cat'), join(folder, 'dog')]);
  const labels = async (): Promise<Record<string, number>> => {
    const counts: Record<string, number> = {};
    for (const { className } of (await app.state()).project.document.samples)
      counts[className ?? 'none'] = (counts[className ?? 'none'] ?? 0) + 1;
    return counts;
  };
  await pressEnter(page.getByRole('button', { name: 'Show all 14 pictures of cat' }));
  const grid = page.getByRole('listbox', { name: 'Pictures of cat' });
  await grid.focus();
  await expectAccessible(app.page, 'grid');
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('m');
  await page.getByRole('searchbox', { name: 'Class' }).waitFor();
  await page.keyboard.type('lynx');
  await expect(page.getByRole('menuitem', { name: 'New class “lynx”' })).toBeVisible();
  await expectAccessible(app.page, 'move');
  await page.keyboard.press('Enter');
  await expect.poll(labels).toEqual({ cat: 12, dog: 4, lynx: 2 });

  await grid.focus();
  await page.keyboard.press('Enter');
  const picture = page.getByRole('dialog').last().locator('img[alt]:not([alt=""])');
  await expect(picture).toBeVisible();
  // The file itself, not its thumbnail.
  const { samples } = (await app.state()).project.document;
  const name = (await picture.getAttribute('alt')) ?? '';
  const width = samples.find((sample) => sample.name === name)?.width ?? 0;
  await expect.poll(() => picture.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBe(width);
  expect(width).toBeGreaterThan(112);
  await expect(page.getByText('PNG', { exact: true })).toBeVisible();
  await expectAccessible(app.page, 'preview');
  await page.screenshot({ path: 'test-results/looks/preview.png' });
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(1);

  await grid.focus();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Delete');
  await expect.poll(labels).toEqual({ dog: 4, lynx: 2 });
  await page.keyboard.press('Control+z');
  await expect.poll(labels).toEqual({ cat: 12, dog: 4, lynx: 2 });
  await page.keyboard.press('Control+Shift+z');
  await expect.poll(labels).toEqual({ dog: 4, lynx: 2 });
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+z');
  await expect.poll(labels).toEqual({ cat: 14, dog: 4 });
  // What came back can still be learned from.
  await page.keyboard.press('Escape');
  await app.act((store) => {
    store.getState().actions.changeSettings({ epochs: 1, batchSize: 8 });
  });
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await app.until((store) => store.getState().run.phase === 'done', 240_000);
  expect((await app.state()).run.error).toBeNull();
  expect(app.errors).toEqual([]);
});

test('the same drawing in two classes and a smaller copy of one in validation are conflicts, mended by one press each', async ({
  openApp,
  folder,
}) => {
  await writeClasses(join(folder, 'train'), { cat: 3, dog: 3 });
  await writeFiles(folder, {
    'train/dog/also.png': drawingPng('cat', 40),
    'train/cat/also.png': drawingPng('cat', 40),
    'train/cat/one.png': drawingPng('cat', 50),
    'val/cat/one.png': drawingPng('cat', 50),
    'val/dog/other.png': drawingPng('dog', 51),
  });
  const app = await openApp({ webgpu: false });
  const { page } = app;
  await app.drop([join(folder, 'train'), join(folder, 'val')]);
  await expect(page.getByText('2 conflicts', { exact: true })).toBeVisible();
  await pressEnter(page.getByRole('button', { name: 'Show the conflicts' }));
  await expectAccessible(app.page, 'conflicts');
  await page.screenshot({ path: 'test-results/looks/conflicts.png' });
  await pressEnter(page.getByRole('button', { name: 'Keep cat' }));
  await pressEnter(page.getByRole('button', { name: 'Both to train' }));
  await expect(page.getByText('Nothing is left to mend.')).toBeVisible();
  const { samples } = (await app.state()).project.document;
  expect(samples.filter(({ name }) => name === 'also.png').map(({ className }) => className)).toEqual(['cat']);
  expect(samples.filter(({ name }) => name === 'one.png').map(({ pinnedSplit }) => pinnedSplit)).toEqual(['train', 'train']);
  expect(app.errors).toEqual([]);
});
