import { afterEach, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { describeError } from '../../domain/errors';
import { ModelImport } from '../model-import/model-import';
import { renderPanels, type RenderedPanels } from './testing/render-panels';
import { TrainPanel } from './train-panel';

let panels: RenderedPanels | null = null;

afterEach(() => {
  panels?.dispose();
  panels = null;
});

it('says which weights a project waits for, and has the two ways on', async () => {
  panels = renderPanels(
    <>
      <TrainPanel />
      <ModelImport />
    </>,
  );
  const { store } = panels;
  await store.getState().actions.begin();
  const { modelImport } = store.getState();
  store.setState({ modelImport: { ...modelImport, problem: describeError('backbone-gone', { title: 'vgg16.pth' }) } });
  await expect.element(page.getByText(/“vgg16\.pth” that this project stands on are not kept/)).toBeVisible();
  await page.getByRole('button', { name: 'Bring them in…' }).click();
  await expect.element(page.getByRole('dialog', { name: 'Bring a model in' })).toBeVisible();
  await page.getByRole('button', { name: 'Close' }).last().click();
  await page.getByRole('button', { name: 'Use the page’s own' }).click();
  await expect.element(page.getByText(/“vgg16\.pth” that this project/)).not.toBeInTheDocument();
});
