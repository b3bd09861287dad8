import { distFolder } from '../scripts/build.mjs';
import {
  beginRun,
  countSteps,
  differenceOf,
  drawFiles,
  finishRun,
  killWorker,
  openPage,
  resumeRun,
} from '../scripts/interrupted-run';
import { createKillableBrowser } from '../scripts/killable-browser';
import { startStaticServer } from '../scripts/static-server.mjs';
import { deriveRng } from '../src/domain/rng';
import { expect, test } from './app-test';

/** Another one each time; printed, so that a failure can be had again by RESUME_SEED. */
const seed = Number(process.env['RESUME_SEED'] ?? Date.now() % 1_000_000_000);

test('a run whose browser, worker and tab are killed ends with the weights and losses of an unbroken one', async () => {
  console.log(`resume.spec.ts: RESUME_SEED=${String(seed)}`);
  const rng = deriveRng(seed, 'kills');
  const settings = { epochs: 80, batchSize: 2, logEvery: 1 };
  const steps = 80 * 4;
  const pictures = drawFiles(5);
  const server = await startStaticServer({ root: distFolder, meta: { 'headstart:checkpoint-seconds': '0.1' } });
  const browser = await createKillableBrowser();
  try {
    let page = await browser.start();
    let store = await openPage(page, server.url, pictures);
    await beginRun(store, settings);
    const unbroken = await finishRun(page, store);
    expect(unbroken.losses).toHaveLength(steps);
    expect(unbroken.weightsHash).toMatch(/^[0-9a-f]{64}$/);

    const killAfter = async (): Promise<void> => {
      const wanted = 20 + rng.integer(steps / 2);
      await beginRun(store, settings);
      // The first checkpoint is the beginning; a quick run has its twentieth step before the second is due.
      await page.waitForFunction(
        ({ handle, count }) => {
          const { history, kept } = handle.getState().run;
          return history.steps.length >= count && (kept?.times ?? 0) >= 2;
        },
        { handle: store, count: wanted },
      );
    };

    await test.step('the browser', async () => {
      await killAfter();
      await browser.kill();
      page = await browser.start();
      store = await openPage(page, server.url, pictures);
      await expect(page.getByText(/^Run 2 was kept on .*Continue goes on from there/)).toBeVisible();
      await expect(page.getByRole('button', { name: 'Continue' })).toBeEnabled();
      const { stepsKept, numbers } = await resumeRun(page, store, settings);
      expect(stepsKept).toBeGreaterThan(0);
      expect(differenceOf(numbers, unbroken)).toBeNull();
    });

    await test.step('the worker that computes', async () => {
      await killAfter();
      await killWorker(page, 'compute');
      await page.waitForFunction((handle) => handle.getState().run.resumed !== null, store);
      expect(differenceOf(await finishRun(page, store), unbroken)).toBeNull();
      await expect(page.getByText('The run went on by itself from its last checkpoint.')).toBeVisible();
    });

    await test.step('the tab, while the run waits', async () => {
      await killAfter();
      await store.evaluate((handle) => {
        handle.getState().actions.pause();
      });
      await page.waitForFunction((handle) => handle.getState().run.phase === 'paused', store);
      const paused = await countSteps(store);
      await page.reload();
      store = await openPage(page, server.url, pictures);
      const { stepsKept, numbers } = await resumeRun(page, store, settings);
      expect(stepsKept).toBe(paused);
      expect(differenceOf(numbers, unbroken)).toBeNull();
    });
  } finally {
    await browser.close();
    await server.close();
  }
});
