import { chromium } from 'playwright';
import { createServer } from 'vite';
const [, , out] = process.argv;
const server = await createServer({ root: process.cwd(), server: { port: 5391, strictPort: true }, logLevel: 'error' });
await server.listen();
const exe = (await import('/work/wt-inspect/scripts/chromium.mjs')).ensureChromium();
const browser = await chromium.launch({ executablePath: exe, args: ['--no-sandbox'] });
try {
  for (const [classes, each, w, dark] of [[2, 30, 1440, false], [40, 6, 1440, true], [5, 20, 390, false]] as const) {
    const page = await browser.newPage({ viewport: { width: w, height: 980 }, colorScheme: dark ? 'dark' : 'light' });
    page.setDefaultTimeout(90000);
    page.on('pageerror', (e) => console.log('ERR', e.message));
    await page.goto(`http://localhost:5391/e2e/harness/index.html?tick=0&each=${each}&classes=${classes}`, {timeout: 120000});
    await page.waitForFunction(() => 'headstart' in window, null, { timeout: 120000 });
    await page.evaluate(async () => {
      const { store } = (window as any).headstart; const { actions } = store.getState();
      await actions.begin(); await actions.addDrawings();
      actions.changeSettings({ epochs: 1 });
      await actions.train();
      const p = store.getState().run.predictions[0]; await actions.trySample(p.sampleId);
    });
    if (w < 1000) await page.getByRole('tab', { name: 'Try' }).click();
    await page.screenshot({ path: `${out}/try-${classes}.png` });
    await page.getByRole('button', { name: 'Evaluation' }).click();
    await page.getByRole('grid', {name: /Confusion/}).waitFor();
    await page.waitForFunction(() => (window as any).headstart.store.getState().inspection.task === null);
    await page.screenshot({ path: `${out}/eval-${classes}-${w}.png` });
    await page.getByRole('tab', { name: 'Label doctor' }).click();
    await page.getByRole('listbox', { name: /doubtful/ }).waitFor();
    await page.screenshot({ path: `${out}/doctor-${classes}.png` });
    await page.close();
  }
} finally { await browser.close(); await server.close(); }
