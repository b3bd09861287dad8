import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { reportWorkerDeath } from '../store/page-store';
import { HeadstartError } from '../domain/errors';
import { App } from './app';
import { applyTheme } from './shell/theme';
import { renderPage, type RenderedPage } from './testing/render-page';

let rendered: RenderedPage;
const state = () => rendered.store.getState();

beforeEach(async () => {
  await page.viewport(1280, 900);
  rendered = await renderPage(<App />);
  await expect.element(page.getByRole('heading', { name: 'Headstart' })).toBeVisible();
});

afterEach(() => {
  rendered.unmount();
  applyTheme('light');
  localStorage.clear();
});

async function addDrawings(): Promise<void> {
  await state().actions.addDrawings();
}

describe('the page', () => {
  it('says what computes and why not the GPU, and lets another device be chosen', async () => {
    await page.getByRole('button', { name: /Computes with: CPU/ }).click();
    await expect.element(page.getByText('Why not the GPU:')).toBeVisible();
    await expect
      .element(page.getByText('passed: features within 3.1e-5 of their rms, a training step within 1.0e-7'))
      .toBeVisible();
    await expect.element(page.getByText('350 MB beside the weights')).toBeVisible();
    await page.getByText('GPU', { exact: true }).click();
    await expect.poll(() => state().compute.status?.device).toBe('webgpu');
    await userEvent.keyboard('{Escape}');
    await expect.element(page.getByRole('button', { name: /Computes with: WebGPU/ })).toBeVisible();
  });

  it('says that no path passed its self-test, and lets it be tried again', async () => {
    rendered.engine.failures.set('proveDevice', 'no-path-proved');
    await state().actions.chooseDevice('cpu');
    await page.getByRole('button', { name: /Computes with: Nothing can compute/ }).click();
    await expect.element(page.getByRole('alert')).toHaveAttribute('data-code', 'no-path-proved');
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect.element(page.getByText(/^passed: features/)).toBeVisible();
    await userEvent.keyboard('{Escape}');
    await expect.element(page.getByRole('button', { name: /Computes with: CPU/ })).toBeVisible();
  });

  it('names a path that failed its self-test, apart from the GPU', async () => {
    const failed = new HeadstartError('self-test-failed', { path: 'WASM SIMD, 2 threads', detail: 'NaN' }).toRecord();
    const { status } = state().compute;
    if (status === null) throw new Error('no device');
    rendered.store.setState({ compute: { ...state().compute, status: { ...status, reason: failed } } });
    await page.getByRole('button', { name: /Computes with: CPU/ }).click();
    await expect.element(page.getByText('Why not the faster path:')).toBeVisible();
  });

  it('follows the chosen theme', async () => {
    await page.getByRole('button', { name: 'Theme' }).click();
    await page.getByRole('menuitemradio', { name: 'Dark' }).click();
    expect(document.documentElement.dataset['theme']).toBe('dark');
    expect(localStorage.getItem('headstart:theme')).toBe('dark');
  });

  const paste = (...files: readonly File[]) => {
    const clipboard = new DataTransfer();
    for (const file of files) clipboard.items.add(file);
    (document.activeElement ?? document.body).dispatchEvent(
      new ClipboardEvent('paste', { clipboardData: clipboard, bubbles: true, cancelable: true }),
    );
  };
  const png = (name: string) => new File([name], name, { type: 'image/png' });

  it('takes a dropped file anywhere and tries a picture that is pasted into the Try column', async () => {
    const transfer = new DataTransfer();
    for (const name of ['cat.0.jpg', 'cat.1.jpg', 'dog.0.jpg', 'dog.1.jpg']) transfer.items.add(new File([name], name));
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
    await page.getByRole('button', { name: 'Add 4 pictures' }).click();
    await expect.poll(() => state().project.document.classNames).toEqual(['cat', 'dog']);
    (page.getByRole('button', { name: 'Choose', exact: true }).element() as HTMLElement).focus();
    paste(png('pasted.png'));
    await expect.poll(() => state().trial.target).toMatchObject({ kind: 'file', name: 'pasted.png' });
    expect(state().trial.error?.code).toBe('head-absent');
  });

  it('asks where pasted pictures go, and says where they went', async () => {
    paste(png('image.png'));
    const dialog = page.getByRole('dialog', { name: 'Where does the pasted picture go?' });
    await expect.element(dialog).toBeVisible();
    paste(png('second.png'));
    await expect.element(page.getByRole('dialog', { name: 'Where do the pasted pictures go?' })).toBeVisible();
    await userEvent.keyboard('dog{Enter}');
    await expect.element(page.getByRole('status').getByText('2 pasted pictures are now in “dog”.')).toBeVisible();
    expect(state().project.document.samples.map(({ className, path }) => [className, path.slice(0, 7)])).toEqual([
      ['dog', 'pasted/'],
      ['dog', 'pasted/'],
    ]);
    // The next one goes the same way with Enter alone; a name that is emptied leaves the picture without a label.
    paste(png('third.png'));
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => state().project.document.samples.length).toBe(3);
    paste(png('fourth.png'));
    await userEvent.clear(page.getByRole('combobox', { name: 'Class', exact: true }));
    await userEvent.keyboard('{Enter}');
    await expect.element(page.getByText('1 pasted picture is now here without a label.')).toBeVisible();
    expect(state().project.document.samples.at(-1)?.className).toBeNull();
  });

  it('says that a clipboard holds no picture, and leaves text to the field that it is typed into', async () => {
    const pasteText = (target: Element) => {
      const clipboard = new DataTransfer();
      clipboard.setData('text/plain', 'https://example.org/cat.jpg');
      target.dispatchEvent(new ClipboardEvent('paste', { clipboardData: clipboard, bubbles: true, cancelable: true }));
    };
    const field = document.createElement('input');
    document.body.append(field);
    pasteText(field);
    field.remove();
    expect(state().ingest.error).toBeNull();
    pasteText(document.body);
    await expect.element(page.getByText('The clipboard holds no picture.')).toBeVisible();
    expect(state().ingest.error?.code).toBe('clipboard-empty');
  });

  it('starts a worker that died again by itself, offers that where it dies once more, and then goes on', async () => {
    reportWorkerDeath(rendered.store, new HeadstartError('worker-dead').toRecord());
    await expect.element(page.getByText('The background worker stopped answering and was started again.')).toBeVisible();
    await rendered.store.getState().actions.restartWorker();
    reportWorkerDeath(rendered.store, new HeadstartError('worker-dead').toRecord());
    await expect.element(page.getByRole('alert')).toHaveTextContent('The background worker stopped answering.');
    await page.getByRole('button', { name: 'Restart' }).click();
    await expect.poll(() => state().workerDead).toBeNull();
    await expect.element(page.getByText('The background worker stopped answering.').first()).not.toBeInTheDocument();
  });

  it('forgets everything only after a question', async () => {
    await addDrawings();
    await page.getByRole('button', { name: 'Menu' }).click();
    await page.getByRole('menuitem', { name: /Forget everything/ }).click();
    await page.getByRole('button', { name: 'Keep' }).click();
    expect(rendered.engine.calls).not.toContain('forgetEverything');
    await page.getByRole('button', { name: 'Menu' }).click();
    await page.getByRole('menuitem', { name: /Forget everything/ }).click();
    await page.getByRole('button', { name: 'Forget everything' }).click();
    await expect.poll(() => state().project.document.samples.length).toBe(0);
    expect(rendered.engine.calls).toContain('forgetEverything');
  });

  it('says what the weights are and that they are not torchvision’s', async () => {
    await page.getByRole('button', { name: 'Menu' }).click();
    await page.getByRole('menuitem', { name: 'About the weights' }).click();
    const dialog = page.getByRole('dialog', { name: 'About the weights' });
    await expect.element(dialog).toHaveTextContent('They are not torchvision’s.');
    await expect.element(dialog).toHaveTextContent('CC BY 4.0');
  });

  it('becomes tabs on a narrow screen that show how far training is, as the title does', async () => {
    await page.viewport(390, 844);
    await addDrawings();
    await expect.element(page.getByRole('tab', { name: 'Data' })).toHaveAttribute('aria-selected', 'true');
    await expect.element(page.getByRole('heading', { name: 'Train' })).not.toBeInTheDocument();
    state().actions.changeSettings({ epochs: 300, batchSize: 2 });
    void state().actions.train();
    await expect.poll(() => document.title).toMatch(/^Training \d+ % · /);
    await expect.element(page.getByRole('tab', { name: /Train \d+ %/ })).toBeVisible();
    await page.getByRole('tab', { name: /Train/ }).click();
    await expect.element(page.getByRole('heading', { name: 'Train' })).toBeVisible();
    await state().actions.stop();
    await expect.poll(() => state().run.phase).toBe('done');
    await expect.poll(() => document.title).toBe('Drawn cats and dogs – Headstart');
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(390);
  });

  it('is begun by keyboard with a link past the header', async () => {
    await userEvent.keyboard('{Tab}');
    expect(document.activeElement?.textContent).toBe('Skip to the three steps');
    await userEvent.keyboard('{Tab}');
    expect(document.activeElement?.textContent).toBe('Projects');
    await userEvent.keyboard('{Tab}');
    expect(document.activeElement?.getAttribute('aria-label')).toContain('Project name');
  });
});
