import { afterEach, describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { drawPictures, renderPanels, type RenderedPanels } from '../train/testing/render-panels';
import { TryPanel } from './try-panel';

let panels: RenderedPanels | null = null;

afterEach(() => {
  panels?.dispose();
  panels = null;
  localStorage.removeItem('headstart:evidence');
});

async function tryPicture(classNames: readonly string[]): Promise<RenderedPanels> {
  panels = renderPanels(<TryPanel />, { drawings: () => drawPictures(classNames, 6) });
  const { actions } = panels.store.getState();
  await actions.begin();
  await actions.addDrawings();
  actions.changeSettings({ epochs: 1 });
  await actions.train();
  await page.getByRole('listbox', { name: 'Validation pictures' }).getByRole('option').first().click();
  await expect.element(page.getByTestId('evidence-sum')).toBeVisible();
  return panels;
}

const sum = () => page.getByTestId('evidence-sum');

describe('evidence', () => {
  it('lies over the picture, and its parts and the bias add up to the logit that stands beside', async () => {
    await tryPicture(['cat', 'dog']);
    await expect.element(page.getByRole('img', { name: /What speaks for cat/ })).toBeVisible();
    await expect.element(sum()).toHaveTextContent(/-0\.012 \+ .*3\.226 = .*3\.214/);
    await expect.element(page.getByRole('img', { name: 'adds up', exact: true })).toBeVisible();
    await expect.element(page.getByText('[3.214, -0.338]')).toBeVisible();
    await page.getByRole('button', { name: 'Table' }).click();
    const values = [...page.getByRole('region', { name: 'Evidence, table' }).element().querySelectorAll('td')];
    expect(values).toHaveLength(49);
    // The middle cell of the fake engine's evidence: (3.214 + 0.012) / 2.
    expect(values[24]?.textContent).toBe('1.61');
  });

  it('is for any class, and between two it adds up to the difference of their logits', async () => {
    await tryPicture(['ant', 'bee', 'cat', 'dog', 'eel']);
    await page.getByLabelText('For', { exact: true }).selectOptions('bee');
    await expect.element(sum()).toHaveTextContent(/= .*-0\.338/);
    await page.getByLabelText('For', { exact: true }).selectOptions('ant');
    await page.getByLabelText('Instead of').selectOptions('bee');
    await expect.element(sum()).toHaveTextContent(/= .*3\.552/);
    await expect.element(page.getByText('for bee')).toBeVisible();
  });

  it('lets a part be covered by keyboard, says how the logit moved, and shows the whole again', async () => {
    const { store } = await tryPicture(['cat', 'dog']);
    await page.getByRole('button', { name: 'Cover this' }).click();
    page.getByRole('gridcell', { name: 'row 1, column 1', exact: true }).element().focus();
    await userEvent.keyboard('{ArrowRight}{ArrowDown} ');
    await expect.poll(() => store.getState().trial.covered).toEqual([15]);
    await expect.element(page.getByText(/logit of cat 3\.214\. Covered: cat, 3\.114 \(−0\.100\)/)).toBeVisible();
    await expect
      .element(page.getByRole('gridcell', { name: 'row 2, column 2', exact: true }))
      .toHaveAttribute('aria-selected', 'true');
    await page.getByRole('button', { name: 'Show it whole' }).click();
    await expect.poll(() => store.getState().trial.covered).toEqual([]);
    await expect.element(page.getByText('[3.214, -0.338]')).toBeVisible();
  });

  it('lets a part be covered by a stroke, and a stroke that begins there uncovers it', async () => {
    const { store } = await tryPicture(['cat', 'dog']);
    await page.getByRole('button', { name: 'Cover this' }).click();
    const stroke = async () => {
      const [from, to] = [1, 3].map((column) =>
        page.getByRole('gridcell', { name: `row 1, column ${String(column)}`, exact: true }),
      );
      if (from === undefined || to === undefined) throw new Error('no squares');
      await userEvent.dragAndDrop(from, to);
    };
    await stroke();
    await expect.poll(() => store.getState().trial.covered.length).toBeGreaterThan(1);
    const first = store.getState().trial.covered[0];
    await page.getByRole('gridcell', { name: `row 1, column ${String((first ?? 0) + 1)}`, exact: true }).click();
    await expect.poll(() => store.getState().trial.covered.includes(first ?? -1)).toBe(false);
  });

  it('goes by one switch, which is remembered, and the numbers fold away', async () => {
    await tryPicture(['cat', 'dog']);
    await page.getByRole('button', { name: 'Evidence', exact: true }).click();
    await expect.element(sum()).not.toBeInTheDocument();
    await expect.element(page.getByRole('img', { name: /What speaks for/ })).not.toBeInTheDocument();
    expect(localStorage.getItem('headstart:evidence')).toBe('off');
    // The numbers fold away with it, and can be had all the same.
    await expect.element(page.getByText('[3.214, -0.338]')).not.toBeVisible();
    await page.getByText('Numbers').click();
    await expect.element(page.getByText('[3.214, -0.338]')).toBeVisible();
    await page.getByRole('button', { name: 'Evidence', exact: true }).click();
    await expect.element(sum()).toBeVisible();
  });
});
