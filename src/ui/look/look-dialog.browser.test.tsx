import { afterEach, describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { drawPictures, renderPanels, type RenderedPanels } from '../train/testing/render-panels';
import { ModelCard } from '../train/model-card';

let panels: RenderedPanels | null = null;

afterEach(() => {
  panels?.dispose();
  panels = null;
});

async function open(classNames: readonly string[]): Promise<RenderedPanels> {
  panels = renderPanels(<ModelCard />, { drawings: () => drawPictures(classNames, 4) });
  const { actions } = panels.store.getState();
  await actions.begin();
  await actions.addDrawings();
  page.getByRole('button', { name: 'look inside' }).element().focus();
  await userEvent.keyboard('{Enter}');
  return panels;
}

const layers = () => page.getByRole('listbox', { name: 'Layers' });
const maps = () => page.getByRole('listbox', { name: 'Maps' });

describe('looking inside', () => {
  it('walks from the picture to the head by arrow keys: shapes, parameters, cost, maps and the first filters', async () => {
    await open(['cat', 'dog']);
    await expect.element(page.getByRole('region', { name: 'Convolution 1.1' })).toBeVisible();
    await expect.element(page.getByRole('img', { name: /^64 filters in rows of 8/ })).toBeVisible();
    await expect.element(maps().getByRole('option').first()).toHaveAccessibleName(/^Channel 1, mean /);
    expect(layers().getByRole('option').elements()).toHaveLength(20);
    layers()
      .getByRole('option', { name: /^Convolution 1.1/ })
      .element()
      .focus();
    await userEvent.keyboard('{ArrowDown}{ArrowDown}');
    await expect.element(page.getByRole('region', { name: 'Pooling 1' })).toHaveTextContent('112 × 112 × 64');
    await userEvent.keyboard('{ArrowUp}');
    const view = page.getByRole('region', { name: 'Convolution 1.2' });
    await expect.element(view).toHaveTextContent('36,928');
    await expect.element(view).toHaveTextContent('frozen');
    await expect.element(view).toHaveTextContent('(12.1 % of all)');
    await expect.element(maps()).toBeVisible();
    maps().element().focus();
    await userEvent.keyboard('{ArrowRight}{Enter}');
    await expect.element(page.getByRole('figure', { name: 'Channel 6, enlarged' })).toBeVisible();
    await view.getByRole('button', { name: 'Table' }).click();
    await expect.element(page.getByRole('region', { name: 'Activations, table' }).getByRole('row')).toHaveLength(65);
    layers()
      .getByRole('option', { name: /^Convolution 1.2/ })
      .element()
      .focus();
    await userEvent.keyboard('{End}');
    await expect.element(page.getByText(/Nothing is trained yet/)).toBeVisible();
    await userEvent.keyboard('{Escape}');
    await expect.element(page.getByRole('dialog')).not.toBeInTheDocument();
  });

  it('says what failed and tries again, takes another picture, and shows the head of 41 classes', async () => {
    const { store, engine } = await open(Array.from({ length: 41 }, (_, at) => `breed ${String(at)}`));
    await expect.element(maps()).toBeVisible();
    engine.failures.set('layerMaps', 'picture-gone');
    await page.getByRole('button', { name: 'Another of the project' }).click();
    await page.getByRole('listbox', { name: 'Pictures of the project' }).getByRole('option').nth(1).click();
    await expect.element(page.getByRole('alert')).toHaveAttribute('data-code', 'picture-gone');
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect.element(maps()).toBeVisible();
    await store.getState().actions.train();
    layers().getByRole('option', { name: /^Head/ }).element().focus();
    await userEvent.keyboard(' ');
    await expect.element(page.getByRole('img', { name: /^Mean weights of/ })).toHaveLength(40);
    await page.getByRole('button', { name: 'Show all 41' }).click();
    await expect.element(page.getByRole('img', { name: /^Mean weights of/ })).toHaveLength(41);
  });
});
