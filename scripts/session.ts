import { statSync } from 'node:fs';
import { chromium, type BrowserContext, type JSHandle, type Page } from 'playwright';
import type { StoreApi } from 'zustand/vanilla';
import type { ErrorRecord } from '../src/domain/errors';
import type { DeviceChoice } from '../src/domain/events';
import type { PageStore } from '../src/store/state';
import { distFolder, ensureBuilt } from './build.mjs';
import { chromiumArguments, ensureChromium } from './chromium.mjs';
import { dropPaths } from './drop';
import { PlainFailure } from './install.mjs';
import { startStaticServer, type StaticServer } from './static-server.mjs';

/** The page's documented automation surface. */
export interface AutomationWindow {
  readonly headstart: { readonly store: StoreApi<PageStore> };
}

export type StoreHandle = JSHandle<StoreApi<PageStore>>;

/** A headless browser on the built app, served from this machine. */
export interface Session {
  readonly server: StaticServer;
  readonly context: BrowserContext;
  readonly page: Page;
  readonly store: StoreHandle;
  /** Browser name and version. */
  readonly browserName: string;
  /** Errors that nothing caught, as they came. */
  readonly pageErrors: readonly string[];
  close(): Promise<void>;
}

/** The failure as a command prints it: its code, what happened, what to do. */
export function pageFailure({ code, message, remedy }: ErrorRecord): PlainFailure {
  return new PlainFailure(`${code}: ${message} ${remedy}`);
}

async function getStore(page: Page): Promise<StoreHandle> {
  // tsx names functions by a call of its own, which functions that run in the page carry along.
  await page.addInitScript('globalThis.__name ??= (named) => named;');
  await page.waitForFunction(() => 'headstart' in globalThis, null, { timeout: 60_000 });
  return page.evaluateHandle(() => (globalThis as unknown as AutomationWindow).headstart.store);
}

export interface SessionOptions {
  /** Whether software WebGPU is there to be found. */
  readonly webgpu?: boolean;
  /** Of all that is served; as fast as it goes when absent. */
  readonly bytesPerSecond?: number;
}

/** Builds the app where needed, serves it, opens it in a fresh headless browser. Close it in any case. */
export async function openSession({ webgpu = true, bytesPerSecond }: SessionOptions = {}): Promise<Session> {
  await ensureBuilt();
  const executablePath = ensureChromium();
  const server = await startStaticServer({ root: distFolder, ...(bytesPerSecond === undefined ? {} : { bytesPerSecond }) });
  const browser = await chromium
    // Ctrl-C must end the run below, which closes the browser by itself.
    .launch({ executablePath, args: chromiumArguments({ webgpu }), handleSIGINT: false, handleSIGTERM: false })
    .catch(async (error: unknown) => {
      await server.close();
      throw error;
    });
  const close = async () => {
    await browser.close();
    await server.close();
  };
  try {
    const context = await browser.newContext({ viewport: { width: 1440, height: 1000 } });
    const page = await context.newPage();
    const pageErrors: string[] = [];
    page.on('pageerror', (error) => pageErrors.push(error.message));
    await page.addInitScript('globalThis.__name ??= (named) => named;');
    await page.goto(server.url);
    return {
      server,
      context,
      page,
      store: await getStore(page),
      browserName: `Chromium ${browser.version()}`,
      pageErrors,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Waits for the device (after choosing one, unless `auto`, and a number of threads, unless null) and the weights.
 * Throws the page's error as a PlainFailure.
 */
export async function prepareDevice(
  { page, store }: Session,
  device: DeviceChoice,
  threads: number | null = null,
): Promise<void> {
  const settled = (handle: StoreApi<PageStore>) => {
    const { compute, weights } = handle.getState();
    return compute.error !== null || weights.phase === 'failed' || (compute.status !== null && weights.phase === 'ready');
  };
  await page.waitForFunction(settled, store, { polling: 100, timeout: 120_000 });
  if (device !== 'auto') {
    await store.evaluate((handle, choice) => handle.getState().actions.chooseDevice(choice), device);
    await page.waitForFunction(settled, store, { polling: 100, timeout: 120_000 });
  }
  if (threads !== null) {
    await store.evaluate((handle, count) => handle.getState().actions.chooseThreads(count), threads);
    await page.waitForFunction(settled, store, { polling: 100, timeout: 120_000 });
  }
  const { error, reason, obtained } = await store.evaluate((handle) => {
    const { compute, weights } = handle.getState();
    return {
      error: compute.error ?? weights.error,
      reason: compute.status?.reason ?? null,
      obtained: compute.status?.device ?? null,
    };
  });
  if (error !== null) throw pageFailure(error);
  if (device === 'webgpu' && obtained !== 'webgpu') {
    throw reason === null ? new PlainFailure('The page did not take the graphics card that was asked for.') : pageFailure(reason);
  }
}

/** Waits until the device has passed its self-test. */
export async function waitForProof({ page, store }: Session): Promise<void> {
  await page.waitForFunction((handle) => (handle.getState().compute.status?.selfTest ?? null) !== null, store, {
    polling: 50,
    timeout: 300_000,
  });
}

/**
 * Does what adds pictures and waits until they have been read. Told by a change of the state, so that a quick reading is not missed
 * and the former one is not taken for this one.
 */
export async function untilIngested(page: Page, store: StoreHandle, work: () => Promise<unknown>): Promise<void> {
  const watch = await store.evaluateHandle((handle) => {
    const found = { done: false };
    handle.subscribe((state, former) => {
      if (state.ingest.phase === 'idle' && former.ingest.phase !== 'idle') found.done = true;
    });
    return found;
  });
  await work();
  await page.waitForFunction((found) => found.done, watch, { polling: 100, timeout: 600_000 });
  await watch.dispose();
}

/** Chooses a folder with the page's own button, and waits until it is read. */
export async function pickFolder(page: Page, store: StoreHandle, folder: string): Promise<void> {
  await untilIngested(page, store, async () => {
    const chooser = page.waitForEvent('filechooser');
    await page
      .getByRole('button', { name: /choose a folder/i })
      .filter({ visible: true })
      .first()
      .click();
    await (await chooser).setFiles(folder);
  });
}

async function throwIfNothingCame({ store }: Session): Promise<void> {
  const { error, count } = await store.evaluate((handle) => ({
    error: handle.getState().ingest.error,
    count: handle.getState().project.document.samples.length,
  }));
  if (error !== null && count === 0) throw pageFailure(error);
}

/** Adds the pictures of a folder. Throws the page's error as a PlainFailure when none came in. */
export async function addFolder(session: Session, folder: string): Promise<void> {
  await pickFolder(session.page, session.store, folder);
  await throwIfNothingCame(session);
}

/** As addFolder, by dropping a folder or a file on the page: the browser then lists it bit by bit, as for a person. */
export async function dropPath(session: Session, path: string): Promise<void> {
  const { page, store } = session;
  await untilIngested(page, store, () => dropPaths(page, [path], { x: 200, y: 400 }));
  await throwIfNothingCame(session);
}

/** Adds the pictures of a folder or of an archive. Throws the page's error as a PlainFailure when none came in. */
export async function addPath(session: Session, path: string): Promise<void> {
  if (statSync(path).isDirectory()) await addFolder(session, path);
  else await dropPath(session, path);
}

/** Adds the embedded drawings. */
export async function addDrawings(session: Session): Promise<void> {
  await untilIngested(session.page, session.store, () =>
    session.store.evaluate((handle) => handle.getState().actions.addDrawings()),
  );
  await throwIfNothingCame(session);
}
