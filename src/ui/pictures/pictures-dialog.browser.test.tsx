import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { ListedFile } from '../../store/state';
import { DataPanel } from '../data/data-panel';
import { renderPage, type RenderedPage } from '../testing/render-page';
import { useUndoKeys } from './use-undo-keys';

function listed(className: string, count: number): ListedFile[] {
  return Array.from({ length: count }, (_, index) => ({
    path: `pets/${className}/${String(index)}.jpg`,
    file: new File([`${className}${String(index)}`], `${String(index)}.jpg`),
  }));
}

function Column() {
  useUndoKeys();
  return <DataPanel isDropTarget={false} />;
}

let rendered: RenderedPage;

beforeEach(async () => {
  await page.viewport(1280, 900);
  rendered = await renderPage(<Column />);
  await rendered.store.getState().actions.addFiles([...listed('cat', 20), ...listed('dog', 3)]);
});

afterEach(() => {
  rendered.unmount();
});

const document_ = () => rendered.store.getState().project.document;
const labelsOf = (...names: string[]) =>
  names.map((name) => document_().samples.find(({ path }) => path === `pets/${name}`)?.className);
const option = (path: string) => page.getByRole('option', { name: path, exact: true });

async function showCats(): Promise<void> {
  await page.getByRole('button', { name: 'Show all 20 pictures of cat' }).click();
  const grid = page.getByRole('listbox', { name: 'Pictures of cat' });
  await expect.element(grid).toBeVisible();
  (grid.element() as HTMLElement).focus();
}

describe('the pictures of a class', () => {
  it('are selected by mouse as files are', async () => {
    await showCats();
    await option('pets/cat/1.jpg').click();
    await option('pets/cat/3.jpg').click({ modifiers: ['Shift'] });
    await expect.element(page.getByText('3 selected')).toBeVisible();
    await option('pets/cat/2.jpg').click({ modifiers: ['Control'] });
    await expect.element(page.getByText('2 selected')).toBeVisible();
    await option('pets/cat/9.jpg').click();
    await expect.element(page.getByText('1 selected')).toBeVisible();
    await expect.element(option('pets/cat/9.jpg')).toHaveAttribute('aria-selected', 'true');
  });

  it('are selected by keyboard, moved to a new class with M, and come back with Ctrl and Z', async () => {
    await showCats();
    await userEvent.keyboard('{Shift>}{ArrowRight}{ArrowRight}{/Shift}');
    await expect.element(page.getByText('3 selected')).toBeVisible();
    await userEvent.keyboard('m');
    await expect.element(page.getByRole('dialog', { name: 'Move 3 pictures to' })).toBeVisible();
    await userEvent.keyboard('lynx');
    await expect.element(page.getByRole('menuitem', { name: 'New class “lynx”' })).toBeVisible();
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => document_().classNames).toEqual(['cat', 'dog', 'lynx']);
    expect(labelsOf('cat/0.jpg', 'cat/2.jpg', 'cat/3.jpg')).toEqual(['lynx', 'lynx', 'cat']);
    await expect.element(page.getByRole('dialog').getByRole('button', { name: 'Undo: moved 3 pictures to lynx' })).toBeVisible();
    await userEvent.keyboard('{Control>}z{/Control}');
    await expect.poll(() => labelsOf('cat/0.jpg')).toEqual(['cat']);
    await userEvent.keyboard('{Control>}{Shift>}z{/Shift}{/Control}');
    await expect.poll(() => labelsOf('cat/0.jpg')).toEqual(['lynx']);
  });

  it('are all selected with Ctrl and A, and removed with Delete, until that is undone', async () => {
    await showCats();
    await userEvent.keyboard('{Control>}a{/Control}{Delete}');
    await expect.poll(() => document_().samples.length).toBe(3);
    expect(document_().classNames).toEqual(['dog']);
    await page.getByRole('dialog').getByRole('button', { name: 'Undo: removed 20 pictures' }).click();
    await expect.poll(() => document_().samples.length).toBe(23);
  });

  it('are dragged to another class', async () => {
    await showCats();
    await option('pets/cat/1.jpg').click();
    await option('pets/cat/2.jpg').click({ modifiers: ['Shift'] });
    const dogs = page.getByRole('navigation', { name: 'Classes' }).getByRole('button', { name: /^dog/ });
    await option('pets/cat/2.jpg').dropTo(dogs);
    await expect.poll(() => labelsOf('cat/1.jpg', 'cat/2.jpg', 'cat/3.jpg')).toEqual(['dog', 'dog', 'cat']);
  });

  it('are found by name, and shown by split and by pin', async () => {
    await showCats();
    await page.getByRole('searchbox', { name: 'Find by file name' }).fill('cat/1');
    await expect.poll(() => document.querySelectorAll('[role=option]').length).toBe(11);
    await option('pets/cat/1.jpg').click();
    await page.getByRole('button', { name: 'Pin to split' }).click();
    await page.getByRole('menuitem', { name: 'Always validation' }).click();
    await page.getByRole('searchbox', { name: 'Find by file name' }).fill('');
    await page.getByRole('combobox', { name: 'Split', exact: true }).selectOptions('pinned');
    await expect.poll(() => document.querySelectorAll('[role=option]').length).toBe(1);
    expect(
      document_()
        .samples.filter(({ pinnedSplit }) => pinnedSplit === 'val')
        .map(({ name }) => name),
    ).toEqual(['1.jpg']);
  });

  it('are looked at one by one with the arrows, with what is known of them, and labelled in place', async () => {
    await showCats();
    await userEvent.keyboard('{ArrowRight}{Enter}');
    await expect.element(page.getByRole('dialog', { name: '1.jpg' })).toBeVisible();
    await expect.element(page.getByText('300 × 200 pixels')).toBeVisible();
    await userEvent.keyboard('{ArrowRight}');
    await expect.element(page.getByRole('dialog', { name: '2.jpg' })).toBeVisible();
    await expect.element(page.getByText('3 of 20')).toBeVisible();
    await userEvent.keyboard('2');
    await expect.poll(() => labelsOf('cat/2.jpg')).toEqual(['dog']);
    // It left the class that is looked at; the next one has taken its place.
    await expect.element(page.getByRole('dialog', { name: '3.jpg' })).toBeVisible();
    await page.getByRole('combobox', { name: 'Label' }).selectOptions('dog');
    await expect.poll(() => labelsOf('cat/3.jpg')).toEqual(['dog']);
    await userEvent.keyboard('{Escape}');
    await expect.element(page.getByRole('listbox', { name: 'Pictures of cat' })).toHaveFocus();
  });

  it('say so when the file of one can no longer be read', async () => {
    rendered.engine.unreadable.add('id:pets/cat/0.jpg');
    await showCats();
    await userEvent.keyboard('{Enter}');
    await expect.element(page.getByRole('alert')).toHaveAttribute('data-code', 'picture-gone');
  });
});

