import { afterEach, describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { augmentForEpoch } from '../../domain/augment';
import { usualAugmentation } from '../../domain/run-config';
import { selectPreviewSamples } from '../../store/preview-selectors';
import { selectSplits } from '../../store/selectors';
import { AugmentationSettings } from './augmentation-settings';
import { drawPictures, renderPanels, type RenderedPanels } from './testing/render-panels';

/** A busy machine is slow, not wrong: states are waited for, and this only ends a test that would never end. */
const patience = { timeout: 20_000 };

let panels: RenderedPanels | null = null;

afterEach(() => {
  panels?.dispose();
  panels = null;
});

async function render(perClass: number): Promise<RenderedPanels> {
  const rendered = renderPanels(<AugmentationSettings isReadOnly={false} />, {
    drawings: () => drawPictures(['cat', 'dog'], perClass),
  });
  panels = rendered;
  const { actions } = rendered.store.getState();
  await actions.begin();
  if (perClass > 0) await actions.addDrawings();
  actions.changeSettings({ way: 'frozen', epochs: 2, seed: 5 });
  return rendered;
}

/** RGB values of a canvas. */
function readCanvas(canvas: HTMLCanvasElement | undefined): number[] {
  const context = canvas?.getContext('2d');
  if (canvas === undefined || context === null || context === undefined || canvas.width !== 224) return [];
  return [...context.getImageData(0, 0, canvas.width, canvas.height).data].filter((_, at) => at % 4 !== 3);
}

/** Waits until the strip shows what the run of these settings would see in an epoch. */
async function expectEpoch({ store, engine, container }: RenderedPanels, epoch: number): Promise<void> {
  const samples = selectPreviewSamples(store.getState());
  const expected = await Promise.all(
    samples.map(async ({ id }) => {
      const { pixels } = await engine.fittedPicture(id, 'crop');
      return [...augmentForEpoch(pixels, usualAugmentation, { seed: 5, epoch, sampleId: id })];
    }),
  );
  await vi.waitFor(() => {
    const canvases = [...container.querySelectorAll('canvas')];
    expect(canvases.map(readCanvas)).toEqual(expected);
  }, patience);
}

const switchOn = () => page.getByText('Augment training pictures').click();

describe('the preview of augmentation', () => {
  it('is not there while augmentation is off', async () => {
    await render(6);
    await expect.element(page.getByText('Augment training pictures')).toBeVisible();
    await expect.element(page.getByRole('region', { name: 'Augmented pictures' })).not.toBeInTheDocument();
    expect(panels?.engine.calls).not.toContain('fittedPicture');
  });

  it('says what to do without pictures', async () => {
    await render(0);
    await switchOn();
    await expect.element(page.getByText('Add pictures, and some are shown here as training would see them.')).toBeVisible();
  });

  it('shows training pictures of each class pixel by pixel as a run would, and another epoch at a key', async () => {
    const rendered = await render(6);
    await switchOn();
    const state = rendered.store.getState();
    const samples = selectPreviewSamples(state);
    expect(samples.map(({ className }) => className)).toEqual(['cat', 'dog', 'cat', 'dog', 'cat', 'dog']);
    expect(samples.every(({ id }) => selectSplits(state).assignments.get(id) === 'train')).toBe(true);
    await expect.element(page.getByText('6 training pictures as epoch 1 of 2 shows them')).toBeVisible();
    await expect.element(page.getByText(/Validation pictures are never changed/)).toBeVisible();
    await expectEpoch(rendered, 0);
    page.getByRole('button', { name: 'Another draw' }).element().focus();
    await userEvent.keyboard('{Enter}');
    await expect.element(page.getByText('6 training pictures as epoch 2 of 2 shows them')).toBeVisible();
    await expectEpoch(rendered, 1);
    await userEvent.keyboard('{Enter}');
    await expect.element(page.getByText('6 training pictures as epoch 1 of 2 shows them')).toBeVisible();
    await expectEpoch(rendered, 0);
  });

  it('follows the settings', async () => {
    const rendered = await render(3);
    await switchOn();
    await expectEpoch(rendered, 0);
    const before = readCanvas(rendered.container.querySelector('canvas') ?? undefined);
    rendered.store.getState().actions.changeSettings({ augmentation: { ...usualAugmentation, colour: 0.5 } });
    await vi.waitFor(() => {
      expect(readCanvas(rendered.container.querySelector('canvas') ?? undefined)).not.toEqual(before);
    }, patience);
  });

  it('says which picture can no longer be read, and shows the others', async () => {
    const rendered = await render(3);
    rendered.engine.failures.set('fittedPicture', 'picture-gone');
    await switchOn();
    await expect.element(page.getByRole('status').filter({ hasText: /can no longer be read|cannot be read/ })).toBeVisible();
    await vi.waitFor(() => {
      expect(rendered.container.querySelectorAll('canvas').length).toBe(
        selectPreviewSamples(rendered.store.getState()).length - 1,
      );
    }, patience);
  });
});
