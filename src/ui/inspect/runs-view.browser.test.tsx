import { afterEach, describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { drawPictures, renderPanels, type RenderedPanels } from '../train/testing/render-panels';
import { TryPanel } from '../try/try-panel';

let panels: RenderedPanels | null = null;

afterEach(() => {
  panels?.dispose();
  panels = null;
});

async function openAfterTwoRuns(): Promise<RenderedPanels> {
  panels = renderPanels(<TryPanel />, { drawings: () => drawPictures(['cat', 'dog'], 20) });
  const { actions } = panels.store.getState();
  await actions.begin();
  await actions.addDrawings();
  for (const epochs of [1, 2]) {
    actions.changeSettings({ epochs });
    await actions.train();
  }
  await page.getByRole('button', { name: 'Evaluation' }).click();
  await page.getByRole('tab', { name: 'Runs' }).click();
  return panels;
}

const firstRow = () => page.getByRole('region', { name: 'Runs, table' }).getByRole('row').nth(1);

describe('the runs', () => {
  it('are sorted, named, noted and starred by keyboard, and deleted after a question', async () => {
    const { store } = await openAfterTwoRuns();
    await expect.element(firstRow()).toHaveTextContent(/^2features2/);
    page.getByRole('button', { name: /^Run/ }).element().focus();
    await userEvent.keyboard('{Enter}');
    await expect.element(firstRow()).toHaveTextContent(/^1features1/);
    const name = page.getByLabelText('Name of run 2');
    await name.fill('longer');
    name.element().focus();
    await userEvent.keyboard('{Enter}');
    await page.getByLabelText('Note on run 2').fill('two epochs');
    page.getByRole('button', { name: 'Star run 2' }).element().focus();
    await userEvent.keyboard('{Enter}');
    await expect.element(firstRow()).toHaveTextContent(/^2features2/);
    expect(store.getState().project.document.runNotes).toEqual({
      'run-2': { name: 'longer', note: 'two epochs', starred: true },
    });
    await page.getByRole('button', { name: 'Delete run 1' }).click();
    expect(store.getState().project.document.runs).toHaveLength(2);
    await page.getByRole('button', { name: 'Delete Run 1 for good' }).click();
    expect(store.getState().project.document.runs.map(({ number }) => number)).toEqual([2]);
  });

  it('stand side by side: settings that differ, curves with their table, and whether it is more than chance', async () => {
    await openAfterTwoRuns();
    await page.getByLabelText('Compare run 1').click();
    await page.getByLabelText('Compare run 2').click();
    await expect.element(page.getByRole('region', { name: 'Settings that differ', exact: true })).toHaveTextContent('Epochs');
    const curves = page.getByRole('region', { name: 'Validation accuracy by epoch', exact: true });
    expect(curves.element().querySelectorAll('polyline')).toHaveLength(2);
    await curves.getByRole('button', { name: 'Table' }).click();
    await expect.element(curves.getByRole('row')).toHaveLength(3);
    await expect.element(page.getByText(/On 8 pictures held out from both: Both are right on the same pictures/)).toBeVisible();
    await expect.element(page.getByText('They say the same of every picture.')).toBeVisible();
  });
});
