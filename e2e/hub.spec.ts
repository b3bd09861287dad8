import { expectAccessible } from './accessible';
import { expect, test, pressEnter } from './app-test';
import { startDatasetsServer } from './servers/datasets-server';

const names = ['healthy', 'rust'];
const rows = (count: number) => Array.from({ length: count }, (_, i) => ({ image: true, labels: i % 2 }));
const features = { image: { _type: 'Image' }, labels: { _type: 'ClassLabel', names } };

test('a dataset of Hugging Face comes in by its name, and the page says what left the device', async ({ openApp }) => {
  const server = await startDatasetsServer({
    others: [{ name: 'some/beans', features, splits: { train: rows(40), validation: rows(10), test: rows(10) } }],
    refused: { 'some/gated': { status: 401, code: 'ExternalUnauthenticatedError' } },
  });
  try {
    const app = await openApp({ webgpu: false, server: { meta: { 'headstart:datasets-server': server.url } } });
    const { page } = app;
    await page.getByRole('button', { name: 'From Hugging Face' }).click();
    const dialog = page.getByRole('dialog', { name: 'Pictures from Hugging Face' });
    expect(server.requests).toEqual([]);

    await page.keyboard.type('no name at all');
    await page.keyboard.press('Enter');
    await expect(dialog.getByText('“no name at all” is not the name of a dataset.')).toBeVisible();
    expect(server.requests).toEqual([]);

    await expectAccessible(page, 'the question for a dataset');
    const field = dialog.getByLabel('Dataset');
    await field.fill('some/gated');
    await page.keyboard.press('Enter');
    await expect(dialog.getByText(/“some\/gated” is not public/)).toBeVisible();

    await field.fill('https://huggingface.co/datasets/some/beans/viewer');
    await page.keyboard.press('Enter');
    await expect(dialog.getByText('40 in train, 10 in validation, 10 in test.')).toBeVisible();
    expect(server.requests.filter((path) => !path.startsWith('/info'))).toEqual([]);
    await pressEnter(dialog.getByRole('button', { name: 'How many of each class?' }));
    await expect(dialog.getByText('2 classes: healthy 30, rust 30.')).toBeVisible();
    await expect(dialog.getByRole('button', { name: 'How many of each class?' })).toBeFocused();
    await dialog.getByLabel('test (10, used for test)').press('Space');
    await dialog.getByLabel('Pictures of each class and split').fill('4');
    expect(server.requests.filter((path) => path.startsWith('/cached-assets'))).toEqual([]);
    await expectAccessible(page, 'what a dataset holds');
    await pressEnter(dialog.getByRole('button', { name: /^Download about 16 kB/ }));
    await app.until(({ getState }) => getState().ingest.phase === 'idle' && getState().project.document.samples.length > 0);
    const { classNames, samples, name } = (await app.state()).project.document;
    expect([name, classNames, samples.length]).toEqual(['some/beans', names, 16]);
    expect(samples.filter(({ folderSplit }) => folderSplit === 'val')).toHaveLength(8);

    await page.getByRole('button', { name: '0 pictures left this device' }).click();
    const left = page.getByRole('dialog', { name: 'What left this device' });
    await expect(left.getByText('0 pictures, 0 file names, 0 results.')).toBeVisible();
    // Told by the worker that asked: the same requests as the server counted, and none that only the browser knows of.
    const told = await app.store().then((store) => store.evaluate((handle) => handle.getState().outsideRequests));
    expect(told.map(({ host }) => host)).toEqual(server.requests.map(() => new URL(server.url).host));
    // Several are on their way at once, and arrive in any order.
    const inOrder = (sizes: readonly number[]) => [...sizes].sort((a, b) => a - b);
    expect(inOrder(told.map(({ bytesUp }) => bytesUp))).toEqual(inOrder(server.requests.map((path) => path.length)));
    await expect(left.getByRole('row', { name: /“some\/gated”: what the dataset holds 1 \d+ B$/ })).toBeVisible();
    await expect(left.getByRole('row', { name: /“some\/beans”: pictures, fetched from there 16 \d+ (k?B)$/ })).toBeVisible();
    await expect(left.locator('[data-purpose=unexplained]')).toHaveCount(0);
    await expect(left.getByText('the browser itself refuses this page a request to any other site')).toBeVisible();
    expect(app.errors).toEqual([]);
  } finally {
    await server.close();
  }
});
