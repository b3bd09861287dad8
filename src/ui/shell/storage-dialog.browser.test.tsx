import { afterEach, describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { shippedBackboneId } from '../../domain/model-import';
import { renderPage, type RenderedPage } from '../testing/render-page';
import { PageMenu } from './page-menu';

let rendered: RenderedPage;
const state = () => rendered.store.getState();
const dialog = () => page.getByRole('dialog', { name: 'Storage on this device' });
const row = (name: RegExp) => page.getByRole('row', { name });

async function openDialog(): Promise<void> {
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('menuitem', { name: /Storage on this device/ }).click();
}

afterEach(() => {
  rendered.unmount();
  localStorage.clear();
  sessionStorage.clear();
});

describe('what the menu says of storage', () => {
  it('is how much of what, in which project, and each can be freed', async () => {
    rendered = await renderPage(<PageMenu />);
    // Other weights, of which the project stands on none.
    const { engine } = rendered;
    const follow = [() => undefined, new AbortController().signal] as const;
    await engine.fetchHubModel('crop', ...follow);
    await engine.takeModel({ head: null, runs: [] }, ...follow);
    await engine.useBackbone(shippedBackboneId, []);
    await state().actions.addDrawings();
    await expect.poll(() => state().featureCache.report?.pictures).toBe(20);
    await openDialog();
    await expect.element(row(/^Other weights/)).toHaveTextContent('59 MB');
    await page.getByRole('button', { name: 'Drop those that no project needs: 59 MB' }).click();
    await expect.element(row(/^Other weights/)).toHaveTextContent(/^Other weights0 B$/);
    await expect.element(row(/^Features \(20 pictures\)/)).toHaveTextContent('220 kB');
    await page.getByRole('button', { name: 'Drop features' }).click();
    await expect.element(row(/^Features/)).toHaveTextContent('0 B');
    await expect.element(page.getByRole('button', { name: 'Drop features' })).not.toBeInTheDocument();
    await page.getByRole('button', { name: 'Delete Drawn cats and dogs' }).click();
    await expect.poll(() => state().project.document.samples.length).toBe(0);
    await expect.poll(() => state().projects.list?.[0]?.deletedAt).not.toBeNull();
  });

  it('is how much room features have, which can be chosen', async () => {
    rendered = await renderPage(<PageMenu />);
    await openDialog();
    const room = page.getByLabelText('Room for features');
    await expect.element(room).toHaveDisplayValue('Automatic (1.0 GB)');
    await room.selectOptions('500 MB');
    await expect.poll(() => state().featureCache.report?.budget).toBe(5e8);
    expect(localStorage.getItem('headstart:features')).toBe('500000000');
    await room.selectOptions('Keep none');
    await expect.poll(() => state().featureCache.budget).toBe(0);
    await room.selectOptions('Automatic (1.0 GB)');
    await expect.poll(() => localStorage.getItem('headstart:features')).toBeNull();
  });

  it('is what could not be done, and the way to forget everything', async () => {
    rendered = await renderPage(<PageMenu />);
    rendered.engine.failures.set('freeStorage', 'storage-refused');
    await state().actions.addDrawings();
    await expect.poll(() => state().featureCache.report?.pictures).toBe(20);
    await openDialog();
    await page.getByRole('button', { name: 'Drop features' }).click();
    await expect.element(dialog()).toHaveTextContent('This browser does not let the page store anything');
    await page.getByRole('button', { name: 'Forget everything…' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Forget everything' }).click();
    await expect.poll(() => state().project.document.samples.length).toBe(0);
  });
});
