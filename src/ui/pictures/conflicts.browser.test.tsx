import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import type { ListedFile } from '../../store/state';
import { DataPanel } from '../data/data-panel';
import { renderPage, type RenderedPage } from '../testing/render-page';

const file = (path: string, content: string): ListedFile => ({
  path,
  file: new File([content], path.slice(path.lastIndexOf('/') + 1)),
});

let rendered: RenderedPage;

beforeEach(async () => {
  await page.viewport(1280, 900);
  rendered = await renderPage(<DataPanel isDropTarget={false} />);
});

afterEach(() => {
  rendered.unmount();
});

const samples = () => rendered.store.getState().project.document.samples;
const show = () => page.getByRole('button', { name: 'Show the conflicts' }).click();

describe('conflicts', () => {
  it('between two classes are shown side by side and mended by one press, which can be undone', async () => {
    await rendered.store
      .getState()
      .actions.addFiles([
        file('pets/cat/a.jpg', 'one'),
        file('pets/cat/b.jpg', 'same'),
        file('pets/dog/c.jpg', 'two'),
        file('pets/dog/d.jpg', 'same'),
      ]);
    await expect.element(page.getByText('1 conflict', { exact: true })).toBeVisible();
    await show();
    const row = page.getByRole('listitem', { name: 'b.jpg and d.jpg' });
    await expect.element(row).toHaveTextContent('The same file, in two classes');
    await row.getByRole('button', { name: 'Keep cat' }).click();
    await expect.element(page.getByText('Nothing is left to mend.')).toBeVisible();
    expect(samples().map(({ path }) => path)).toEqual(['pets/cat/a.jpg', 'pets/cat/b.jpg', 'pets/dog/c.jpg']);
    await page.getByRole('dialog').getByRole('button', { name: 'Undo: removed 1 picture' }).click();
    await expect.element(row).toBeVisible();
  });

  it('across train and validation are leaks: both go to train, or all of them at once', async () => {
    await rendered.store
      .getState()
      .actions.addFiles([
        ...['a', 'b'].flatMap((name) => [file(`pets/train/cat/${name}.jpg`, name), file(`pets/val/cat/${name}.jpg`, name)]),
        ...['c', 'd'].flatMap((name) => [
          file(`pets/train/dog/${name}.jpg`, name),
          file(`pets/val/dog/${name}1.jpg`, `${name}1`),
        ]),
      ]);
    await show();
    const row = page.getByRole('listitem', { name: 'a.jpg and a.jpg' });
    await expect.element(row).toHaveTextContent('in two splits');
    await row.getByRole('button', { name: 'Both to train' }).click();
    await expect.element(page.getByRole('heading', { name: '1 conflict' })).toBeVisible();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Undo: pinned/ })
      .click();
    await page.getByRole('button', { name: 'Put all 2 across splits to train' }).click();
    await expect.element(page.getByText('Nothing is left to mend.')).toBeVisible();
    expect(samples().filter(({ pinnedSplit }) => pinnedSplit === 'train')).toHaveLength(4);
  });

  it('may be left as they are', async () => {
    await rendered.store
      .getState()
      .actions.addFiles([file('pets/cat/a.jpg', 'same'), file('pets/dog/a.jpg', 'same'), file('pets/dog/b.jpg', 'other')]);
    await show();
    await page.getByRole('button', { name: 'Leave both' }).click();
    await page.getByRole('button', { name: 'Close' }).last().click();
    await expect.element(page.getByRole('button', { name: 'Show the conflicts' })).not.toBeInTheDocument();
    expect(samples()).toHaveLength(3);
  });
});
