import { afterEach, describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { usualAugmentation } from '../../domain/run-config';
import type { FakeEngineOptions } from '../../store/testing/fake-engine';
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

async function renderWithPictures(options: FakeEngineOptions = {}, perClass = 20): Promise<RenderedPanels> {
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

const settings = () => panels?.store.getState().project.document.settings;
const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });
const way = (name: string) => page.getByText(name, { exact: true });
const blocks = (words: string) => page.getByRole('img', { name: words, exact: true });

describe('the three ways', () => {
  it('are chosen by the keyboard, and each says what moves, from which start and when to choose it', async () => {
    await renderWithPictures();
    page
      .getByRole('radio', { name: /^Features, then classifier/ })
      .element()
      .focus();
    await expect.element(page.getByText(/starts from small random weights .* Choose it first/)).toBeVisible();
    await userEvent.keyboard('{ArrowRight}');
    await expect.element(page.getByText(/stay as ImageNet left them.* when you have few pictures/)).toBeVisible();
    await userEvent.keyboard('{ArrowRight}');
    await expect.element(page.getByText(/start from ImageNet’s weights.*quite unlike ImageNet’s/)).toBeVisible();
    expect(settings()).toMatchObject({ way: 'fine-tune', preset: 'recommended' });
    await expect.element(page.getByText(/at a thirtieth of the head’s learning rate/)).toBeVisible();
    await expect.element(button('Train')).toHaveAttribute('aria-disabled', 'false');
  });

  it('drop what was being typed when another recipe comes in', async () => {
    await renderWithPictures();
    await page.getByLabelText('Epochs', { exact: true }).fill('many');
    await expect.element(button('Train')).toHaveAttribute('aria-disabled', 'true');
    await way('Fine-tune').click();
    await expect.element(page.getByLabelText('Epochs', { exact: true })).toHaveValue('8');
    await expect.element(button('Train')).toHaveAttribute('aria-disabled', 'false');
  });

  it('show in the model card and in the summary what is frozen, live', async () => {
    await renderWithPictures();
    await expect.element(blocks('Blocks 1 to 5 frozen')).toBeVisible();
    await way('Fine-tune').click();
    await expect.element(blocks('Blocks 1 to 4 frozen, block 5 trains')).toBeVisible();
    await expect.element(page.getByText('7,079,424 of 14,714,688 parameters train')).toBeVisible();
    await page.getByLabelText('Unfreeze').selectOptions('Last 4 convolutions');
    expect(settings()?.unfreeze).toBe(4);
    await expect.element(blocks('Blocks 1 to 3 frozen, 1 of 3 convolutions of block 4 train, block 5 trains')).toBeVisible();
    await page.getByLabelText('Unfreeze').selectOptions('Everything (13)');
    expect(settings()?.unfreeze).toBe('all');
    await expect.element(blocks('Blocks 1 to 5 train')).toBeVisible();
    await button('summary').click();
    const text = page.getByLabelText('Summary', { exact: true });
    await expect.element(text).toHaveTextContent('Trainable params: 14,764,866');
    await userEvent.keyboard('{Escape}');
    await page.getByLabelText('Unfreeze').selectOptions('Block 5 (last 3)');
    expect(settings()).toMatchObject({ unfreeze: 'block5', preset: 'recommended' });
    await button('summary').click();
    await expect.element(text).toHaveTextContent('Trainable params: 7,129,602');
    await expect.element(page.getByText(/the last 3 convolutions trained, the others frozen/)).toBeVisible();
    await userEvent.keyboard('{Escape}');
  });

  it('say in the field what does not go together, whichever was typed', async () => {
    await renderWithPictures();
    await way('Fine-tune').click();
    const warmup = page.getByLabelText('Head warm-up');
    await page.getByLabelText('Epochs', { exact: true }).fill('1');
    await expect.element(warmup).toHaveAttribute('aria-invalid', 'true');
    await expect.element(button('Train')).toHaveAccessibleDescription(/^Head warm-up: must be fewer epochs/);
    await warmup.fill('0');
    await expect.element(warmup).toHaveAttribute('aria-invalid', 'false');
    await expect.element(button('Train')).toHaveAttribute('aria-disabled', 'false');
    expect(settings()).toMatchObject({ epochs: 1, headWarmupEpochs: 0, preset: 'custom' });
  });

  it('tell time and memory before fine-tuning begins', async () => {
    await renderWithPictures();
    await way('Fine-tune').click();
    await expect
      .element(button('Train'))
      .toHaveAccessibleDescription(/^About \d+ (s|min) and \d\.\d GB of memory: 40 pictures in every epoch$/);
  });

  it('say before a long wait that the head alone did well enough', async () => {
    const { store } = await renderWithPictures({ valAccuracy: 0.996 });
    await store.getState().actions.train();
    await expect.element(page.getByText('Accuracy on validation 0.99.')).toBeVisible();
    await way('Fine-tune').click();
    await expect
      .element(
        page.getByText(
          'The head alone reached 0.99 on validation (8 of 8, 95 % interval 0.68–1.00); fine-tuning is unlikely to gain.',
        ),
      )
      .toBeVisible();
    await way('Features, then classifier').click();
    await expect.element(page.getByText(/The head alone reached/)).not.toBeInTheDocument();
  });

  it('say what the head alone reached where that leaves room', async () => {
    const { store } = await renderWithPictures({ valAccuracy: 0.75 });
    await store.getState().actions.train();
    await way('Fine-tune').click();
    await expect
      .element(
        page.getByText(
          'The head alone reached 0.75 on validation (6 of 8, 95 % interval 0.41–0.93); fine-tuning has room to gain.',
        ),
      )
      .toBeVisible();
  });

  it('offer the head first before a long fine-tuning, and train it at one press', async () => {
    const { store } = await renderWithPictures({ secondsPerPicture: 2 });
    await expect.element(button('Train')).toHaveAccessibleDescription(/^Ready: all 40 pictures/);
    await way('Fine-tune').click();
    const offer = button(/^Train the head first, about \d s$/);
    await expect.element(offer).toBeVisible();
    offer.element().focus();
    await userEvent.keyboard('{Enter}');
    await vi.waitFor(() => {
      expect(store.getState().run.result?.config.way).toBe('features');
    }, patience);
    await way('Fine-tune').click();
    await expect.element(page.getByText(/^The head alone reached .*fine-tuning/)).toBeVisible();
    await expect.element(offer).not.toBeInTheDocument();
  });

  it('offer fewer pictures where fine-tuning all of them takes long', async () => {
    const { store } = await renderWithPictures({ secondsPerPicture: 2 }, 60);
    await way('Fine-tune').click();
    const offer = button(/^Use \d+ a class instead, about \d+ (s|min)$/);
    await expect.element(offer).toBeVisible();
    await offer.click();
    expect(store.getState().project.document.settings).toMatchObject({ way: 'fine-tune', preset: 'recommended' });
    expect(store.getState().project.document.settings.limitPerClass).toBeGreaterThanOrEqual(20);
  });

  it('say where fine-tuning would take more memory than the device is likely to have', async () => {
    await renderWithPictures();
    await way('Fine-tune').click();
    await expect.element(page.getByText(/That is much for this device’s/)).not.toBeInTheDocument();
    await page.getByLabelText('Unfreeze').selectOptions('Everything (13)');
    await page.getByLabelText('Batch size').fill('128');
    await expect.element(page.getByText(/^That is much for this device’s 8.6 GB: .* A smaller batch/)).toBeVisible();
  });

  it('label an accuracy whose epoch validation chose', async () => {
    const { store } = await renderWithPictures();
    store.getState().actions.chooseWay('fine-tune');
    await store.getState().actions.train();
    await expect.element(page.getByText(/^Accuracy on validation .*\(best epoch, 8, chosen by validation\)\.$/)).toBeVisible();
    await expect.element(page.getByText(/right, 95 % interval .*; best epoch, 8, chosen by validation$/)).toBeVisible();
  });
});

