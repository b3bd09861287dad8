import { afterEach, describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { FakeEngineOptions } from '../../store/testing/fake-engine';
import { createChartColumns } from '../charts/series';
import { TryPanel } from '../try/try-panel';
import { drawPictures, renderPanels, type RenderedPanels } from './testing/render-panels';
import { TrainPanel } from './train-panel';

/** A busy machine is slow, not wrong: states are waited for, and this only ends a test that would never end. */
const patience = { timeout: 20_000 };

let panels: RenderedPanels | null = null;

afterEach(() => {
  panels?.dispose();
  panels = null;
});

async function renderWithPictures(perClass = 20, options: FakeEngineOptions = {}): Promise<RenderedPanels> {
  const rendered = renderPanels(
    <>
      <TrainPanel />
      <TryPanel />
    </>,
    { ...options, drawings: () => drawPictures(['cat', 'dog'], perClass) },
  );
  panels = rendered;
  await rendered.store.getState().actions.begin();
  await rendered.store.getState().actions.addDrawings();
  return rendered;
}

function columnOf(table: Element, position: number): (number | null)[] {
  return [...table.querySelectorAll('tbody tr')].map((row) => {
    const value = row.children[position]?.querySelector('data')?.value;
    return value === undefined ? null : Number(value);
  });
}

/** Pictures of the grid; the settings' drop-downs hold options too. */
const pictures = (name?: RegExp) =>
  page.getByRole('listbox', { name: 'Validation pictures' }).getByRole('option', name === undefined ? {} : { name });

const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });

