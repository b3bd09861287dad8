import type { IsolationEnvironment } from './ensure-isolation';

const guardKey = 'headstart:isolation-tried';
/** Milliseconds of an empty page that isolation is worth, once, on the first visit. */
const patienceMs = 5_000;

/** Null instead of a throw: with site data blocked, reading such a property is an error in itself. */
function read<T>(get: () => T | undefined): T | null {
  try {
    return get() ?? null;
  } catch {
    return null;
  }
}

function createGuard(storage: Storage | null): IsolationEnvironment['guard'] {
  return {
    isSet: () => read(() => storage?.getItem(guardKey) ?? undefined) !== null,
    set: () =>
      read(() => {
        storage?.setItem(guardKey, 'yes');
        return storage?.getItem(guardKey) ?? undefined;
      }) !== null,
    clear: () => {
      read(() => storage?.removeItem(guardKey));
    },
  };
}

/** The page's own. The service worker is `sw.js` beside the page, whatever the sub-path; its scope is that folder. */
export function createIsolationEnvironment(): IsolationEnvironment {
  // Older browsers have neither, whatever their types say.
  const { crossOriginIsolated: isolated }: { readonly crossOriginIsolated?: boolean } = window;
  const container = read(() => ('serviceWorker' in navigator ? navigator.serviceWorker : undefined));
  return {
    isolated,
    secure: window.isSecureContext,
    framed: window.top !== window.self,
    serviceWorkers:
      container === null
        ? null
        : { controller: container.controller, register: () => container.register(new URL('sw.js', document.baseURI)) },
    guard: createGuard(read(() => window.sessionStorage)),
    patience: () => new Promise((resolve) => setTimeout(resolve, patienceMs)),
    reload: () => {
      window.location.reload();
    },
  };
}