describe('the other settings', () => {
  it('are folded, and grouped by heading', async () => {
    await renderWithPictures();
    await expect.element(page.getByLabelText('Label smoothing')).not.toBeVisible();
    await button('More settings').click();
    for (const heading of ['Pictures', 'Augmentation', 'Features', 'Updates', 'Loss', 'Run'])
      await expect.element(page.getByRole('heading', { name: heading, level: 4, exact: true })).toBeVisible();
    await page.getByLabelText('Label smoothing').fill('0.1');
    await page.getByLabelText('Class weights').selectOptions('Balanced');
    await page.getByLabelText('Schedule').selectOptions('Cosine, to zero');
    await page.getByLabelText('Gradient norm, at most').fill('2');
    await page.getByLabelText('Batches per update').fill('4');
    await page.getByLabelText('Early stopping').fill('3');
    expect(settings()).toMatchObject({
      preset: 'custom',
      labelSmoothing: 0.1,
      classWeights: 'balanced',
      schedule: 'cosine',
      gradientClip: 2,
      accumulate: 4,
      earlyStopping: 3,
    });
    await page.getByLabelText('Gradient norm, at most').fill('');
    await page.getByLabelText('Early stopping').fill('');
    expect(settings()).toMatchObject({ gradientClip: null, earlyStopping: null });
    await page.getByLabelText('Label smoothing').fill('0.5');
    await expect.element(button('Train')).toHaveAccessibleDescription('Label smoothing: must be a number from 0 to 0.3.');
  });

  it('augment where pictures pass in every epoch, each part by the keyboard', async () => {
    await renderWithPictures();
    await button('More settings').click();
    await expect.element(page.getByText(/the other two ways offer it/)).toBeVisible();
    await way('Whole model, frozen').click();
    await page.getByText('Augment training pictures').click();
    expect(settings()?.augmentation).toEqual(usualAugmentation);
    await expect.element(button('Train')).toHaveAccessibleDescription(/^About .* 40 pictures in every epoch$/);
    const rotation = page.getByRole('slider', { name: 'Rotation, up to' });
    await expect.element(rotation).toHaveAttribute('aria-valuetext', '± 10°');
    rotation.element().focus();
    await userEvent.keyboard('{ArrowRight}');
    expect(settings()?.augmentation).toEqual({ ...usualAugmentation, rotation: 11 });
    await userEvent.keyboard('{Home}');
    await expect.element(rotation).toHaveAttribute('aria-valuetext', 'off');
    await page.getByText('Mirror half of them, left to right').click();
    expect(settings()?.augmentation).toEqual({ ...usualAugmentation, rotation: 0, flip: false });
    await page.getByText('Augment training pictures').click();
    expect(settings()).toMatchObject({ augmentation: null, preset: 'recommended' });
  });

  it('cannot be changed while a run goes on', async () => {
    const { store } = await renderWithPictures();
    store.getState().actions.chooseWay('fine-tune');
    store.getState().actions.changeSettings({ epochs: 300, batchSize: 2, augmentation: usualAugmentation, earlyStopping: null });
    await button('More settings').click();
    await button('Train').click();
    await vi.waitFor(() => {
      expect(store.getState().run.history.steps.length).toBeGreaterThan(0);
    }, patience);
    await expect.element(page.getByLabelText('Unfreeze')).toBeDisabled();
    await expect.element(page.getByRole('slider', { name: 'Crop, up to' })).toBeDisabled();
    await expect.element(page.getByLabelText('Backbone learning rate')).toHaveAttribute('readonly');
    await expect.element(page.getByRole('listitem').filter({ hasText: 'Training' })).toHaveTextContent('head alone');
    await button('Stop').click();
    await expect.element(button('Train again')).toBeVisible();
  });
});
