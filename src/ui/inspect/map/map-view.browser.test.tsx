import { afterEach, describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { Totals } from '../../data/totals';
import { drawPictures, renderPanels, type RenderedPanels } from '../../train/testing/render-panels';

let panels: RenderedPanels | null = null;

afterEach(() => {
  panels?.dispose();
  panels = null;
});

const map = () => page.getByRole('application', { name: /^Map of the pictures/ });
const selection = () => page.getByRole('region', { name: 'Selected on the map' });

async function open(): Promise<RenderedPanels> {
  panels = renderPanels(<Totals />, { drawings: () => drawPictures(['cat', 'dog'], 20) });
  const { actions } = panels.store.getState();
  await actions.begin();
  await actions.addDrawings();
  await page.getByRole('button', { name: 'Map', exact: true }).click();
  return panels;
}

function colours(canvas: HTMLCanvasElement): number {
  const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: new Uint8ClampedArray() };
  const found = new Set<number>();
  for (let at = 0; at < data.length; at += 4)
    if (data[at + 3] === 255) found.add((data[at] ?? 0) * 65_536 + (data[at + 1] ?? 0) * 256 + (data[at + 2] ?? 0));
  return found.size;
}

describe('the map of the set', () => {
  it('is there before a run, and is walked, selected, relabelled, opened and dropped by keyboard, with its table', async () => {
    const { store } = await open();
    await expect.element(map()).toBeVisible();
    const canvas = map().element();
    if (!(canvas instanceof HTMLCanvasElement)) throw new Error('the map is no canvas');
    // Pictures are drawn once they are decoded: many colours, where marks have two.
    await expect.poll(() => colours(canvas)).toBeGreaterThan(20);

    canvas.focus();
    await userEvent.keyboard('{ArrowRight} {ArrowUp}{ArrowRight} ');
    await expect.element(selection()).toHaveTextContent('2 pictures selected');
    await userEvent.keyboard('m');
    await userEvent.keyboard('bird');
    await userEvent.keyboard('{Enter}');
    const birds = () => store.getState().project.document.samples.filter(({ className }) => className === 'bird').length;
    await expect.poll(birds).toBe(2);
    await expect.element(page.getByRole('button', { name: 'bird 2' })).toBeVisible();

    await expect.element(page.getByRole('dialog', { name: /^Label/ })).not.toBeInTheDocument();
    canvas.focus();
    await userEvent.keyboard('{Escape}');
    await expect.element(selection()).toHaveTextContent('Nothing is selected');
    await userEvent.keyboard('{Enter}');
    const name = selection().element().querySelector('b')?.textContent ?? '';
    await expect.element(page.getByRole('dialog', { name })).toBeVisible();
    await userEvent.keyboard('{Escape}');
    await expect.element(page.getByRole('dialog', { name })).not.toBeInTheDocument();
    canvas.focus();
    await userEvent.keyboard('{Delete}');
    await expect.poll(() => store.getState().project.document.samples.length).toBe(39);
    await page.getByRole('button', { name: /^Undo/ }).click();
    await expect.poll(() => store.getState().project.document.samples.length).toBe(40);

    canvas.focus();
    await userEvent.keyboard('{Control>}a{/Control}');
    await expect.element(selection()).toHaveTextContent('40 pictures selected');
    await page.getByRole('button', { name: 'Table' }).click();
    const rows = page.getByRole('listbox', { name: 'Pictures on the map' });
    await expect.element(rows.getByRole('option').first()).toHaveAttribute('aria-selected', 'true');
    await expect.element(rows.getByRole('option').first()).toHaveAccessibleName(/label bird, at /);
    await page.getByRole('radio', { name: 'Top to bottom' }).click();
    await expect.element(rows.getByRole('option').first()).toBeVisible();
    await page.getByRole('button', { name: 'Select none' }).click();
    await rows.getByRole('option').first().click();
    await expect.element(selection()).toHaveTextContent('1 picture selected');
  });

  it('selects by box and lasso, and says what failed and how many came since', async () => {
    const { store, engine } = await open();
    await expect.element(map()).toBeVisible();
    const canvas = map().element();
    const { left, top, width, height } = canvas.getBoundingClientRect();
    const drag = (...spots: readonly (readonly [number, number])[]) => {
      spots.forEach(([x, y], at) => {
        const type = at === 0 ? 'pointerdown' : at === spots.length - 1 ? 'pointerup' : 'pointermove';
        const place = { clientX: left + x * width, clientY: top + y * height };
        canvas.dispatchEvent(new PointerEvent(type, { ...place, pointerId: 1, bubbles: true }));
      });
    };
    // No pointer of a real hand: there is nothing to capture.
    canvas.setPointerCapture = () => undefined;
    await page.getByRole('radio', { name: 'Box' }).click();
    drag([0, 0], [0.5, 0.5], [1, 1], [1, 1]);
    await expect.element(selection()).toHaveTextContent('40 pictures selected');
    await page.getByRole('radio', { name: 'Lasso' }).click();
    drag([0.001, 0.001], [0.01, 0.001], [0.01, 0.01], [0.001, 0.01], [0.001, 0.01]);
    await expect.element(selection()).toHaveTextContent('Press a picture');

    engine.failures.set('projectPictures', 'map-failed');
    await page.getByRole('radio', { name: 'UMAP' }).click();
    await page.getByRole('button', { name: 'Lay out 40 pictures' }).click();
    await expect.element(page.getByText(/The map could not be laid out/)).toBeVisible();
    await page.getByRole('button', { name: 'Lay out 40 pictures' }).click();
    await expect.element(page.getByText(/the axes mean nothing/)).toBeVisible();
    await store.getState().actions.addToClass([new File(['new'], 'new.jpg')], 'cat', 'clipboard');
    await expect.element(page.getByText(/1 picture is not on this map/)).toBeVisible();
    await page.getByRole('button', { name: 'Lay out again' }).click();
    await expect.element(page.getByText(/is not on this map/)).not.toBeInTheDocument();
  });
});