describe('the Train column', () => {
  it('says why Train cannot be pressed, keeps its focus, and starts nothing', async () => {
    panels = renderPanels(<TrainPanel />);
    await panels.store.getState().actions.begin();
    const train = button('Train');
    await expect.element(train).toHaveAttribute('aria-disabled', 'true');
    await expect.element(train).toHaveAccessibleDescription('Add pictures of at least two classes.');
    train.element().focus();
    expect(document.activeElement).toBe(train.element());
    await userEvent.keyboard('{Enter}');
    expect(panels.engine.calls).not.toContain('startRun');
  });

  it('takes 1e-3 for a learning rate, and a half-typed one blocks Train with its reason instead of the typing', async () => {
    const { store } = await renderWithPictures();
    const field = page.getByLabelText('Learning rate');
    await field.fill('1e-');
    await expect.element(field).toHaveValue('1e-');
    await expect.element(field).toHaveAttribute('aria-invalid', 'true');
    await expect.element(button('Train')).toHaveAccessibleDescription(/^Learning rate: must be a number/);
    expect(store.getState().project.document.settings.preset).toBe('recommended');
    await field.fill('1e-3');
    await expect.element(field).toHaveAttribute('aria-invalid', 'false');
    expect(store.getState().project.document.settings.learningRate).toBe(0.001);
    await expect.element(button('Train')).toHaveAttribute('aria-disabled', 'false');
  });

  it('explains the preset where it is chosen, 0.9978 included', async () => {
    const { store } = await renderWithPictures();
    await page.getByLabelText('Preset').selectOptions('As in the note');
    expect(store.getState().project.document.settings).toMatchObject({ preset: 'note', learningRate: 0.01, epochs: 1 });
    await expect.element(page.getByText(/0\.9978/)).toBeVisible();
    await page.getByLabelText('Epochs').fill('2');
    await expect.element(page.getByLabelText('Preset')).toHaveValue('custom');
    // The label explains itself, and the field's name stays what it was.
    button('Epochs').element().focus();
    await expect.element(page.getByRole('tooltip')).toHaveTextContent(/^One pass over all training pictures/);
    await expect.element(page.getByLabelText('Epochs')).toHaveAccessibleName('Epochs');
    await userEvent.keyboard('{Escape}');
    await expect.element(page.getByRole('tooltip')).not.toBeInTheDocument();
  });

  it('lists in the tables exactly what the history holds', async () => {
    const { store } = await renderWithPictures();
    store.getState().actions.changeSettings({ batchSize: 4, epochs: 4 });
    await button('Train').click();
    await expect.element(button('Train again')).toBeVisible();
    const { history } = store.getState().run;
    expect(history.steps).toHaveLength(32);
    await vi.waitFor(() => {
      expect(document.querySelectorAll('.uplot canvas')).toHaveLength(2);
    }, patience);
    for (const heading of ['Loss', 'Accuracy'])
      await page.getByRole('region', { name: heading, exact: true }).getByRole('button', { name: 'Table' }).click();
    await vi.waitFor(() => {
      expect(document.querySelectorAll('table')).toHaveLength(2);
    }, patience);
    const [loss, accuracy] = document.querySelectorAll('table');
    if (loss === undefined || accuracy === undefined) throw new Error('no tables');
    expect(columnOf(loss, 1)).toEqual([...history.steps.map(({ trainLoss }) => trainLoss), null]);
    expect(columnOf(accuracy, 1)).toEqual([...history.steps.map(({ trainAccuracy }) => trainAccuracy), null]);
    expect(columnOf(loss, 3)).toEqual(createChartColumns(history, 'loss').validation);
    expect(columnOf(accuracy, 3).filter((value) => value !== null)).toEqual(history.epochs.map(({ valAccuracy }) => valAccuracy));
  });

  it('pauses, continues and stops, and is read-only meanwhile', async () => {
    const { store } = await renderWithPictures(40);
    store.getState().actions.changeSettings({ batchSize: 1, epochs: 5 });
    await button('Train').click();
    await vi.waitFor(() => {
      expect(store.getState().run.history.steps.length).toBeGreaterThan(3);
    }, patience);
    await expect.element(page.getByLabelText('Epochs')).toHaveAttribute('readonly');
    await button('Pause').click();
    await expect.element(button('Continue')).toBeVisible();
    const steps = store.getState().run.history.steps.length;
    await button('Continue').click();
    await vi.waitFor(() => {
      expect(store.getState().run.history.steps.length).toBeGreaterThan(steps);
    }, patience);
    await button('Stop').click();
    await expect.element(button('Train again')).toBeVisible();
    expect(store.getState().headRun?.stoppedEarly).toBe(true);
  });

  it('tells beside Train what it would take, and how the pictures go through in the background', async () => {
    const { store } = await renderWithPictures();
    await expect
      .element(button('Train'))
      .toHaveAccessibleDescription('Ready: all 40 pictures have gone through VGG-16; about 1 s');
    const features = page.getByRole('listitem').filter({ hasText: 'Features' });
    await expect.element(features).toHaveTextContent('40 pictures');
    store.getState().actions.pauseFeatures();
    store.getState().actions.changeSettings({ fit: 'pad' });
    await expect
      .element(button('Train'))
      .toHaveAccessibleDescription('About 9 s: 40 of 40 pictures still have to go through VGG-16');
    await button('Go on with the features in the background').click();
    await expect.element(button('Train')).toHaveAccessibleDescription(/^Ready/);
    await button('Train').click();
    await expect.element(button('Train again')).toHaveAccessibleDescription(/^Ready/);
  });

  it('offers fewer pictures where it would take more than two minutes, and takes them only when asked', async () => {
    const { store, engine } = await renderWithPictures(60, { secondsPerPicture: 2 });
    const limit = () => store.getState().project.document.settings.limitPerClass;
    store.getState().actions.pauseFeatures();
    // All of them again, in another fit: 120 pictures of 2 s.
    store.getState().actions.changeSettings({ fit: 'pad' });
    await expect.element(button('Train')).toHaveAccessibleDescription(/^About 5 min: 120 of 120 pictures/);
    expect(limit()).toBeNull();
    const offer = button('Use 20 a class instead, about 2 min');
    await expect.element(offer).toBeVisible();
    await expect.element(page.getByText('Fewer pictures train sooner, but less accurately.')).toBeVisible();
    await offer.click();
    expect(limit()).toBe(20);
    await expect.element(button('Train')).toHaveAccessibleDescription(/^About 2 min: 40 of 40 pictures/);
    await expect.element(offer).not.toBeInTheDocument();
    expect(engine.calls).not.toContain('startRun');
  });

  it('can pause the background and says what went wrong there, with a way on', async () => {
    const { store, engine } = await renderWithPictures();
    await expect.element(button('Train')).toHaveAccessibleDescription(/^Ready/);
    engine.failures.set('prepareFeatures', 'out-of-memory');
    store.getState().actions.changeSettings({ fit: 'squash' });
    await expect.element(page.getByRole('alert')).toHaveTextContent('The browser ran out of memory.');
    await expect.element(button('Train')).toHaveAttribute('aria-disabled', 'false');
    await button('Try again').click();
    await expect.element(button('Train')).toHaveAccessibleDescription(/^Ready/);
    expect(document.querySelector('[role=alert]')).toBeNull();
  });

  it('offers Try again where weights failed', async () => {
    panels = renderPanels(<TrainPanel />);
    panels.engine.failures.set('loadWeights', 'weights-missing');
    await panels.store.getState().actions.begin();
    await expect.element(page.getByRole('alert')).toHaveTextContent('model-00002');
    await button('Try again').click();
    await vi.waitFor(() => {
      expect(panels?.store.getState().weights.phase).toBe('ready');
    }, patience);
    expect(document.querySelector('[role=alert]')).toBeNull();
  });

  it('shows the summary of the present model and says what is wrong with a shape', async () => {
    await renderWithPictures();
    await button('summary').click();
    const text = page.getByLabelText('Summary', { exact: true });
    await expect.element(text).toHaveTextContent('Total params: 14,764,866');
    await button('244 × 244').click();
    await expect.element(text).toHaveTextContent('[1, 64, 244, 244]');
    await page.getByLabelText(/Input shape/).fill('1, 1, 224, 224');
    await expect.element(page.getByText(/there must be 3 channels/)).toBeVisible();
    await userEvent.keyboard('{Escape}');
  });
});

