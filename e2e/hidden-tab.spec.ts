import type { Page } from '@playwright/test';
import { expectAccessible } from './accessible';
import { expect, test } from './app-test';

/** As in a tab that nobody looks at: no animation frame ever comes. (A headless browser shows every tab.) */
function hide(page: Page, isHidden: boolean): Promise<void> {
  return page.evaluate((hidden) => {
    Object.defineProperty(document, 'visibilityState', { value: hidden ? 'hidden' : 'visible', configurable: true });
    const frames = window as { requestAnimationFrame: unknown; realFrames?: unknown };
    frames.realFrames ??= frames.requestAnimationFrame;
    frames.requestAnimationFrame = hidden ? () => 0 : frames.realFrames;
    document.dispatchEvent(new Event('visibilitychange'));
  }, isHidden);
}

/** Whether the browser would ask. */
function asksBeforeLeaving(page: Page): Promise<boolean> {
  return page.evaluate(() => !window.dispatchEvent(new Event('beforeunload', { cancelable: true })));
}

test('a hidden tab reads, trains and says in its title how that ended; leaving asks meanwhile, and the diagnostics name nothing', async ({
  openApp,
}) => {
  const app = await openApp({ webgpu: false });
  const { page } = app;
  expect(await asksBeforeLeaving(page)).toBe(false);
  // Taken before: the test's own waiting wants frames.
  const store = await app.store();
  await hide(page, true);
  await store.evaluate(async ({ getState }) => {
    const { actions } = getState();
    await actions.addDrawings();
    actions.changeSettings({ limitPerClass: 4, epochs: 1 });
  });
  const read = () => store.evaluate(({ getState }) => [getState().lookAlikes.isSearching, getState().run.phase] as const);
  await expect.poll(async () => (await read())[0]).toBe(false);
  await store.evaluate(({ getState }) => {
    void getState().actions.train();
  });
  await expect.poll(() => page.title(), { intervals: [50] }).toMatch(/^(Weights|Features|Training|Evaluation) \d+ % · /);
  expect(await asksBeforeLeaving(page)).toBe(true);
  await expect.poll(async () => (await read())[1], { timeout: 180_000 }).toBe('done');
  await expect(page).toHaveTitle(/^✓ \d+\.\d % – Headstart$/);
  expect(await asksBeforeLeaving(page)).toBe(false);
  await hide(page, false);
  await expect(page).toHaveTitle('Drawn cats and dogs – Headstart');

  // A failure that no action waits for, with names in it.
  await page.evaluate(() => void Promise.reject(new TypeError('Grandma.jpg is not a function')));
  await page.getByRole('button', { name: 'Menu' }).press('Enter');
  await page.getByRole('menuitem', { name: 'Diagnostics…' }).press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Diagnostics' });
  await expect(dialog.getByText(/^features off by \d/)).toBeVisible();
  await expect(dialog.getByText(/unexpected in promise: .* … is not a function/)).toBeVisible();
  await expect(dialog.getByText('being asked')).toBeHidden();
  await expectAccessible(page, 'the diagnostics');
  const download = page.waitForEvent('download');
  await dialog.getByRole('button', { name: 'Download' }).press('Enter');
  expect((await download).suggestedFilename()).toBe('headstart-diagnostics.txt');
  const text = await dialog.innerText();
  for (const name of ['cat', 'dog', 'Grandma', 'Drawn', '.jpg']) expect(text).not.toMatch(new RegExp(`\\b${name}s?\\b`, 'i'));
});
