import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, type App } from './app-test';
import { drawingPng, hugePng, writeClasses, writeFiles } from './pictures';

/** The sentence must be on the page, not only in the state. */
async function expectSentence({ page }: App, sentence: string | RegExp): Promise<void> {
  await expect(page.getByText(sentence).filter({ visible: true }).first()).toBeVisible();
}

async function expectTrainRefused(app: App): Promise<void> {
  const train = app.page.getByRole('button', { name: /^Train/ });
  // It keeps its place in the tab order, so it is disabled in name only; the reason is read with it.
  await expect(train).toHaveAttribute('aria-disabled', 'true');
  await expect(train).toHaveAccessibleDescription(/\S/);
  await train.click({ force: true });
  expect((await app.state()).run.phase).toBe('idle');
}

test('an empty folder is told and leaves the page as it was', async ({ openApp, folder }) => {
  const app = await openApp();
  await mkdir(join(folder, 'nothing'));
  await app.drop([join(folder, 'nothing')]);
  await expectSentence(app, /There are no files in/);
  expect((await app.state()).ingest.error?.code).toBe('folder-empty');
});

test('one class, a class of one picture and no readable picture each keep Train disabled and say why', async ({
  openApp,
  folder,
}) => {
  const app = await openApp();
  await writeClasses(join(folder, 'one'), { cat: 3 });
  await app.chooseFolder(join(folder, 'one'));
  await expectSentence(app, /There is only one class, “cat”/);
  await expectTrainRefused(app);

  await app.act((store) => store.getState().actions.clearPictures());
  await writeClasses(join(folder, 'small'), { cat: 3, dog: 1 });
  await app.chooseFolder(join(folder, 'small'));
  await expectSentence(app, /The class “dog” has .* to learn from/);
  await expectTrainRefused(app);

  await app.act((store) => store.getState().actions.clearPictures());
  await writeFiles(folder, { 'texts/cat/a.jpg': 'no picture', 'texts/dog/b.png': 'neither' });
  await app.chooseFolder(join(folder, 'texts'));
  await expectSentence(app, /None of the 2 files could be read as a picture/);
  await expectTrainRefused(app);
});

test('broken and odd files are skipped with their reasons and the good ones stay', async ({ openApp, folder }) => {
  const app = await openApp();
  await writeClasses(folder, { 'котка 🐈': 2, कुत्ता: 2 });
  const cut = drawingPng('cat', 7);
  await writeFiles(folder, {
    'котка 🐈/leer.png': '',
    'котка 🐈/空.jpg': 'text',
    'котка 🐈/cut.png': cut.subarray(0, cut.length >> 1),
    'कुत्ता/tiny.png': drawingPng('dog', 8, 1),
    'कुत्ता/huge.png': hugePng(20_000, 20_000),
  });
  await app.chooseFolder(folder);
  const { samples, skipped, classNames } = (await app.state()).project.document;
  expect(samples).toHaveLength(4);
  expect(classNames).toEqual(['котка 🐈', 'कुत्ता'].map((name) => name.normalize('NFC')).sort());
  const reasons = Object.fromEntries(skipped.map(({ path, reason }) => [path.split('/').pop() ?? '', reason.code as string]));
  expect(reasons).toEqual({
    'leer.png': 'file-empty',
    '空.jpg': 'not-a-picture',
    'cut.png': 'picture-truncated',
    'tiny.png': 'picture-too-small',
    'huge.png': 'picture-too-large',
  });
  await expectSentence(app, /5 (files )?skipped/i);
});

test('class names that differ in case are two classes and the page says so', async ({ openApp, folder }) => {
  const app = await openApp();
  await writeClasses(folder, { Cat: 2, cat: 2 });
  await app.chooseFolder(folder);
  expect((await app.state()).project.document.classNames).toEqual(['Cat', 'cat']);
  await expectSentence(app, /“Cat” and “cat” differ only in upper and lower case/);
});
