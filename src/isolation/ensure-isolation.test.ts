import { describe, expect, it } from 'vitest';
import { ensureIsolation, type IsolationEnvironment } from './ensure-isolation';
import type { Registration } from './until-active';

type Installing = NonNullable<Registration['installing']>;

/** A service worker on its way; `become` moves it on. */
function createInstalling() {
  const target = new EventTarget();
  let state: ServiceWorkerState = 'installing';
  const worker: Installing = {
    get state() {
      return state;
    },
    addEventListener: (type: string, listener: EventListenerOrEventListenerObject) => {
      target.addEventListener(type, listener);
    },
  };
  const become = (next: ServiceWorkerState): void => {
    state = next;
    target.dispatchEvent(new Event('statechange'));
  };
  return { worker, become };
}

const never = new Promise<never>(() => undefined);
const atWork: Registration = { active: {}, installing: null };

/** A browser on its first visit of a host without headers, where everything goes well, unless `changes` say otherwise. */
function createBrowser(changes: Partial<IsolationEnvironment> & { register?: () => Promise<Registration | undefined> } = {}) {
  const { register = () => Promise.resolve(atWork), ...rest } = changes;
  const happened: string[] = [];
  let tried = false;
  let isReloaded = (): void => undefined;
  const reloaded = new Promise<'reloaded'>((resolve) => {
    isReloaded = () => resolve('reloaded');
  });
  const environment: IsolationEnvironment = {
    isolated: false,
    secure: true,
    framed: false,
    serviceWorkers: {
      controller: null,
      register: () => {
        happened.push('register');
        return register();
      },
    },
    guard: {
      isSet: () => tried,
      set: () => {
        happened.push('guard');
        return (tried = true);
      },
      clear: () => {
        tried = false;
      },
    },
    patience: () => never,
    reload: () => {
      happened.push('reload');
      isReloaded();
    },
    ...rest,
  };
  return { environment, happened, load: () => Promise.race([ensureIsolation(environment), reloaded]) };
}

const reasonOf = (reason: string) => ({ isolated: false, reason });

describe('on a host that sends no headers', () => {
  it('the first visit starts the service worker, marks the tab, and reloads, in this order', async () => {
    const browser = createBrowser();
    expect(await browser.load()).toBe('reloaded');
    expect(browser.happened).toEqual(['register', 'guard', 'reload']);
  });

  it('it waits until the service worker is at work', async () => {
    const { worker, become } = createInstalling();
    const browser = createBrowser({ register: () => Promise.resolve({ active: null, installing: worker }) });
    const loading = browser.load();
    await Promise.resolve();
    become('installed');
    become('activating');
    await Promise.resolve();
    expect(browser.happened).toEqual(['register']);
    become('activated');
    expect(await loading).toBe('reloaded');
  });

  it('a page that still is not isolated after that is not reloaded again', async () => {
    const browser = createBrowser();
    await browser.load();
    const again = createBrowser({ guard: browser.environment.guard });
    expect(await again.load()).toEqual(reasonOf('isolation-failed'));
    expect(again.happened).toEqual([]);
  });

  it('one that is isolated says by what, and may be mended again later', async () => {
    const browser = createBrowser();
    await browser.load();
    const { guard } = browser.environment;
    const controlled = createBrowser({
      isolated: true,
      guard,
      serviceWorkers: { controller: {}, register: () => Promise.reject(new Error('not part of this')) },
    });
    expect(await controlled.load()).toEqual({ isolated: true, by: 'service-worker' });
    expect(guard.isSet()).toBe(false);
  });
});

describe('the page goes on without isolation, and is not reloaded,', () => {
  const failed: readonly [string, string, Parameters<typeof createBrowser>[0]][] = [
    ['at a plain http address', 'isolation-insecure-address', { secure: false, serviceWorkers: null }],
    ['where the browser does not know isolation', 'isolation-not-supported', { isolated: undefined }],
    ['inside another page', 'isolation-framed', { framed: true }],
    ['where the browser hides service workers', 'isolation-refused', { serviceWorkers: null }],
    [
      'where the browser forbids this one',
      'isolation-refused',
      { register: () => Promise.reject(new DOMException('no', 'SecurityError')) },
    ],
    ['where it answers with nothing', 'isolation-refused', { register: () => Promise.resolve(undefined) }],
    [
      'where the tab keeps no mark, so that it could reload for ever',
      'isolation-refused',
      { guard: { isSet: () => false, set: () => false, clear: () => undefined } },
    ],
    ['where sw.js is not there', 'isolation-failed', { register: () => Promise.reject(new TypeError('404')) }],
    ['where nothing gets installed', 'isolation-failed', { register: () => Promise.resolve({ active: null, installing: null }) }],
    ['where it never arrives', 'isolation-failed', { register: () => never, patience: () => Promise.resolve() }],
  ];
  it.each(failed)('%s (%s)', async (_, reason, changes) => {
    const browser = createBrowser(changes);
    expect(await browser.load()).toEqual(reasonOf(reason));
    expect(browser.happened).not.toContain('reload');
  });

  it('where the service worker cannot be installed (isolation-failed)', async () => {
    const { worker, become } = createInstalling();
    const browser = createBrowser({ register: () => Promise.resolve({ active: null, installing: worker }) });
    const loading = browser.load();
    await Promise.resolve();
    become('redundant');
    expect(await loading).toEqual(reasonOf('isolation-failed'));
    expect(browser.happened).toEqual(['register']);
  });

  it('also when the service worker comes to work after all, later', async () => {
    const { worker, become } = createInstalling();
    const browser = createBrowser({
      register: () => Promise.resolve({ active: null, installing: worker }),
      patience: () => Promise.resolve(),
    });
    expect(await browser.load()).toEqual(reasonOf('isolation-failed'));
    become('activated');
    await Promise.resolve();
    expect(browser.happened).toEqual(['register']);
  });
});

it('a host that sends the headers itself needs no service worker', async () => {
  const browser = createBrowser({ isolated: true });
  expect(await browser.load()).toEqual({ isolated: true, by: 'headers' });
  expect(browser.happened).toEqual([]);
  expect(await createBrowser({ isolated: true, serviceWorkers: null }).load()).toEqual({ isolated: true, by: 'headers' });
});
