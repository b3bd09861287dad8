import { afterEach, describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { drawPictures, renderPanels, type RenderedPanels } from '../train/testing/render-panels';
import { TryPanel } from '../try/try-panel';

let panels: RenderedPanels | null = null;

afterEach(() => {
  panels?.dispose();
  panels = null;
});

async function open(classNames: readonly string[], perClass: number, change = {}): Promise<RenderedPanels> {
  panels = renderPanels(<TryPanel />, { drawings: () => drawPictures(classNames, perClass) });
  const { actions } = panels.store.getState();
  await actions.begin();
  await actions.addDrawings();
  actions.changeSettings({ epochs: 1, ...change });
  await actions.train();
  await page.getByRole('button', { name: 'Evaluation' }).click();
  await expect.element(page.getByRole('dialog', { name: 'Look inside run 1' })).toBeVisible();
  return panels;
}

const cell = (name: RegExp) => page.getByRole('gridcell', { name });
const inOrder = () => page.getByRole('listbox', { name: 'Pictures in order' }).getByRole('option');

describe('the evaluation', () => {
  it('has the folds’ accuracy as its headline where few pictures validate, with the split’s own beside it', async () => {
    await open(['cat', 'dog'], 30);
    // Of the fake engine’s 60 predictions every ninth is wrong.
    const headline = page.getByRole('region', { name: '5-fold accuracy', exact: true });
    await expect.element(headline).toHaveTextContent('90.0 %');
    await expect.element(headline).toHaveTextContent('79.9–95.3 %');
    await expect.element(headline).toHaveTextContent('54 of 60 right');
    await expect.element(page.getByRole('region', { name: 'Validation accuracy' })).toHaveTextContent('11 of 12 right');
  });

  it('leaves the folds out of the headline where many pictures validate', async () => {
    const { engine } = await open(['cat', 'dog'], 260);
    await expect.element(page.getByRole('region', { name: 'Validation accuracy' })).toHaveTextContent('of 104 right');
    expect(engine.calls).not.toContain('crossValidate');
    await page.getByRole('radio', { name: '5 folds 520' }).click();
    await page.getByRole('button', { name: 'Cross-validate' }).click();
    await expect.element(page.getByRole('region', { name: '5 folds accuracy' })).toHaveTextContent('of 520 right');
  });

  it('is gone through by keyboard: a cell’s pictures, their order, another label, and a new run', async () => {
    const { store } = await open(['cat', 'dog'], 30);
    await expect.element(cell(/label cat, predicted cat/)).toBeVisible();
    cell(/label cat, predicted cat/)
      .element()
      .focus();
    await userEvent.keyboard('{ArrowDown}{Enter}');
    await expect.element(page.getByRole('heading', { name: '1 picture: label dog, predicted cat' })).toHaveFocus();
    await userEvent.keyboard('{Tab}{Tab}{ArrowRight}{Enter}');
    await expect.element(page.getByRole('radio', { name: 'Least sure' })).toBeChecked();
    await userEvent.keyboard('{Tab}{Enter}');
    await expect.element(page.getByText('predicted cat, 97.2 %')).toBeVisible();
    await page.getByRole('button', { name: 'Relabel as cat' }).click();
    const sampleId = store.getState().run.predictions.find(({ labelIndex, classIndex }) => labelIndex !== classIndex)?.sampleId;
    const { samples } = store.getState().project.document;
    expect(samples.find(({ id }) => id === sampleId)?.className).toBe('cat');
    await expect.element(page.getByText(/The label is changed/)).toBeVisible();
    // Another class may be one that there was not.
    await page.getByRole('button', { name: 'Another class…' }).click();
    await userEvent.keyboard('bird');
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => store.getState().project.document.classNames).toEqual(['bird', 'cat', 'dog']);
    await page.getByRole('button', { name: 'Relabel as cat' }).click();
    await page.getByRole('button', { name: 'Train again' }).click();
    await expect.poll(() => store.getState().headRun?.number).toBe(2);
  });

  it('drops a picture, and opens one in Try', async () => {
    const { store } = await open(['cat', 'dog'], 30);
    await inOrder().first().click();
    await page.getByRole('button', { name: 'Drop' }).click();
    await expect.poll(() => store.getState().project.document.samples.length).toBe(59);
    await expect.element(page.getByRole('region', { name: 'Validation accuracy' })).toHaveTextContent('of 11 right');
    await inOrder().first().click();
    await page.getByRole('button', { name: 'Open in Try' }).click();
    await expect.poll(() => store.getState().trial.prediction).not.toBeNull();
    await expect.element(page.getByRole('dialog')).not.toBeInTheDocument();
  });

  it('asks the head for a split that its run did not predict', async () => {
    await open(['cat', 'dog'], 30);
    await page.getByRole('radio', { name: 'Training 48' }).click();
    await page.getByRole('button', { name: 'Predict 48 pictures' }).click();
    await expect.element(page.getByRole('region', { name: 'Training accuracy' })).toHaveTextContent('43 of 48 right');
  });

  it('says why a fine-tuned run is not cross-validated', async () => {
    const { engine } = await open(['cat', 'dog'], 30, { way: 'fine-tune', headWarmupEpochs: 0 });
    await page.getByRole('radio', { name: '5 folds 60' }).click();
    await expect.element(page.getByText(/not offered for a fine-tuned run/)).toBeVisible();
    expect(engine.calls).not.toContain('crossValidate');
  });

  it('has a table of the same numbers for each chart, and threshold curves for two classes only', async () => {
    await open(['cat', 'dog'], 30);
    for (const name of ['Calibration', 'ROC curve', 'Precision-recall curve']) {
      const chart = page.getByRole('region', { name, exact: true });
      await expect.element(chart.getByRole('img')).toBeVisible();
      await chart.getByRole('button', { name: 'Table' }).click();
      await expect.element(chart.getByRole('table')).toBeVisible();
    }
    const rows = page.getByRole('region', { name: 'Calibration, table' }).getByRole('row');
    await expect.element(rows.last()).toHaveTextContent('90 % to 100 %1297.2 %91.7 %');
    panels?.dispose();
    await open(['ant', 'bee', 'cat', 'dog', 'eel'], 20);
    await expect.element(page.getByRole('region', { name: 'Calibration', exact: true })).toBeVisible();
    await expect.element(page.getByRole('region', { name: 'ROC curve' })).not.toBeInTheDocument();
  });

  it('shows forty classes by their numbers, each cell told by name', async () => {
    await open(
      Array.from({ length: 40 }, (_, index) => `breed ${String(index + 10)}`),
      5,
    );
    await expect.element(cell(/label breed 10, predicted breed 10: 1 picture, 100.0 % of the class/)).toBeInTheDocument();
    await page.getByRole('radio', { name: 'Shares' }).click();
    await expect.element(cell(/label breed 10, predicted breed 10/)).toHaveTextContent('100.0 %');
  });

  it('explains its terms on focus, hover and tap, and Escape closes the explanation alone', async () => {
    await open(['cat', 'dog'], 30);
    const term = page.getByRole('button', { name: 'Calibration', exact: true });
    const explanation = page.getByText(/right as often as it says/);
    await expect.element(explanation).not.toBeVisible();
    term.element().focus();
    await expect.element(explanation).toBeVisible();
    await userEvent.keyboard('{Escape}');
    await expect.element(explanation).not.toBeVisible();
    await expect.element(page.getByRole('dialog')).toBeVisible();
    await userEvent.hover(term);
    await expect.element(explanation).toBeVisible();
    await userEvent.unhover(term);
    await expect.element(explanation).not.toBeVisible();
    await term.click();
    await expect.element(explanation).toBeVisible();
  });
});
