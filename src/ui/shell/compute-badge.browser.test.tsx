import { afterEach, describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import type { Isolation } from '../../domain/isolation';
import { renderPage, type RenderedPage } from '../testing/render-page';
import { ComputeBadge } from './compute-badge';

let rendered: RenderedPage;
const state = () => rendered.store.getState();
const threads = () => page.getByLabelText('Threads', { exact: true });

async function openBadge(isolation?: Isolation): Promise<void> {
  rendered = await renderPage(<ComputeBadge />, isolation === undefined ? {} : { isolation });
  await page.getByRole('button', { name: /Computes with/ }).click();
}

afterEach(() => {
  rendered.unmount();
  localStorage.clear();
});

describe('the badge of what computes', () => {
  it('lets the number of threads be chosen, from one to all of them', async () => {
    await openBadge();
    await expect.element(threads()).toBeEnabled();
    expect([...(threads().element() as HTMLSelectElement).options].map(({ text }) => text)).toEqual([
      'Automatic',
      '1',
      '2',
      '3',
      '4',
    ]);
    await expect.element(threads()).toHaveDisplayValue('Automatic');
    await threads().selectOptions('3');
    await expect.poll(() => state().compute.status?.threads).toBe(3);
    expect(localStorage.getItem('headstart:threads')).toBe('3');
    await threads().selectOptions('Automatic');
    await expect.poll(() => state().compute.threads).toBeNull();
    expect(localStorage.getItem('headstart:threads')).toBeNull();
  });

  it('says why there is one thread only, what to do, and lets nothing else be chosen', async () => {
    await openBadge({ isolated: false, reason: 'isolation-insecure-address' });
    await expect.element(page.getByText('Why one thread only:')).toBeVisible();
    await expect.element(page.getByText(/Open the page at an https address/)).toBeVisible();
    await expect.element(threads()).toBeDisabled();
    await expect.element(threads()).toHaveDisplayValue('1');
    await expect.element(threads()).toHaveAccessibleDescription('One only: see above.');
  });

  it('leaves threads out of it while the GPU computes', async () => {
    await openBadge({ isolated: false, reason: 'isolation-refused' });
    await page.getByText('GPU', { exact: true }).click();
    await expect.poll(() => state().compute.status?.device).toBe('webgpu');
    await expect.element(page.getByText('Why one thread only:')).not.toBeInTheDocument();
    await expect.element(threads()).toBeDisabled();
    await expect.element(threads()).toHaveAccessibleDescription('They count only when the CPU computes.');
  });

  it('does not change them under a run', async () => {
    await openBadge();
    await state().actions.addDrawings();
    state().actions.changeSettings({ epochs: 300, batchSize: 2 });
    void state().actions.train();
    await expect.element(threads()).toBeDisabled();
    await expect.element(threads()).toHaveAccessibleDescription('Pause or stop the run to change them.');
    await state().actions.stop();
    await expect.element(threads()).toBeEnabled();
  });
});
