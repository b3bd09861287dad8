import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { ListedFile } from '../../store/state';
import { renderPage, type RenderedPage } from '../testing/render-page';
import { ImportDialog } from './import-dialog';

function listed(folder: string, count: number, prefix = ''): ListedFile[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `${prefix}${String(index)}.jpg`;
    return { path: `${folder}/${name}`, file: new File([folder, name], name) };
  });
}

function text(path: string, content: string): ListedFile {
  return { path, file: new File([content], path.split('/').at(-1) ?? path) };
}

let rendered: RenderedPage;

beforeEach(async () => {
  rendered = await renderPage(<ImportDialog />);
});

afterEach(() => {
  rendered.unmount();
});

const offer = (files: readonly ListedFile[]) => rendered.store.getState().actions.offerFiles(files);
const samples = () => rendered.store.getState().project.document.samples;
const importing = () => rendered.store.getState().importing;
const isIdle = () => rendered.store.getState().ingest.phase === 'idle';

describe('the question what was dropped', () => {
  it('is answered by one Enter', async () => {
    await offer([...listed('pets/cat', 3), ...listed('pets/dog', 2)]);
    const dialog = page.getByRole('dialog', { name: 'Add these pictures?' });
    await expect
      .element(dialog)
      .toHaveTextContent('2 folders of pictures: the name of each is a class. 5 pictures of 2 classes.');
    await expect.element(page.getByRole('button', { name: 'Add 5 pictures' })).toHaveFocus();
    await userEvent.keyboard('{Enter}');
    await expect.poll(isIdle).toBe(true);
    await expect.element(dialog).not.toBeInTheDocument();
    expect(samples()).toHaveLength(5);
  });

  it('is declined by Escape, and nothing comes in', async () => {
    await offer(listed('pets/cat', 3));
    await expect.element(page.getByRole('dialog')).toBeVisible();
    await userEvent.keyboard('{Escape}');
    await expect.poll(isIdle).toBe(true);
    expect(samples()).toHaveLength(0);
    expect(rendered.engine.calls).toContain('closeImport');
  });

  it('takes another class, another split and Ignore for a folder by keyboard', async () => {
    await offer([...listed('pets/cat', 3), ...listed('pets/dog', 2), ...listed('pets/rest', 4)]);
    await page.getByRole('combobox', { name: 'Class of pets/dog' }).fill('hound');
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => importing()?.totals.classes).toContain('hound');
    await page.getByRole('combobox', { name: 'Split of pets/dog' }).selectOptions('Validation');
    await page.getByRole('combobox', { name: 'Take pets/rest as' }).selectOptions('Ignore');
    await page.getByRole('button', { name: 'Add 5 pictures' }).click();
    await expect.poll(isIdle).toBe(true);
    expect(
      samples()
        .map(({ className, folderSplit }) => `${className ?? '-'} ${folderSplit ?? '-'}`)
        .sort(),
    ).toEqual(['cat -', 'cat -', 'cat -', 'hound val', 'hound val']);
  });

  it('merges names that may be the same by one press', async () => {
    await offer([...listed('pets/cat', 4), ...listed('pets/Cats', 2), ...listed('pets/cat 2', 2), ...listed('pets/dog', 3)]);
    await expect.element(page.getByText('“Cats” and “cat 2” may be the same as “cat”.')).toBeVisible();
    await page.getByRole('button', { name: 'Merge into cat' }).click();
    await expect.poll(() => importing()?.totals.classes).toEqual(['cat', 'dog']);
    await expect.element(page.getByRole('button', { name: 'Merge into cat' })).not.toBeInTheDocument();
  });

  it('shows how ten names come out while a pattern is typed, and what is wrong with it', async () => {
    await offer([...listed('scans', 12, 'a_cat_'), ...listed('scans', 12, 'a_dog_')]);
    await page.getByRole('combobox', { name: 'Read as' }).selectOptions('A pattern of the file’s name');
    const pattern = page.getByRole('textbox', { name: 'Pattern' });
    await expect.element(pattern).toHaveValue('{class}_{number}.*');
    await pattern.fill('a_{class}_{number}.*');
    await expect.element(page.getByRole('list', { name: 'How names come out' })).toHaveTextContent('a_cat_0.jpgcat');
    await expect.poll(() => importing()?.totals.classes).toEqual(['cat', 'dog']);
    await pattern.fill('a_{clas}');
    await expect.element(page.getByText(/The pattern cannot be used: it has no \{class\}/)).toBeVisible();
    await pattern.fill('/^(a+)+$/');
    await expect.poll(() => importing()?.totals.unlabelled).toBe(24);
  });

  it('asks which column is the label where two may be, with examples of each', async () => {
    const cells = Array.from(
      { length: 6 },
      (_, at) => `${String(at)}.jpg,${at % 2 === 0 ? 'cat' : 'dog'},${at < 3 ? 'in' : 'out'}`,
    );
    await offer([...listed('set', 6), text('set/list.csv', ['file,species,category', ...cells].join('\n'))]);
    await expect.element(page.getByText(/“species” and “category” of set\/list.csv may be the label/)).toBeVisible();
    await page.getByRole('button', { name: 'Add 6 pictures' }).click();
    await expect.element(page.getByRole('alert')).toHaveTextContent('Choose the column');
    await page.getByRole('combobox', { name: 'Column of the label' }).selectOptions('category (in, out)');
    await expect.poll(() => importing()?.totals.classes).toEqual(['in', 'out']);
  });

  it('draws of 200 classes only the rows in sight, and warns of their number', async () => {
    await offer(Array.from({ length: 200 }, (_, at) => listed(`zoo/كلب 😀 ${String(at)}`, 2)).flat());
    const table = page.getByRole('table', { name: 'What was found' });
    await expect.element(table).toHaveAttribute('aria-rowcount', '201');
    expect(document.querySelectorAll('[role=row]').length).toBeLessThan(40);
    await expect.element(page.getByText('There are 200 classes.')).toBeVisible();
    const rows = document.querySelector('[role=rowgroup]:last-child');
    if (rows !== null) rows.scrollTop = rows.scrollHeight;
    await expect.element(page.getByText('zoo/كلب 😀 199', { exact: true })).toBeVisible();
  });
});
