import { afterEach, describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { renderPage, type RenderedPage } from '../testing/render-page';
import { PageMenu } from './page-menu';

let rendered: RenderedPage;
const state = () => rendered.store.getState();
const dialog = () => page.getByRole('dialog', { name: 'Features kept on this device' });

async function openDialog(): Promise<void> {
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('menuitem', { name: /Features kept on this device/ }).click();
}

afterEach(() => {
  rendered.unmount();
  localStorage.clear();
});

describe('what the menu says of kept features', () => {
  it('is how much they take, and they can be dropped', async () => {
    rendered = await renderPage(<PageMenu />);
    await openDialog();
    await expect.element(dialog()).toHaveTextContent('None at the moment.');
    await expect.element(page.getByRole('button', { name: 'Drop them' })).toBeDisabled();
    await page.getByRole('button', { name: 'Close' }).last().click();
    await state().actions.addDrawings();
    await expect.poll(() => state().featureCache.report?.pictures).toBe(20);
    await openDialog();
    await expect.element(dialog()).toHaveTextContent('220 kB (20 pictures)');
    await page.getByRole('button', { name: 'Drop them' }).click();
    await expect.element(dialog()).toHaveTextContent('None at the moment.');
  });

  it('is how much room they have, which can be chosen', async () => {
    rendered = await renderPage(<PageMenu />);
    await openDialog();
    const room = page.getByLabelText('Room for them');
    await expect.element(room).toHaveDisplayValue('Automatic (1.0 GB)');
    await room.selectOptions('500 MB');
    await expect.poll(() => state().featureCache.report?.budget).toBe(5e8);
    expect(localStorage.getItem('headstart:features')).toBe('500000000');
    await room.selectOptions('Keep none');
    await expect.poll(() => state().featureCache.budget).toBe(0);
    await room.selectOptions('Automatic (1.0 GB)');
    await expect.poll(() => localStorage.getItem('headstart:features')).toBeNull();
  });

  it('is why nothing is kept, and what to do', async () => {
    rendered = await renderPage(<PageMenu />);
    rendered.engine.failures.set('dropKeptFeatures', 'storage-refused');
    await state().actions.addDrawings();
    await expect.poll(() => state().featureCache.report?.pictures).toBe(20);
    await openDialog();
    await page.getByRole('button', { name: 'Drop them' }).click();
    await expect.element(dialog()).toHaveTextContent('This browser does not let the page store anything');
    await expect.element(dialog()).toHaveTextContent('Everything works until the tab closes');
  });
});
