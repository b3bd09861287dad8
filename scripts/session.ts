import { statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
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

/** The store of the page as it is now: a reload makes another one. */
export async function findStore(page: Page): Promise<StoreHandle> {
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
  /** Addresses in the page’s meta tags, by their names: stand-ins for other sites. */
  readonly meta?: Readonly<Record<string, string>>;
}

/** Builds the app where needed, serves it, opens it in a fresh headless browser. Close it in any case. */
export async function openSession({ webgpu = true, bytesPerSecond, meta }: SessionOptions = {}): Promise<Session> {
  await ensureBuilt();
  const executablePath = ensureChromium();
  const server = await startStaticServer({
    root: distFolder,
    ...(bytesPerSecond === undefined ? {} : { bytesPerSecond }),
    ...(meta === undefined ? {} : { meta }),
  });
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
      store: await findStore(page),
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

/** Waits until the device has passed its self-test, or until none did. */
export async function waitForProof({ page, store }: Session): Promise<void> {
  const settled = (handle: StoreApi<PageStore>) => {
    const { status, error } = handle.getState().compute;
    return error !== null || (status !== null && status.selfTest !== null);
  };
  await page.waitForFunction(settled, store, { polling: 50, timeout: 300_000 });
}

/** What is said to the question what was found; where nothing is said the page's own proposal is taken. */
export interface ImportAnswer {
  /** The manifest to read by, as its path ends. */
  readonly manifest?: string | null;
  /** Columns of a manifest by their names. */
  readonly columns?: Readonly<Partial<Record<'file' | 'label' | 'split', string>>>;
}

/** Chooses what an answer says; gives back why that is not possible. */
function chooseReading(store: StoreHandle, { manifest = null, columns = {} }: ImportAnswer): Promise<ErrorRecord | null> {
  return store.evaluate(
    async (handle, wanted) => {
      const { actions, importing } = handle.getState();
      if (importing === null) return null;
      if (wanted.manifest !== null) {
        const { offers, problems } = importing.reader;
        const ending = `/${wanted.manifest}`;
        const offer = offers.find(({ id }) => id.startsWith('manifest:') && id.replace(':', ':/').endsWith(ending));
        if (offer === undefined) {
          const missing = {
            message: `${wanted.manifest} cannot be used.`,
            remedy: 'Look at its name and at the files beside it.',
          };
          return problems[0] ?? { code: 'manifest-missing' as const, ...missing };
        }
        await actions.readImportAs(offer.id);
      }
      const { reading, reader } = handle.getState().importing ?? importing;
      if (reading.manifest === null || Object.keys(wanted.columns).length === 0) return null;
      const names = reader.columnsOf(reading.id).map(({ name }) => name);
      const { file, label, split } = reading.manifest.columns;
      const find = (name: string | undefined, usual: number | null): number | null => {
        if (name === undefined) return usual;
        return names.includes(name) ? names.indexOf(name) : null;
      };
      await actions.readImportByColumns({
        file: find(wanted.columns.file, file),
        label: find(wanted.columns.label, label),
        split: find(wanted.columns.split, split),
      });
      return null;
    },
    { manifest, columns },
  );
}

async function answerImport(page: Page, store: StoreHandle, answer: ImportAnswer): Promise<void> {
  const problem = await chooseReading(store, answer);
  if (problem !== null) throw pageFailure(problem);
  await page.getByRole('button', { name: /^Add [\d,]+ pictures?$/ }).press('Enter');
  const refusal = await store.evaluate((handle) => handle.getState().importing?.error ?? null);
  if (refusal !== null) throw pageFailure(refusal);
}

/** Waits for the question what was found, and takes what the page proposes. */
export async function confirmAsFound(page: Page, store: StoreHandle): Promise<void> {
  await page.waitForFunction((handle) => handle.getState().importing !== null, store, { polling: 50, timeout: 600_000 });
  await answerImport(page, store, {});
}

/**
 * Does what adds pictures, answers the question what was found where it is asked, and waits until they have been read. Told by a change
 * of the state, so that a quick reading is not missed and the former one is not taken for this one.
 */
export async function untilIngested(
  page: Page,
  store: StoreHandle,
  work: () => Promise<unknown>,
  answer: ImportAnswer = {},
): Promise<void> {
  const watch = await store.evaluateHandle((handle) => {
    const found = { done: false, asked: false };
    handle.subscribe((state, former) => {
      if (state.ingest.phase === 'confirming') found.asked = true;
      if (state.ingest.phase === 'idle' && former.ingest.phase !== 'idle') found.done = true;
    });
    return found;
  });
  await work();
  await page.waitForFunction((found) => found.done || found.asked, watch, { polling: 100, timeout: 600_000 });
  if (await watch.evaluate((found) => found.asked && !found.done)) {
    await answerImport(page, store, answer);
  }
  await page.waitForFunction((found) => found.done, watch, { polling: 100, timeout: 600_000 });
  await watch.dispose();
}

/** Chooses a folder with the page's own button, and waits until it is read. */
export async function pickFolder(page: Page, store: StoreHandle, folder: string, answer: ImportAnswer = {}): Promise<void> {
  const choose = async (): Promise<void> => {
    const chooser = page.waitForEvent('filechooser');
    await page
      .getByRole('button', { name: /choose a folder/i })
      .filter({ visible: true })
      .first()
      .click();
    await (await chooser).setFiles(folder);
  };
  await untilIngested(page, store, choose, answer);
}

async function throwIfNothingCame({ store }: Session): Promise<void> {
  const { error, count } = await store.evaluate((handle) => ({
    error: handle.getState().ingest.error,
    count: handle.getState().project.document.samples.length,
  }));
  if (error !== null && count === 0) throw pageFailure(error);
}

/** Adds the pictures of a folder. Throws the page's error as a PlainFailure when none came in. */
export async function addFolder(session: Session, folder: string, answer: ImportAnswer = {}): Promise<void> {
  await pickFolder(session.page, session.store, folder, answer);
  await throwIfNothingCame(session);
}

/** As addFolder, by dropping a folder or a file on the page: the browser then lists it bit by bit, as for a person. */
export async function dropPath(session: Session, path: string): Promise<void> {
  const { page, store } = session;
  await untilIngested(page, store, () => dropPaths(page, [path], { x: 200, y: 400 }));
  await throwIfNothingCame(session);
}

/**
 * Adds the pictures of a folder, of an archive, or of a manifest: its folder is chosen then, since a page can open no file by its name.
 * Throws the page's error as a PlainFailure when none came in.
 */
export async function addPath(session: Session, path: string, columns: ImportAnswer['columns'] = {}): Promise<void> {
  const isManifest = /\.(csv|tsv|jsonl)$/i.test(path);
  if (statSync(path).isDirectory()) await addFolder(session, path, { columns });
  else if (isManifest) await addFolder(session, dirname(resolve(path)), { manifest: basename(path), columns });
  else await dropPath(session, path);
}

/** Adds the embedded drawings. */
export async function addDrawings(session: Session): Promise<void> {
  await untilIngested(session.page, session.store, () =>
    session.store.evaluate((handle) => handle.getState().actions.addDrawings()),
  );
  await throwIfNothingCame(session);
}