describe('unlabelled pictures', () => {
  it('get their labels by digits, one after the other', async () => {
    const ids = document_()
      .samples.slice(0, 3)
      .map(({ id }) => id);
    rendered.store.getState().actions.dispatch({ kind: 'move-samples', ids, className: null });
    await expect.element(page.getByText('Press 1 for cat, 2 for dog')).toBeVisible();
    await page.getByRole('button', { name: 'Label them' }).click();
    const grid = page.getByRole('listbox', { name: 'Pictures of Unlabelled' });
    (grid.element() as HTMLElement).focus();
    await userEvent.keyboard('121');
    await expect.poll(() => labelsOf('cat/0.jpg', 'cat/1.jpg', 'cat/2.jpg')).toEqual(['cat', 'dog', 'cat']);
    await expect.element(page.getByText('No pictures here.')).toBeVisible();
  });
});

describe('a class', () => {
  it('is merged into another and recoloured from its menu', async () => {
    await page.getByRole('button', { name: 'More for dog' }).click();
    await page.getByRole('menuitem', { name: 'Change its colour…' }).click();
    await page.getByRole('button', { name: 'Colour 5', exact: true }).click();
    expect(document_().classColours).toEqual({ cat: 0, dog: 4 });
    await page.getByRole('button', { name: 'More for dog' }).click();
    await page.getByRole('menuitem', { name: 'Merge into another class…' }).click();
    await page.getByRole('menuitem', { name: 'cat', exact: true }).click();
    await expect.poll(() => document_().classNames).toEqual(['cat']);
    expect(document_().samples).toHaveLength(23);
  });

  it('can be made before it has pictures', async () => {
    await page.getByRole('button', { name: 'Show all 20 pictures of cat' }).click();
    await page.getByRole('button', { name: 'New class' }).click();
    await expect.element(page.getByRole('textbox', { name: 'Name' })).toHaveFocus();
    await userEvent.keyboard('fox{Enter}');
    await expect.poll(() => document_().classNames).toEqual(['cat', 'dog', 'fox']);
    await userEvent.keyboard('{Escape}');
    await expect.element(page.getByRole('region', { name: 'Class fox' })).toHaveTextContent('No pictures yet');
  });
});
