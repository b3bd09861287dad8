import { downloadZip } from 'client-zip';
import { join } from 'node:path';
import { expectAccessible } from './accessible';
import { expect, pressEnter, test } from './app-test';
import { writeClasses, writeFiles } from './pictures';
import { startModelHub } from './servers/model-hub-server';

/** What `torch.load` of old would run: os.system('echo'). */
const hostilePickle = '\x80\x02cposix\nsystem\nq\x00X\x04\x00\x00\x00echoq\x01\x85q\x02Rq\x03.';

async function hostileFile(): Promise<Buffer> {
  const parts = { 'm/data.pkl': hostilePickle, 'm/byteorder': 'little', 'm/version': '3\n' };
  const members = Object.entries(parts).map(([name, text]) => ({ name, input: Buffer.from(text, 'latin1') }));
  return Buffer.from(await downloadZip(members).arrayBuffer());
}

test('torchvision’s weights come from the Hub in spite of what a host can do, and a run on them says so', async ({
  openApp,
  folder,
}) => {
  const hub = await startModelHub();
  try {
    const app = await openApp({
      webgpu: false,
      server: { meta: hub.meta },
      viewport: { width: 390, height: 844 },
      colorScheme: 'dark',
    });
    const { page } = app;
    await writeClasses(join(folder, 'in'), { cat: 4, dog: 4 });
    await app.chooseFolder(join(folder, 'in'));
    await writeFiles(folder, { 'hostile.pth': await hostileFile() });
    await page.getByRole('button', { name: 'Menu' }).click();
    await page.getByRole('menuitem', { name: 'Bring a model in…' }).press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Bring a model in' });
    const section = dialog.getByRole('region', { name: 'torchvision’s weights' });
    await expect(section).toContainText(`59 MB come from ${new URL(hub.url).host}`);
    await expectAccessible(page, 'ways in for a model');
    // Nothing is asked before somebody says so.
    expect(hub.requests).toEqual([]);

    const chooser = page.waitForEvent('filechooser');
    await dialog.getByRole('button', { name: 'Choose files' }).press('Enter');
    await (await chooser).setFiles(join(folder, 'hostile.pth'));
    await expect(dialog.locator('[data-code="model-pickle-refused"]')).toContainText('posix.system');

    hub.faults.ignoresRange = true;
    await pressEnter(section.getByRole('button', { name: 'Fetch 59 MB' }));
    await expect(section.locator('[data-code="hub-weights-range-ignored"]')).toBeVisible();
    hub.faults.ignoresRange = false;

    // The first bytes of the file, its header and a piece come; then it is another file.
    hub.faults.changesAfter = hub.requests.filter(({ status }) => status === 206).length + 3;
    await pressEnter(section.getByRole('button', { name: /Fetch 59 MB|Continue/ }));
    await expect(section.locator('[data-code="hub-weights-changed"]')).toBeVisible();
    expect((await app.state()).project.document.backbone).toBeNull();

    // Broken off by the person; what came stays, and only the rest is asked for.
    await app.act((store) => {
      const stop = store.subscribe(({ modelImport, actions }) => {
        if ((modelImport.progress?.done ?? 0) < 20e6) return;
        stop();
        actions.cancelModel();
      });
    });
    await pressEnter(section.getByRole('button', { name: /Fetch 59 MB|Continue/ }));
    await expect(section).toContainText(/\d\d MB of 59 MB are here already; only the rest is asked for\./);
    const received = await (await app.store()).evaluate((store) => store.getState().modelImport.hub?.receivedBytes ?? 0);
    const asked = hub.requests.length;
    await pressEnter(section.getByRole('button', { name: 'Continue' }));
    await expect(dialog.getByRole('heading', { name: 'What was found: torchvision’s VGG-16' })).toBeFocused();
    const rest = hub.requests.slice(asked).filter(({ host, range }) => host === 'files' && range !== null);
    const restBytes = rest.reduce((sum, { range }) => sum + (range === null ? 0 : range[1] - range[0] + 1), 0);
    expect(received).toBeGreaterThan(19e6);
    expect(restBytes).toBe(58_858_752 - received);
    await expect(dialog).toContainText('other values than the page’s own in 26 of 26 tensors');
    await expectAccessible(page, 'weights on offer');
    await pressEnter(dialog.getByRole('button', { name: 'Take it' }));
    await expect(dialog).toBeHidden();

    await page.getByRole('tab', { name: /Train/ }).press('Enter');
    await expect(page.getByRole('button', { name: 'torchvision’s VGG-16, change the weights' })).toBeVisible();
    await app.act((store) => {
      const { actions } = store.getState();
      actions.changeSettings({ epochs: 1 });
      return actions.train();
    });
    const { run, project } = await app.state();
    expect(run.error).toBeNull();
    expect(run.result?.backbone).toBe(project.document.backbone?.id);
    expect(run.result?.history.steps[0]?.trainLoss).toBeGreaterThan(0);
    expect(app.errors).toEqual([]);
  } finally {
    await hub.close();
  }
});
