import { afterEach, describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { drawPictures, renderPanels, type RenderedPanels } from '../train/testing/render-panels';
import { TryPanel } from '../try/try-panel';

let panels: RenderedPanels | null = null;

afterEach(() => {
  panels?.dispose();
  panels = null;
});

async function open(change = {}): Promise<RenderedPanels> {
  panels = renderPanels(<TryPanel />, { drawings: () => drawPictures(['cat', 'dog'], 30) });
  const { actions } = panels.store.getState();
  await actions.begin();
  await actions.addDrawings();
  actions.changeSettings({ epochs: 1, ...change });
  await actions.train();
  await page.getByRole('button', { name: 'Evaluation' }).click();
  await page.getByRole('tab', { name: 'Label doctor' }).click();
  return panels;
}

describe('the label doctor', () => {
  it('lists doubtful labels, which are accepted and rejected by keys, and measures before and after', async () => {
    const { store } = await open();
    // Of the fake engine’s 60 out-of-fold predictions every ninth contradicts its label.
    const list = page.getByRole('listbox', { name: '6 doubtful labels; A relabels, K keeps' });
    await expect.element(list).toBeVisible();
    const [first, second] = [...list.element().querySelectorAll('[data-sample]')].map((item) => item.getAttribute('data-sample'));
    list.element().focus();
    await userEvent.keyboard('a');
    const classOf = (id: string | null | undefined) =>
      store.getState().project.document.samples.find((sample) => sample.id === id)?.className;
    const { labelIndex } = store.getState().inspection.folds?.result.predictions.find(({ sampleId }) => sampleId === first) ?? {};
    expect(classOf(first)).toBe(labelIndex === 0 ? 'dog' : 'cat');
    const before = classOf(second);
    await userEvent.keyboard('k');
    expect(classOf(second)).toBe(before);
    expect(store.getState().inspection.confirmed).toEqual([second]);
    await expect.element(page.getByRole('option', { name: /relabelled/ })).toBeVisible();
    await expect.element(page.getByRole('option', { name: /kept/ })).toBeVisible();
    await userEvent.keyboard('{ArrowUp}{ArrowUp}{ArrowUp}');
    await expect.element(page.getByRole('option', { name: /relabelled/ })).toHaveAttribute('aria-selected', 'true');
    await page.getByRole('button', { name: 'Measure again' }).click();
    await expect.element(page.getByText(/before 90\.0 %, now/)).toBeVisible();
  });

  it('trains again with the new labels', async () => {
    const { store } = await open();
    await page.getByRole('button', { name: /^Relabel as/ }).click();
    await page.getByRole('button', { name: 'Train again with 1 new label' }).click();
    await expect.poll(() => store.getState().headRun?.number).toBe(2);
    await expect.element(page.getByRole('dialog')).not.toBeInTheDocument();
  });

  it('says why it is not offered for a fine-tuned run', async () => {
    await open({ way: 'fine-tune', headWarmupEpochs: 0 });
    await expect.element(page.getByText(/Not offered for a fine-tuned run/)).toBeVisible();
  });
});
