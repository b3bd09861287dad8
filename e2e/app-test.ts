import { test as base, chromium, expect, type BrowserContext, type Locator, type Page } from '@playwright/test';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { distFolder } from '../scripts/build.mjs';
import { chromiumArguments, ensureChromium } from '../scripts/chromium.mjs';
import { startStaticServer, type StaticServer, type StaticServerOptions } from '../scripts/static-server.mjs';
import { pickFolder, untilIngested, type AutomationWindow, type StoreHandle } from '../scripts/session';
import { dropPaths } from '../scripts/drop';
import type { StoreApi } from 'zustand/vanilla';
import type { PageState, PageStore } from '../src/store/state';

export interface AppOptions {
  readonly server?: Partial<Omit<StaticServerOptions, 'root'>>;
  /** Whether software WebGPU is there to be found. */
  readonly webgpu?: boolean;
  readonly launchArguments?: readonly string[];
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colorScheme?: 'light' | 'dark';
  /** As a private window of some browsers: registering a service worker is refused. */
  readonly serviceWorkersBlocked?: boolean;
  /** In place of the server's address. */
  readonly address?: (server: StaticServer) => string;
  /** As “Block all site data” in the browser's settings: neither page nor workers may keep anything. */
  readonly storageRefused?: boolean;
  /** Before the first page is loaded: faults, for example. */
  readonly before?: (server: StaticServer) => void;
}

/** The built app in a browser of its own, with a profile that lives as long as the test. */
export interface App {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly server: StaticServer;
  /** Errors that nothing caught. */
  readonly errors: string[];
  store(): Promise<StoreHandle>;
  /** The page's state as far as JSON carries it. */
  state(): Promise<
    Pick<
      PageState,
      | 'compute'
      | 'weights'
      | 'ingest'
      | 'features'
      | 'run'
      | 'trial'
      | 'headReady'
      | 'headRun'
      | 'notice'
      | 'workerDead'
      | 'project'
    >
  >;
  /** Changes the state as scripts do. */
  act(action: (store: StoreApi<PageStore>) => unknown): Promise<void>;
  /** Chooses a folder with the page's own button, and waits until it is read. */
  chooseFolder(path: string): Promise<void>;
  /** Drops files or folders from the disk on the page, and waits until they are read. */
  drop(paths: readonly string[]): Promise<void>;
  /** Until it holds; it runs in the page and sees nothing of the test. */
  until(predicate: (store: StoreApi<PageStore>) => boolean, timeout?: number): Promise<void>;
}

async function createProfile(storageRefused: boolean): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'headstart-profile-'));
  if (storageRefused) {
    await mkdir(join(folder, 'Default'), { recursive: true });
    // 2: blocked. Chromium then refuses localStorage, IndexedDB, caches and OPFS, in workers too.
    await writeFile(
      join(folder, 'Default', 'Preferences'),
      JSON.stringify({ profile: { default_content_setting_values: { cookies: 2 } } }),
    );
  }
  return folder;
}

/** Another tab of the same browser. */
export function connectPage(page: Page, { context, server, errors }: Pick<App, 'context' | 'server' | 'errors'>): App {
  const store = async () => {
    await page.waitForFunction(() => 'headstart' in globalThis);
    return page.evaluateHandle(() => (globalThis as unknown as AutomationWindow).headstart.store);
  };
  return {
    page,
    context,
    server,
    errors,
    store,
    state: async () =>
      (await store()).evaluate((handle) => {
        const { compute, weights, ingest, features, run, trial, headReady, headRun, notice, workerDead, project } =
          handle.getState();
        return { compute, weights, ingest, features, run, trial, headReady, headRun, notice, workerDead, project };
      }),
    act: async (action) => {
      await (await store()).evaluate(action);
    },
    chooseFolder: async (path) => {
      await pickFolder(page, await store(), path);
    },
    drop: async (paths) => {
      await untilIngested(page, await store(), () => dropPaths(page, paths, { x: 200, y: 400 }));
    },
    until: async (predicate, timeout = 60_000) => {
      await page.waitForFunction(predicate, await store(), { polling: 100, timeout });
    },
  };
}

export const test = base.extend<{ openApp: (options?: AppOptions) => Promise<App>; folder: string }>({
  openApp: async ({}, use) => {
    const closers: (() => Promise<unknown>)[] = [];
    await use(
      async ({
        server: serverOptions = {},
        webgpu = true,
        launchArguments = [],
        viewport,
        colorScheme,
        storageRefused = false,
        serviceWorkersBlocked = false,
        address = (served: StaticServer) => served.url,
        before,
      } = {}) => {
        const server = await startStaticServer({ root: distFolder, ...serverOptions });
        closers.push(() => server.close());
        before?.(server);
        const profile = await createProfile(storageRefused);
        closers.push(() => rm(profile, { recursive: true, force: true, maxRetries: 5 }));
        const context = await chromium.launchPersistentContext(profile, {
          executablePath: ensureChromium(),
          args: [...chromiumArguments({ webgpu }), ...launchArguments],
          viewport: viewport ?? { width: 1440, height: 1000 },
          colorScheme: colorScheme ?? 'light',
          serviceWorkers: serviceWorkersBlocked ? 'block' : 'allow',
        });
        closers.push(() => context.close());
        const page = context.pages()[0] ?? (await context.newPage());
        page.setDefaultTimeout(30_000);
        const errors: string[] = [];
        page.on('pageerror', (error) => errors.push(error.message));
        // No longer than this: on a server without headers the page reloads itself while it loads.
        await page.goto(address(server), { waitUntil: 'commit' });
        return connectPage(page, { context, server, errors });
      },
    );
    for (const close of closers.reverse()) await close();
  },
  // A folder to write pictures to.
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'headstart-e2e-'));
    await use(folder);
    await rm(folder, { recursive: true, force: true });
  },
});

/** Playwright's own `press` does not wait until a button is enabled, and a key on a disabled one is lost. */
export async function pressEnter(button: Locator): Promise<void> {
  await expect(button).toBeEnabled();
  await button.press('Enter');
}

export { expect };
