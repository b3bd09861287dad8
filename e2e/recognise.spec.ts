import AxeBuilder from '@axe-core/playwright';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { dropPaths } from '../scripts/drop';
import { expect, test, type App, pressEnter } from './app-test';
import { drawingPng, writeClasses, writeFiles } from './pictures';

const place = { x: 200, y: 400 };

async function dropAndLook(app: App, paths: readonly string[]): Promise<void> {
  await expect(app.page.getByText('Drop a folder with one sub-folder a class')).toBeVisible();
  await dropPaths(app.page, paths, place);
  await expect(app.page.getByRole('dialog', { name: 'Add these pictures?' })).toBeVisible();
}

/** Pictures by class, after the split that folders or a manifest gave. */
async function count(app: App): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { className, folderSplit } of (await app.state()).project.document.samples) {
    const key = `${folderSplit === null ? '' : `${folderSplit}/`}${className ?? '-'}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

const untilIn = (app: App): Promise<void> =>
  app.until(({ getState }) => getState().ingest.phase === 'idle' && getState().project.document.samples.length > 0);

test('what was dropped is shown, merged and ignored by keyboard, and comes in with Enter', async ({ openApp, folder }) => {
  await writeClasses(join(folder, 'pets'), { cat: 4, 'cat 2': 2, dog: 3, rest: 1 });
  const app = await openApp({ webgpu: false });
  const { page } = app;
  await dropAndLook(app, [join(folder, 'pets')]);
  await expect(page.getByText('4 folders of pictures: the name of each is a class.')).toBeVisible();
  const add = page.getByRole('button', { name: /^Add/ });
  await expect(add).toBeFocused();
  for (const theme of ['light', 'dark']) {
    await page.evaluate((name) => (document.documentElement.dataset['theme'] = name), theme);
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${theme}: ${id} ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
  }

  await pressEnter(page.getByRole('button', { name: 'Merge into cat' }));
  await page.getByRole('combobox', { name: 'Take pets/rest as' }).focus();
  await page.keyboard.type('Ig');
  await expect(add).toHaveText('Add 9 pictures');
  await pressEnter(add);
  await untilIn(app);
  expect(await count(app)).toEqual({ cat: 6, dog: 3 });
  await expect(page.getByRole('dialog')).toBeHidden();
});

test('a manifest in UTF-16 with semicolons, absent files and unclear columns asks and labels', async ({ openApp, folder }) => {
  const pictures = Object.fromEntries(
    Array.from({ length: 6 }, (_, at) => [`set/pic/${String(at)}.png`, drawingPng(at % 2 === 0 ? 'cat' : 'dog', at)]),
  );
  const cells = Array.from(
    { length: 7 },
    (_, at) => `pic\\${String(at)}.png;${at % 2 === 0 ? 'Katze' : 'Hund'};${at < 3 ? 'drinnen' : 'draußen'}`,
  );
  const text = ['Datei;species;category', ...cells].join('\r\n');
  await writeFiles(folder, { ...pictures, 'set/Liste.csv': Buffer.from(`\uFEFF${text}`, 'utf16le') });
  const app = await openApp({ webgpu: false });
  const { page } = app;
  await dropAndLook(app, [join(folder, 'set')]);
  await expect(page.getByText(/“species” and “category” of set\/Liste.csv may be the label/)).toBeVisible();
  await expect(page.getByText(/1 row\(s\) of the list name files that are not here/)).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('Choose the column');
  await page.getByRole('combobox', { name: 'Column of the label' }).selectOption({ label: 'species (Katze, Hund)' });
  await pressEnter(page.getByRole('button', { name: 'Add 6 pictures' }));
  await untilIn(app);
  expect(await count(app)).toEqual({ Katze: 3, Hund: 3 });
});

test('names with emoji, wide slashes and right-to-left text in 200 classes come in as they are', async ({ openApp, folder }) => {
  const names = ['😀 face', 'a／b', 'كلب صغير', '__proto__', ...Array.from({ length: 196 }, (_, at) => `class ${String(at)}`)];
  // One content a class: a class counts equal files once.
  for (const [at, name] of names.entries()) await writeFiles(folder, { [`zoo/${name}/1.png`]: drawingPng('cat', at, 32) });
  const app = await openApp({ webgpu: false });
  await dropAndLook(app, [join(folder, 'zoo')]);
  await expect(app.page.getByText('There are 200 classes.')).toBeVisible();
  await app.page.keyboard.press('Enter');
  await untilIn(app);
  const { classNames } = (await app.state()).project.document;
  expect(classNames).toHaveLength(200);
  expect(classNames).toEqual(expect.arrayContaining(names.slice(0, 4)));
});

test('a folder whose permission is withdrawn while the question stands says so of each file', async ({ openApp, folder }) => {
  await writeClasses(join(folder, 'pets'), { cat: 3, dog: 3 });
  const app = await openApp({ webgpu: false });
  await dropAndLook(app, [join(folder, 'pets')]);
  // A changed file is as unreadable to the browser as one that was forbidden; the second is no hindrance to root.
  for (const name of ['cat.0.png', 'cat.1.png', 'cat.2.png']) {
    await writeFiles(folder, { [`pets/cat/${name}`]: 'changed' });
    await chmod(join(folder, 'pets/cat', name), 0);
  }
  await app.page.keyboard.press('Enter');
  await untilIn(app);
  const { skipped } = (await app.state()).project.document;
  expect(skipped.map(({ reason }) => reason.code)).toEqual(['file-unreadable', 'file-unreadable', 'file-unreadable']);
  expect(await count(app)).toEqual({ dog: 3 });
});
