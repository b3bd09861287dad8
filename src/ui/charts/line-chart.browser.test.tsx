import { afterEach, describe, expect, it, vi } from 'vitest';
import { page } from 'vitest/browser';
import type { EpochRecord, StepRecord } from '../../domain/history';
import { useChartSource } from './history-source';
import { LineChart } from './line-chart';
import { renderPanels, type RenderedPanels } from '../train/testing/render-panels';

/** A busy machine is slow, not wrong: states are waited for, and this only ends a test that would never end. */
const patience = { timeout: 20_000 };

let panels: RenderedPanels | null = null;

afterEach(() => {
  panels?.dispose();
  panels = null;
  document.documentElement.removeAttribute('data-theme');
});

function Chart() {
  const source = useChartSource();
  return (
    <div style={{ width: 400 }}>
      <LineChart metric="loss" heading="Loss" source={source} emptyText="Nothing yet." />
    </div>
  );
}

function createSteps(count: number): StepRecord[] {
  return Array.from({ length: count }, (_, step) => ({
    epoch: 0,
    step,
    batchSize: 8,
    trainLoss: 1 / (step + 1),
    trainAccuracy: 1,
    noteLoss: 0,
    noteAccuracy: 1,
  }));
}

const epoch: EpochRecord = { epoch: 0, trainLoss: 1, trainAccuracy: 1, valLoss: 0.5, valAccuracy: 1, noteValLoss: 0, seconds: 1 };

async function renderChart(steps: number): Promise<HTMLElement> {
  panels = renderPanels(<Chart />);
  const { store } = panels;
  store.setState({ run: { ...store.getState().run, phase: 'running', history: { steps: createSteps(steps), epochs: [epoch] } } });
  const over = await vi.waitFor(() => {
    const found = document.querySelector<HTMLElement>('.u-over');
    if (found === null || found.clientWidth === 0) throw new Error('not drawn yet');
    return found;
  }, patience);
  // uPlot places its layers in a microtask and measures them with the next frame.
  await new Promise((resolve) => setTimeout(resolve, 100));
  return over;
}

function mouse(over: HTMLElement, kind: string, share: number): void {
  const { left, top, width } = over.getBoundingClientRect();
  const at = { clientX: left + share * width, clientY: top + 40, button: 0, bubbles: true, movementX: 5 }; // uPlot ignores a drag that does not move
  (kind === 'mouseup' ? document : over).dispatchEvent(new MouseEvent(kind, at));
}

function countColours(): Set<string> {
  const canvas = document.querySelector<HTMLCanvasElement>('.uplot canvas');
  const pixels = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? new Uint8ClampedArray();
  const colours = new Set<string>();
  for (let at = 0; at < pixels.length; at += 4)
    if ((pixels[at + 3] ?? 0) === 255) colours.add(pixels.slice(at, at + 3).join(','));
  return colours;
}

/** Pixels from the top to the highest pixel of the train line, at a share of the width. */
function lineHeightAt(share: number): number {
  const canvas = document.querySelector<HTMLCanvasElement>('.uplot canvas');
  const x = Math.round((canvas?.width ?? 0) * share);
  const column = canvas?.getContext('2d')?.getImageData(x, 0, 1, canvas.height).data ?? new Uint8ClampedArray();
  for (let y = 0; y * 4 < column.length; y += 1) if ((column[y * 4 + 2] ?? 0) > 190 && (column[y * 4] ?? 255) < 90) return y;
  throw new Error('no line there');
}

describe('the line chart', () => {
  it('reads out the values under the cursor', async () => {
    const over = await renderChart(11);
    mouse(over, 'mouseenter', 0);
    mouse(over, 'mousemove', 0.001);
    await expect.element(page.getByText('step 0 · train 1.000')).toBeVisible();
    mouse(over, 'mousemove', 0.999);
    await expect.element(page.getByText('step 11 · validation 0.5000')).toBeVisible();
  });

  it('zooms by a drag, keeps the zoom while values come, and resets it', async () => {
    const over = await renderChart(101);
    mouse(over, 'mouseenter', 0.2);
    mouse(over, 'mousemove', 0.2);
    mouse(over, 'mousedown', 0.2);
    mouse(over, 'mousemove', 0.4);
    mouse(over, 'mouseup', 0.4);
    await expect.element(page.getByRole('button', { name: 'Reset zoom' })).toBeVisible();
    const store = panels?.store;
    store?.setState({ run: { ...store.getState().run, history: { steps: createSteps(201), epochs: [epoch] } } });
    await new Promise((resolve) => setTimeout(resolve, 100));
    // A fifth of 101 steps is in view: its middle is near step 30, and was near step 100 without the zoom.
    mouse(over, 'mousemove', 0.5);
    await expect.element(page.getByText(/^step (29|30|31) · /)).toBeVisible();
    await page.getByRole('button', { name: 'Reset zoom' }).click();
    mouse(over, 'mousemove', 0.5);
    await expect.element(page.getByText(/^step (99|100|101|102) · /)).toBeVisible();
  });

  it('takes the colours of the theme, at once', async () => {
    await renderChart(11);
    // The accent of each theme, as the canvas stores it.
    expect(countColours()).toContain('47,75,216');
    document.documentElement.dataset['theme'] = 'dark';
    await vi.waitFor(() => {
      expect(countColours()).toContain('147,165,255');
    }, patience);
    expect(countColours()).not.toContain('47,75,216');
  });

  it('draws on a logarithmic axis and says so by its toggle', async () => {
    await renderChart(11);
    const linear = lineHeightAt(0.45);
    await page.getByRole('button', { name: 'Log', exact: true }).click();
    await expect.element(page.getByRole('button', { name: 'Log', exact: true })).toHaveAttribute('aria-pressed', 'true');
    // 1/6 lies at a sixth of a linear axis from 0, and far higher between 0.09 and 1 on a logarithmic one.
    await vi.waitFor(() => {
      expect(lineHeightAt(0.45)).toBeLessThan(linear - 10);
    }, patience);
  });

  it('renders nothing by React while steps come', async () => {
    await renderChart(30);
    const changes: MutationRecord[] = [];
    const observer = new MutationObserver((records) => changes.push(...records));
    const section = document.querySelector('section');
    if (section === null) throw new Error('no chart');
    observer.observe(section, { childList: true, characterData: true, subtree: true });
    const store = panels?.store;
    for (let steps = 31; steps < 40; steps += 1) {
      store?.setState({ run: { ...store.getState().run, history: { steps: createSteps(steps), epochs: [epoch] } } });
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    observer.disconnect();
    expect(changes).toEqual([]);
  });
});
