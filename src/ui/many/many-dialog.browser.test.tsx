import { afterEach, describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { PictureInputProvider } from '../picture-input';
import { drawPictures, renderPanels, type RenderedPanels } from '../train/testing/render-panels';
import { TryPanel } from '../try/try-panel';

let panels: RenderedPanels | null = null;

afterEach(() => {
  panels?.dispose();
  panels = null;
});

const noInput = { readDrop: () => Promise.resolve([]), readFiles: () => [] };

async function openAfterRun(): Promise<RenderedPanels> {
  panels = renderPanels(
    <PictureInputProvider input={noInput}>
      <TryPanel />
    </PictureInputProvider>,
    { drawings: () => drawPictures(['cat', 'dog'], 6) },
  );
  const { actions } = panels.store.getState();
  await actions.begin();
  await actions.addDrawings();
  actions.changeSettings({ epochs: 1 });
  await actions.train();
  page.getByRole('button', { name: 'Predict many' }).element().focus();
  await userEvent.keyboard('{Enter}');
  await expect.element(page.getByText('Drop a folder, files or an archive here.')).toBeVisible();
  return panels;
}

async function drawFiles(count: number) {
  const pictures = await drawPictures(['dog', 'cat'], count / 2);
  return pictures.flatMap((picture) =>
    'file' in picture ? [{ path: `new/${picture.path}`, file: new File([picture.file], picture.path) }] : [],
  );
}

const grid = () => page.getByRole('listbox', { name: 'Predicted pictures' });

describe('many pictures', () => {
  it('are predicted, scored by their folders, sorted, filtered, and one is explained, all by keyboard', async () => {
    const { store } = await openAfterRun();
    const before = store.getState().project.document;
    const files = [...(await drawFiles(8)), { path: 'new/empty.jpg', file: new File([], 'empty.jpg') }];
    await store.getState().actions.predictMany(files);
    await expect.element(page.getByText(/8 pictures predicted by run 1/)).toBeVisible();
    // Classes take turns: half of each folder's are right.
    await expect.element(page.getByTestId('many-score')).toHaveTextContent('Of the 8 in folders named as a class, 4 are right');
    await expect.element(page.getByText('1 file skipped: 1 empty.')).toBeVisible();
    await expect.element(grid().getByRole('option').first()).toHaveAccessibleName(/^new\/cat\/cat\.0\.jpg, /);
    await page.getByLabelText('Predicted class').selectOptions('dog 4');
    await expect.element(grid().getByRole('option')).toHaveLength(4);
    await page.getByLabelText('Predicted class').selectOptions('All 8');
    await page.getByLabelText('Order').selectOptions('Class, surest first');
    await expect.element(grid().getByRole('option').first()).toHaveAccessibleName(/, cat, /);
    grid().element().focus();
    await userEvent.keyboard('{ArrowRight}{Enter}');
    const card = page.getByRole('complementary', { name: /^Prediction of new\// });
    await expect.element(card.getByTestId('evidence-sum')).toBeVisible();
    // Nothing of it joined the project.
    expect(store.getState().project.document).toBe(before);
    await page.getByRole('button', { name: 'Clear' }).click();
    await expect.element(page.getByText('Drop a folder, files or an archive here.')).toBeVisible();
  });

  it('stop when they are cancelled, keep what came, and go on with the rest', async () => {
    const { store } = await openAfterRun();
    const { actions } = store.getState();
    const stop = store.subscribe(({ many }) => {
      if (many.results.length >= 3 && many.phase === 'predicting') actions.cancelMany();
    });
    await actions.predictMany(await drawFiles(40));
    stop();
    const { results, total, phase } = store.getState().many;
    expect([phase, total]).toEqual(['stopped', 40]);
    expect(results.length).toBeGreaterThanOrEqual(3);
    expect(results.length).toBeLessThan(40);
    page
      .getByRole('button', { name: /^Predict the other/ })
      .element()
      .focus();
    await userEvent.keyboard('{Enter}');
    await expect.element(page.getByText(/40 pictures predicted/)).toBeVisible();
    expect(new Set(store.getState().many.results.map(({ path }) => path)).size).toBe(40);
    // The button went: Escape is heard all the same.
    await expect.element(page.getByRole('button', { name: /^Predict the other/ })).not.toBeInTheDocument();
    await userEvent.keyboard('{Escape}');
    await expect.element(page.getByRole('dialog')).not.toBeInTheDocument();
  });

  it('tell what went wrong where it happened, and are asked again', async () => {
    const { store, engine } = await openAfterRun();
    const { actions } = store.getState();
    await actions.predictMany([]);
    await expect.element(page.getByRole('alert')).toHaveTextContent('There are no files in what you added.');
    engine.failures.set('predictMany', 'device-lost');
    await actions.predictMany(await drawFiles(4));
    await expect.element(page.getByRole('alert')).toHaveAttribute('data-code', 'device-lost');
    await page.getByRole('button', { name: 'Predict the other 4' }).click();
    await expect.element(page.getByText(/4 pictures predicted/)).toBeVisible();
    await expect.element(page.getByRole('alert')).not.toBeInTheDocument();
    // Another head says other things.
    await actions.train();
    await page.getByRole('button', { name: 'Predict again' }).click();
    await expect.element(page.getByText(/4 pictures predicted by run 2/)).toBeVisible();
  });
});
