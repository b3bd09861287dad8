import { afterEach, describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { PageMenu } from '../shell/page-menu';
import { renderPage, type RenderedPage } from '../testing/render-page';
import { RunResult } from '../train/run-result';

let rendered: RenderedPage;
const { getByRole } = page;
const dialog = () => page.getByRole('dialog', { name: 'Take the model with you' });

afterEach(() => {
  rendered.unmount();
});

describe('the export dialog', () => {
  it('says what is missing before anything is trained', async () => {
    rendered = await renderPage(<PageMenu />);
    await getByRole('button', { name: 'Menu' }).click();
    await getByRole('menuitem', { name: 'Export the model…' }).click();
    await expect.element(dialog()).toHaveTextContent('Nothing is trained yet.');
    await expect.element(getByRole('button', { name: 'Try again' })).toBeDisabled();
  });

  it('shows size, speed and certificate before anything is saved, by keyboard, and tells why saving failed', async () => {
    rendered = await renderPage(<RunResult />);
    const { actions } = rendered.store.getState();
    await actions.addDrawings();
    await actions.train();
    getByRole('button', { name: 'Export the model…' }).element().focus();
    await userEvent.keyboard('{Enter}');
    await expect.element(getByRole('heading', { name: 'Certificate' })).toBeVisible();
    await expect.element(getByRole('radio', { name: /PyTorch/ })).toBeChecked();
    await expect.element(dialog()).toHaveTextContent('60 MB · about 25 ms a picture (PyTorch on this processor)');
    expect(getByRole('listitem').elements()).toHaveLength(8);
    await expect.element(dialog()).toHaveTextContent('differs by more than 0.0001 of their root mean square, 2.29');
    await page.getByLabelText('Precision').selectOptions('float16: half the size, a little rounded (30 MB)');
    await expect.element(dialog()).toHaveTextContent('30 MB · about 25 ms');
    // Consent is off until it is given.
    await expect.element(getByRole('checkbox')).not.toBeChecked();
    rendered.engine.failures.set('offerExports', 'device-lost');
    await actions.lookAtExports();
    await expect.element(dialog()).toHaveTextContent(/graphics card/i);
    await userEvent.keyboard('{Escape}');
    await expect.element(dialog()).not.toBeInTheDocument();
    await expect.element(getByRole('button', { name: 'Export the model…' })).toHaveFocus();
  });
});
