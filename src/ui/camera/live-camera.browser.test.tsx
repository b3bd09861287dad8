import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { App } from '../app';
import { renderPage, type RenderedPage } from '../testing/render-page';

const devices = navigator.mediaDevices;
const real = devices.getUserMedia.bind(devices);
let tracks: MediaStreamTrack[] = [];
let rendered: RenderedPage;
const state = () => rendered.store.getState();

/** A camera that sees a canvas that changes. */
function openCanvas(): Promise<MediaStream> {
  const canvas = document.createElement('canvas');
  canvas.width = 64;
  canvas.height = 48;
  const context = canvas.getContext('2d');
  let shade = 0;
  const draw = (): void => {
    if (tracks.every(({ readyState }) => readyState === 'ended') && shade > 0) return;
    shade += 1;
    if (context !== null) context.fillStyle = `rgb(${String(shade % 256)} 0 0)`;
    context?.fillRect(0, 0, 64, 48);
    requestAnimationFrame(draw);
  };
  const stream = canvas.captureStream();
  tracks = stream.getTracks();
  draw();
  return Promise.resolve(stream);
}

beforeEach(async () => {
  await page.viewport(1280, 900);
  devices.getUserMedia = openCanvas;
  rendered = await renderPage(<App />);
  await state().actions.addDrawings();
  state().actions.changeSettings({ epochs: 1 });
  await state().actions.train();
  await expect.poll(() => state().headReady).toBe(true);
  await page.getByRole('button', { name: 'Camera', exact: true }).click();
});

afterEach(() => {
  rendered.unmount();
  devices.getUserMedia = real;
});

describe('the camera in Try', () => {
  it('asks for one prediction after another, tells the rate, and is off when it is turned off', async () => {
    await expect.element(page.getByTestId('live-class')).toBeVisible();
    await expect.element(page.getByText(/predictions a second$/)).toBeVisible();
    const asked = () => rendered.engine.calls.filter((call) => call === 'predictFile').length;
    const before = asked();
    await expect.poll(asked).toBeGreaterThan(before + 2);
    await page.getByRole('button', { name: 'Turn the camera off' }).click();
    await expect.element(page.getByTestId('live-camera')).not.toBeInTheDocument();
    expect(tracks.map(({ readyState }) => readyState)).toEqual(['ended']);
  });

  it('goes off when a training begins', async () => {
    await expect.element(page.getByTestId('live-class')).toBeVisible();
    state().actions.changeSettings({ epochs: 300 });
    void state().actions.train();
    await expect.element(page.getByTestId('live-camera')).not.toBeInTheDocument();
    expect(tracks.map(({ readyState }) => readyState)).toEqual(['ended']);
    await state().actions.stop();
  });

  it('is turned off while the page is hidden, and on again by hand', async () => {
    await expect.element(page.getByTestId('live-class')).toBeVisible();
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
    await expect.element(page.getByText('The camera was turned off while the page was hidden.')).toBeVisible();
    expect(tracks.map(({ readyState }) => readyState)).toEqual(['ended']);
    Reflect.deleteProperty(document, 'visibilityState');
    await page.getByRole('button', { name: 'Turn the camera on' }).click();
    await expect.poll(() => tracks.map(({ readyState }) => readyState)).toEqual(['live']);
    await expect.element(page.getByText('The camera was turned off while the page was hidden.')).not.toBeInTheDocument();
  });

  it('makes way for a picture that is chosen', async () => {
    await state().actions.tryFile(new File(['x'], 'x.png', { type: 'image/png' }));
    await expect.element(page.getByTestId('live-camera')).not.toBeInTheDocument();
    expect(state().trial.target).toMatchObject({ kind: 'file', name: 'x.png' });
  });
});
