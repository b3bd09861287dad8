import type { OfflineEnvironment, OfflineRegistration } from './connect-offline';

/** Shared by all pages of a build while they are open: the service worker leaves their files alone (its side: build-cache.ts). */
const pageLockPrefix = 'headstart-page-of-build-';
const patienceMs = 300_000;
/** A page that comes back to sight asks for a newer version no more often than this. */
const updateEveryMs = 3_600_000;

function read<T>(get: () => T | undefined): T | null {
  try {
    return get() ?? null;
  } catch {
    return null; // site data is blocked: reading such a property is an error in itself
  }
}

/** The name of the build in index.html; null under the development server. */
function readBuild(): string | null {
  const name = document.querySelector('meta[name="headstart:build"]')?.getAttribute('content') ?? '';
  return /^[0-9a-f]{16}$/.test(name) ? name : null;
}

function holdBuild(build: string): void {
  const locks = read(() => ('locks' in navigator ? navigator.locks : undefined));
  // Until the page is gone. Without locks the service worker removes nothing.
  locks?.request(pageLockPrefix + build, { mode: 'shared' }, () => new Promise<never>(() => undefined)).catch(() => undefined);
}

function whenIdle(): Promise<void> {
  // Safari has no such callback.
  return new Promise((resolve) => {
    if ('requestIdleCallback' in window) window.requestIdleCallback(() => resolve(), { timeout: 5_000 });
    else setTimeout(resolve, 1_000);
  });
}

/** The page's own. The service worker is `sw.js` beside the page, whatever the sub-path. */
export function createOfflineEnvironment(): OfflineEnvironment {
  const container = read(() => ('serviceWorker' in navigator ? navigator.serviceWorker : undefined));
  const build = readBuild();
  if (build !== null) holdBuild(build);
  return {
    build,
    secure: window.isSecureContext,
    framed: window.top !== window.self,
    serviceWorkers:
      container === null
        ? null
        : {
            register: (): Promise<OfflineRegistration | undefined> => container.register(new URL('sw.js', document.baseURI)),
            present: () => container.getRegistration(document.baseURI),
          },
    idle: whenIdle,
    patience: () => new Promise((resolve) => setTimeout(resolve, patienceMs)),
    onReturn: (callback) => {
      let last = performance.now();
      document.addEventListener('visibilitychange', () => {
        if (document.visibilityState === 'hidden' || performance.now() - last < updateEveryMs) return;
        last = performance.now();
        callback();
      });
    },
    reload: () => {
      window.location.reload();
    },
  };
}
