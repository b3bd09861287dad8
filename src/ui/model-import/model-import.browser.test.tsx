import { afterEach, describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { PageMenu } from '../shell/page-menu';
import { renderPage, type RenderedPage } from '../testing/render-page';
import { RunResult } from '../train/run-result';
import { StartChoice } from '../train/start-choice';
import { ModelImport } from './model-import';
import { offers } from './testing/offers';

let rendered: RenderedPage;
const { getByRole } = page;
const dialog = () => page.getByRole('dialog', { name: 'Bring a model in' });
const take = () => dialog().getByRole('button', { name: 'Take it' });

async function open(): Promise<RenderedPage['store']> {
  rendered = await renderPage(
    <>
      <PageMenu />
      <StartChoice isReadOnly={false} />
      <RunResult />
      <ModelImport />
    </>,
    { engine: { models: offers } },
  );
  await getByRole('button', { name: 'Menu' }).click();
  await getByRole('menuitem', { name: 'Bring a model in…' }).click();
  await expect.element(dialog()).toBeVisible();
  return rendered.store;
}

/** As a person chooses it. */
async function choose(...names: readonly string[]): Promise<void> {
  const input = dialog().element().querySelector('input[type=file]');
  if (input === null) throw new Error('no field for files');
  await userEvent.upload(
    input,
    names.map((name) => new File(['model'], name)),
  );
}

afterEach(() => {
  rendered.unmount();
});

describe('the dialog for models that come in', () => {
  it('says what is in force, what would be fetched from whom, and tells by name what a file is not', async () => {
    const store = await open();
    await expect
      .element(dialog().getByRole('listitem'))
      .toHaveTextContent('As they come with the pageOxford’s, 2014 · 29 MBin force');
    await expect.element(dialog()).toHaveTextContent(/59 MB come from photos\.example|59 MB come from hub\.example/);
    await expect.element(dialog()).toHaveTextContent('no picture is sent');
    await choose('cat.pth');
    await expect.element(dialog().getByRole('alert')).toHaveTextContent('cat.pth is no model file that this page can read.');
    expect(
      dialog().getByRole('region', { name: 'A file of your own' }).element().contains(dialog().getByRole('alert').element()),
    ).toBe(true);
    expect(store.getState().project.document.backbone).toBeNull();
    await userEvent.keyboard('{Escape}');
    await expect.element(dialog()).not.toBeInTheDocument();
    await expect.element(getByRole('button', { name: 'Menu' })).toHaveFocus();
  });

  it('offers a head whose classes are named, takes it as a run, and Train begins with it', async () => {
    const store = await open();
    await store.getState().actions.addDrawings();
    await choose('pets.zip');
    // Whoever reads by ear hears what was found.
    await expect.element(dialog().getByRole('heading', { name: 'What was found: pets.zip' })).toHaveFocus();
    await expect.element(dialog()).toHaveTextContent('the same as the page’s own, value for value, as float16');
    await expect.element(dialog().getByRole('checkbox')).toBeChecked();
    await expect.element(dialog()).toHaveTextContent('The same classes as this project’s: training can go on from it.');
    await dialog().getByLabelText('Class 1').fill('cat');
    await expect.element(dialog()).toHaveTextContent('Two classes are called “cat”.');
    await expect.element(take()).toBeDisabled();
    await dialog().getByLabelText('Class 1').fill('cow');
    await expect.element(dialog()).toHaveTextContent('Other classes than this project’s (cat, dog)');
    await dialog().getByRole('checkbox').click();
    await expect.element(dialog()).toHaveTextContent('These weights are in force already: there is nothing to take.');
    await expect.element(take()).toBeDisabled();
    await dialog().getByRole('checkbox').click();
    await dialog().getByLabelText('Class 1').fill('dog');
    await expect.element(take()).toBeEnabled();
    take().element().focus();
    await userEvent.keyboard('{Enter}');
    await expect.element(dialog()).not.toBeInTheDocument();
    await expect.element(page.getByText('Brought in from pets.zip, trained by Headstart; not measured here yet.')).toBeVisible();
    await expect.element(page.getByLabelText('Start from')).toHaveValue('present');
    expect(store.getState().headRun?.classNames).toEqual(['cat', 'dog']);
    await page.getByLabelText('Start from').selectOptions('A new head');
    expect(store.getState().run.start).toBe('new');
  });

  it('says what differs and what taking it changes, for other weights and for a head alone', async () => {
    const store = await open();
    await store.getState().actions.addDrawings();
    await store.getState().actions.train();
    await choose('vgg16.pth');
    await expect.element(dialog()).toHaveTextContent('Not usedImageNet’s classifier for 1,000 classes');
    await expect.element(dialog()).toHaveTextContent('Colours are scaled by the mean 0.485, 0.456, 0.406 in place of');
    await expect
      .element(dialog())
      .toHaveTextContent('The head of run 1 is set aside; it comes back when you go back to its weights.');
    await expect.element(dialog()).toHaveTextContent(/Features of \d+ pictures are made anew with them, about \d+ s/);
    await dialog().getByRole('button', { name: 'Back' }).click();
    await expect.element(dialog().getByRole('heading', { name: 'A file of your own' })).toBeVisible();
    await choose('head.onnx');
    await expect.element(dialog()).toHaveTextContent('The file does not say what its classes are called');
    expect(dialog().getByRole('checkbox').elements()).toEqual([]);
    await expect.element(dialog().getByLabelText('Class 0')).toHaveValue('class 0');
    await expect.element(dialog()).toHaveTextContent('Its head becomes run 2 and predicts at once, in place of run 1’s.');
    rendered.engine.failures.set('takeModel', 'model-head-unusable');
    await take().click();
    await expect.element(dialog().getByRole('alert')).toHaveTextContent(/The head in .* cannot be used/);
    expect(store.getState().headRun?.number).toBe(1);
    await expect.element(take()).toBeEnabled();
  });

  it('fetches, is cancelled and goes on; then the weights can be changed for the page’s own and removed', async () => {
    const store = await open();
    const hub = dialog().getByRole('region', { name: 'torchvision’s weights' });
    const stop = store.subscribe(({ modelImport, actions }) => {
      if (modelImport.phase !== 'fetching' || (modelImport.progress?.done ?? 0) === 0) return;
      stop();
      actions.cancelModel();
    });
    await hub.getByRole('button', { name: 'Fetch 59 MB' }).click();
    await expect.element(hub).toHaveTextContent(/\d+(\.\d)? MB of 59 MB are here already; only the rest is asked for\./);
    expect(hub.getByRole('alert').elements()).toEqual([]);
    rendered.engine.failures.set('fetchHubModel', 'hub-weights-range-ignored');
    await hub.getByRole('button', { name: 'Continue' }).click();
    await expect.element(hub.getByRole('alert')).toHaveTextContent('sent the whole file in place of the part that is needed');
    rendered.engine.failures.delete('fetchHubModel');
    await hub.getByRole('button', { name: 'Continue' }).click();
    await expect.element(dialog().getByRole('heading', { name: /^What was found: torchvision/ })).toBeVisible();
    await take().click();
    await expect.element(dialog()).not.toBeInTheDocument();
    expect(store.getState().project.document.backbone?.source.kind).toBe('hub');

    await store.getState().actions.openModelDialog();
    const weights = dialog().getByRole('region', { name: 'Weights of this project’s VGG-16' });
    await expect.element(weights.getByRole('listitem').nth(1)).toHaveTextContent('in force');
    await weights.getByRole('button', { name: 'Use As they come with the page' }).click();
    await expect.element(weights.getByRole('listitem').first()).toHaveTextContent('in force');
    await weights.getByRole('button', { name: /^Remove torchvision/ }).click();
    await getByRole('button', { name: 'Remove weights' }).click();
    await expect.element(weights.getByRole('listitem')).toHaveLength(1);
    await userEvent.keyboard('{Escape}');
    await expect.element(dialog()).not.toBeInTheDocument();
  });

  it('says why nothing can come in while another tab has the project', async () => {
    const store = await open();
    store.setState({ access: 'reader' });
    await expect.element(dialog().getByText('Another tab works on this project now', { exact: false })).toBeVisible();
    await expect.element(dialog().getByRole('button', { name: 'Choose files' })).toBeDisabled();
    await expect.element(dialog().getByRole('button', { name: 'Fetch 59 MB' })).toBeDisabled();
  });
});
