import { expect, test, pressEnter } from './app-test';

const fake = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
const isLive = () => {
  const { srcObject } = document.querySelector('video') ?? {};
  return srcObject instanceof MediaStream && srcObject.active;
};

test('classes are recorded by holding Space, each recording lies in one split, and the camera goes off with the dialog', async ({
  openApp,
}) => {
  const app = await openApp({ webgpu: false, launchArguments: fake });
  const { page } = app;
  await pressEnter(page.getByRole('button', { name: 'Use the camera' }));
  const dialog = page.getByRole('dialog', { name: 'Record with the camera' });
  await expect(dialog.getByText('Name the class first.')).toBeVisible();
  const field = dialog.getByRole('combobox', { name: 'Class' });
  const record = dialog.getByRole('button', { name: /Hold to record|Recording/ });
  for (const [className, recordings] of [
    ['cup', 1],
    ['cup', 2],
    ['pen', 1],
    ['pen', 2],
  ] as const) {
    await field.fill(className);
    await record.focus();
    await page.keyboard.down('Space');
    await expect(dialog.getByText(/^[3-9] pictures · \d+\.\d a second$/)).toBeVisible();
    await page.keyboard.up('Space');
    await expect(
      dialog
        .getByRole('status', { name: 'Recorded' })
        .getByText(new RegExp(`^${className}: \\d+ pictures in ${String(recordings)} recording`)),
    ).toBeVisible();
  }
  const track = await page.evaluateHandle(() => (document.querySelector('video')?.srcObject as MediaStream).getTracks()[0]);
  expect(await track.evaluate((found) => found?.readyState)).toBe('live');
  await pressEnter(dialog.getByRole('button', { name: 'Done' }));
  await expect(dialog).toBeHidden();
  expect(await track.evaluate((found) => found?.readyState)).toBe('ended');

  const { samples, classNames } = (await app.state()).project.document;
  expect(classNames).toEqual(['cup', 'pen']);
  expect(new Set(samples.map(({ recording }) => recording)).size).toBe(4);
  expect(samples.every(({ format, width }) => format === 'JPEG' && width === 640)).toBe(true);
  expect(app.errors).toEqual([]);
});

test('a camera that is refused, absent, in use or unplugged says so, and can be turned on again', async ({ openApp }) => {
  const app = await openApp({ webgpu: false, launchArguments: fake });
  const { page } = app;
  await page.evaluate(() => {
    const devices = navigator.mediaDevices;
    const real = devices.getUserMedia.bind(devices);
    const failures = ['NotAllowedError', 'NotFoundError', 'NotReadableError'];
    devices.getUserMedia = (constraints) => {
      const name = failures.shift();
      return name === undefined ? real(constraints) : Promise.reject(new DOMException('', name));
    };
  });
  await pressEnter(page.getByRole('button', { name: 'Use the camera' }));
  const on = page.getByRole('button', { name: 'Turn the camera on' });
  for (const [code, sentence] of [
    ['camera-refused', 'The browser did not let this page use the camera.'],
    ['camera-absent', 'No camera was found.'],
    ['camera-in-use', 'The camera cannot be opened; another program may be using it.'],
  ] as const) {
    await expect(page.getByText(sentence)).toBeVisible();
    await expect(page.locator(`[data-code="${code}"]`)).toBeVisible();
    await pressEnter(on);
  }
  await page.waitForFunction(isLive);
  // As when the plug is pulled: the track ends by itself.
  await page.evaluate(() => {
    const track = (document.querySelector('video')?.srcObject as MediaStream).getTracks()[0];
    track?.dispatchEvent(new Event('ended'));
  });
  await expect(page.getByText('The camera was disconnected.')).toBeVisible();
  await pressEnter(on);
  await page.waitForFunction(isLive);
});

test('Try tells what the camera sees, at the device’s own pace, until a training begins', async ({ openApp }) => {
  const app = await openApp({ webgpu: false, launchArguments: fake });
  const { page } = app;
  await app.until((store) => store.getState().weights.phase === 'ready');
  await app.act(async (store) => {
    const { actions } = store.getState();
    await actions.addDrawings();
    actions.changeSettings({ limitPerClass: 4, epochs: 1 });
    await actions.train();
  });
  await app.until((store) => store.getState().run.phase === 'done', 180_000);
  await pressEnter(page.getByRole('button', { name: 'Camera', exact: true }));
  await expect(page.getByTestId('live-class')).toHaveText(/cat|dog/, { timeout: 60_000 });
  await expect(page.getByText(/\d+ % · \d+\.\d predictions a second/)).toBeVisible();
  await app.act((store) => {
    void store.getState().actions.train();
  });
  await expect(page.getByTestId('live-camera')).toBeHidden();
  await app.act((store) => store.getState().actions.stop());
});
