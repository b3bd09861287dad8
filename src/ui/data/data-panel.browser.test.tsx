import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { ImportProgress } from '../../domain/import-listing';
import type { ListedFile } from '../../store/state';
import { renderPage, type RenderedPage } from '../testing/render-page';
import { DataPanel } from './data-panel';

function listed(className: string, count: number, name = (index: number) => `${String(index)}.jpg`): ListedFile[] {
  return Array.from({ length: count }, (_, index) => ({
    path: `pets/${className}/${name(index)}`,
    file: new File([`${className}${String(index)}`], name(index)),
  }));
}

let rendered: RenderedPage;

beforeEach(async () => {
  rendered = await renderPage(<DataPanel isDropTarget={false} />);
});

afterEach(() => {
  rendered.unmount();
});

const addFiles = (files: readonly ListedFile[]) => rendered.store.getState().actions.addFiles(files);

describe('the Data column', () => {
  it('invites while it is empty, and shows the drawings after one press', async () => {
    await expect.element(page.getByText('Drop a folder with one sub-folder a class')).toBeVisible();
    await page.getByRole('button', { name: 'Try the sample drawings' }).click();
    await expect.element(page.getByText('16 train · 4 validation')).toBeVisible();
    await expect.element(page.getByRole('region', { name: 'Class cat' })).toBeVisible();
    await expect.element(page.getByRole('region', { name: 'Class dog' })).toBeVisible();
  });

  it('says what would be downloaded, from where, and takes no for an answer', async () => {
    await page.getByRole('button', { name: 'Get 500 cats and dogs' }).click();
    const dialog = page.getByRole('alertdialog', { name: 'Download 500 photos?' });
    await expect.element(dialog).toHaveTextContent('photos.example');
    await expect.element(dialog).toHaveTextContent('15 MB');
    await page.getByRole('button', { name: 'Do not download' }).click();
    await expect.element(dialog).not.toBeInTheDocument();
    expect(rendered.engine.calls).not.toContain('addKaggle');
  });

  it('renames a class by keyboard, and its label follows the order of names', async () => {
    await addFiles([...listed('cat', 3), ...listed('dog', 3)]);
    const name = page.getByRole('button', { name: 'Class name: cat. Rename' });
    await name.click();
    await userEvent.keyboard('wolf{Enter}');
    await expect.element(page.getByRole('region', { name: 'Class wolf' })).toHaveTextContent('label 1');
    expect(rendered.store.getState().project.document.classNames).toEqual(['dog', 'wolf']);
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Class name: wolf. Rename');
  });

  it('tells what is looked into and how much room an archive takes unpacked, and lets it be cancelled', async () => {
    const { store } = rendered;
    const show = (opening: ImportProgress) => {
      store.setState({ ingest: { ...store.getState().ingest, phase: 'listing', origin: 'folder', opening } });
    };
    show({ stage: 'listing', archive: 'downloads/pets.zip', files: 12_345 });
    await expect.element(page.getByText('Looking into pets.zip')).toBeVisible();
    await expect.element(page.getByText('12,345 files')).toBeVisible();
    show({ stage: 'unpacking', archive: 'train.zip', doneBytes: 140e6, totalBytes: 570e6, secondsLeft: 12.3 });
    await expect.element(page.getByText('Unpacking train.zip, which takes 570 MB')).toBeVisible();
    await expect.element(page.getByText('140 MB of 570 MB · 13 s left')).toBeVisible();
    await expect.element(page.getByRole('button', { name: 'Cancel' })).toBeEnabled();
  });

  it('tells what a limit leaves out and lifts it', async () => {
    await addFiles([...listed('cat', 10), ...listed('dog', 10)]);
    rendered.store.getState().actions.changeSettings({ limitPerClass: 5 });
    await expect.element(page.getByText('10 left out by the limit of 5 a class')).toBeVisible();
    await page.getByRole('button', { name: 'Use all' }).click();
    await expect.element(page.getByText('left out by the limit')).not.toBeInTheDocument();
    expect(rendered.store.getState().project.document.settings.limitPerClass).toBeNull();
  });

  it('lists each skipped file with its reason and what to do', async () => {
    await addFiles([...listed('cat', 3), ...listed('dog', 3), ...listed('dog', 1, () => 'notes.txt')]);
    await expect.element(page.getByText('1 skipped')).toBeVisible();
    await page.getByRole('button', { name: 'Show the skipped files' }).click();
    const row = page.getByRole('row', { name: /notes\.txt/ });
    await expect.element(row).toHaveTextContent('The file is not a picture.');
    await expect.element(row).toHaveTextContent('convert it to JPEG or PNG');
  });

  it('shows the skipped files of one reason', async () => {
    await addFiles([
      ...listed('cat', 3),
      ...listed('dog', 3),
      ...listed('dog', 2, (index) => `notes${String(index)}.txt`),
      { path: 'pets/cat/void.jpg', file: new File([], 'void.jpg') },
    ]);
    await page.getByRole('button', { name: 'Show the skipped files' }).click();
    await page.getByRole('combobox', { name: 'Reason' }).selectOptions('1 empty');
    await expect.element(page.getByRole('row', { name: /void\.jpg/ })).toBeVisible();
    await expect.element(page.getByRole('row', { name: /notes/ })).not.toBeInTheDocument();
    await expect.element(page.getByRole('button', { name: 'Copy list as CSV' })).toBeVisible();
  });

  it('shows all pictures of a class, of 2,000 only those in sight, and removes the chosen by keyboard', async () => {
    await addFiles([...listed('cat', 2000), ...listed('dog', 3)]);
    await page.getByRole('button', { name: 'Show all 2,000 pictures of cat' }).click();
    const grid = page.getByRole('listbox', { name: 'Pictures of cat' });
    await expect.element(grid).toBeVisible();
    expect(document.querySelectorAll('[role=option]').length).toBeLessThan(150);
    await expect.element(page.getByRole('option', { name: 'pets/cat/0.jpg' })).toHaveAttribute('aria-setsize', '2000');
    (grid.element() as HTMLElement).focus();
    await userEvent.keyboard(' {ArrowRight} {Delete}');
    await expect.element(page.getByRole('heading', { name: 'cat: 1,998 pictures' })).toBeVisible();
    await userEvent.keyboard('{End}');
    await expect.element(page.getByRole('option', { name: 'pets/cat/1999.jpg', exact: true })).toBeInTheDocument();
    expect(rendered.store.getState().project.document.samples).toHaveLength(2001);
  });

  it('folds many classes to rows', async () => {
    await addFiles(Array.from({ length: 12 }, (_, index) => listed(`breed ${String(index)}`, 2)).flat());
    await expect.element(page.getByRole('region', { name: 'Class breed 11' })).toBeVisible();
    expect(document.querySelectorAll('img')).toHaveLength(0);
  });

  it.each([1, 12])('leaves count and menu of a class with a long name in sight, with %i such classes', async (classes) => {
    const nameOf = (index: number) => `${'a name that goes on '.repeat(6)}${String(index)}`;
    await addFiles(Array.from({ length: classes }, (_, index) => listed(nameOf(index), 2)).flat());
    const lane = page.getByRole('region', { name: `Class ${nameOf(0)}` });
    await expect.element(lane).toBeVisible();
    const edge = lane.element().getBoundingClientRect().right;
    expect(edge).toBeLessThanOrEqual(document.documentElement.clientWidth);
    expect(
      lane
        .getByRole('button', { name: `More for ${nameOf(0)}` })
        .element()
        .getBoundingClientRect().right,
    ).toBeLessThanOrEqual(edge + 8);
  });

  it('asks before it removes everything', async () => {
    await addFiles([...listed('cat', 3), ...listed('dog', 3)]);
    await page.getByRole('button', { name: 'Add pictures' }).click();
    await page.getByRole('menuitem', { name: 'Remove all pictures…' }).click();
    await page.getByRole('button', { name: 'Remove all' }).click();
    await expect.element(page.getByText('Drop a folder with one sub-folder a class')).toBeVisible();
  });
});