describe('the Try column', () => {
  it('asks for training first, then predicts by arrow keys and Enter', async () => {
    const { store, engine } = await renderWithPictures();
    await expect.element(page.getByText('Press Train first; then click a picture.')).toBeVisible();
    await store.getState().actions.train();
    const options = pictures();
    await expect.element(options.nth(1)).toBeVisible();
    await options.nth(0).click();
    await expect.element(page.getByTestId('predicted-class')).toHaveTextContent('cat');
    expect(engine.calls.filter((call) => call === 'explainSample')).toHaveLength(1);
    await userEvent.keyboard('{ArrowRight}{Enter}');
    await vi.waitFor(() => {
      expect(store.getState().trial.target).toEqual({ kind: 'sample', sampleId: store.getState().run.predictions[1]?.sampleId });
    }, patience);
    await expect.element(page.getByText('[3.214, -0.338]')).toBeVisible();
    await expect.element(page.getByText(/^label: cat/)).toBeVisible();
  });

  it('counts wrong pictures, filters to them and states the interval', async () => {
    const { store } = await renderWithPictures(50);
    await store.getState().actions.train();
    // The fake engine gets every ninth of its 20 held-out pictures wrong.
    await expect.element(page.getByText('18 of 20 right, 95 % interval 0.70–0.97')).toBeVisible();
    await page.getByRole('radio', { name: 'Wrong 2' }).click();
    await expect.element(pictures().nth(1)).toBeVisible();
    expect(pictures().elements()).toHaveLength(2);
    await expect.element(pictures(/wrong/).nth(1)).toBeVisible();
  });

  it('keeps only the pictures in view in the page', async () => {
    const { store } = await renderWithPictures(1000);
    await expect.element(pictures().nth(10)).toBeVisible();
    expect(store.getState().project.document.samples).toHaveLength(2000);
    expect(pictures().elements().length).toBeLessThan(150);
  });

  it('takes a dropped file and keeps the event from the page', async () => {
    const { store, container } = await renderWithPictures();
    await store.getState().actions.train();
    const transfer = new DataTransfer();
    transfer.items.add(new File(['x'], 'mine.jpg', { type: 'image/jpeg' }));
    let reachedPage = false;
    const listen = () => {
      reachedPage = true;
    };
    addEventListener('drop', listen);
    container
      .querySelector('[data-drop=try]')
      ?.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
    removeEventListener('drop', listen);
    await vi.waitFor(() => {
      expect(store.getState().trial.prediction).not.toBeNull();
    }, patience);
    expect(store.getState().trial.target).toMatchObject({ kind: 'file', name: 'mine.jpg' });
    expect(reachedPage).toBe(false);
  });
});
