import { describe, expect, it } from 'vitest';
import { connectOffline, type OfflineEnvironment, type OfflineRegistration } from './connect-offline';

type Reply = (kind: string) => unknown;

/** A service worker as far as the page knows it. */
class FakeWorker extends EventTarget {
  readonly heard: string[] = [];
  /** Somebody waits for what becomes of it. */
  readonly watched: Promise<void>;
  #watch = (): void => undefined;
  state: ServiceWorkerState;

  constructor(
    private readonly reply: Reply,
    state: ServiceWorkerState = 'activated',
  ) {
    super();
    this.state = state;
    this.watched = new Promise((resolve) => {
      this.#watch = resolve;
    });
  }

  override addEventListener(...listening: Parameters<EventTarget['addEventListener']>): void {
    super.addEventListener(...listening);
    this.#watch();
  }

  postMessage({ kind }: { kind: string }, ports: readonly MessagePort[] = []): void {
    this.heard.push(kind);
    const answer = this.reply(kind);
    if (answer !== undefined) ports[0]?.postMessage(answer);
    if (kind === 'take-over') this.become('activated');
  }

  become(state: ServiceWorkerState): void {
    this.state = state;
    this.dispatchEvent(new Event('statechange'));
  }
}

class FakeRegistration extends EventTarget {
  installing: FakeWorker | null = null;
  waiting: FakeWorker | null = null;
  active: FakeWorker | null = null;
  updates = 0;

  update(): Promise<void> {
    this.updates += 1;
    return Promise.resolve();
  }
}

const answers: Reply = (kind) =>
  ({ keep: { kind: 'kept', bytes: 5 }, forget: { kind: 'forgotten' }, 'tell-build': { kind: 'build', id: 'newer' } })[kind];
const never = new Promise<never>(() => undefined);

function createBrowser(changes: Partial<OfflineEnvironment> = {}, active = new FakeWorker(answers)) {
  const registration = new FakeRegistration();
  registration.active = active;
  const given = registration as unknown as OfflineRegistration;
  const happened: string[] = [];
  let comeBack = (): void => undefined;
  const offline = connectOffline({
    build: 'mine',
    secure: true,
    framed: false,
    serviceWorkers: {
      register: () => {
        happened.push('register');
        return Promise.resolve(given);
      },
      present: () => Promise.resolve(given),
    },
    idle: () => {
      happened.push('idle');
      return Promise.resolve();
    },
    patience: () => never,
    onReturn: (callback) => {
      comeBack = callback;
    },
    reload: () => {
      happened.push('reload');
    },
    ...changes,
  });
  return { offline, registration, active, happened, comeBack: () => comeBack() };
}

const unavailable = (reason: string) => ({ kind: 'unavailable', reason });

describe('the page is kept', () => {
  it('in a quiet moment, by the service worker that is registered then', async () => {
    const { offline, happened, active } = createBrowser();
    expect(await offline.keep()).toEqual({ kind: 'kept', bytes: 5 });
    expect(happened).toEqual(['idle', 'register']);
    expect(active.heard).toEqual(['keep']);
  });

  it('once the service worker has come to work', async () => {
    const installing = new FakeWorker(answers, 'installing');
    const { offline, registration } = createBrowser();
    Object.assign(registration, { active: null, installing });
    const keeping = offline.keep();
    await installing.watched;
    Object.assign(registration, { active: installing, installing: null });
    installing.become('activated');
    expect(await keeping).toEqual({ kind: 'kept', bytes: 5 });
  });

  it('not under the development server', async () => {
    const { offline, happened } = createBrowser({ build: null });
    expect(await offline.keep()).toEqual({ kind: 'absent' });
    expect(happened).toEqual([]);
  });

  const refusals: readonly [string, string, Partial<OfflineEnvironment>][] = [
    ['at a plain http address', 'offline-insecure-address', { secure: false }],
    ['inside another page', 'offline-framed', { framed: true }],
    ['where the browser hides service workers', 'offline-refused', { serviceWorkers: null }],
    ...(
      [
        ['where it answers with nothing', 'offline-refused', () => Promise.resolve(undefined)],
        ['where it forbids this one', 'offline-refused', () => Promise.reject(new DOMException('no', 'SecurityError'))],
        ['where sw.js is not there', 'offline-failed', () => Promise.reject(new TypeError('404'))],
      ] as const
    ).map(([title, reason, register]): [string, string, Partial<OfflineEnvironment>] => [
      title,
      reason,
      { serviceWorkers: { register, present: () => Promise.resolve(undefined) } },
    ]),
  ];
  it.each(refusals)('not %s (%s)', async (_, reason, changes) => {
    expect(await createBrowser(changes).offline.keep()).toEqual(unavailable(reason));
  });

  it.each([
    ['unreachable', 'offline-unreachable'],
    ['altered', 'offline-altered'],
    ['storage-full', 'offline-storage-full'],
    ['storage-refused', 'offline-refused'],
  ])('not where the service worker says %s (%s)', async (reason, code) => {
    const { offline } = createBrowser({}, new FakeWorker(() => ({ kind: 'not-kept', reason })));
    expect(await offline.keep()).toEqual(unavailable(code));
  });

  it('not where it cannot be installed, answers with something else, or never', async () => {
    const { offline, registration } = createBrowser();
    const installing = new FakeWorker(answers, 'installing');
    Object.assign(registration, { active: null, installing });
    const keeping = offline.keep();
    await installing.watched;
    installing.become('redundant');
    expect(await keeping).toEqual(unavailable('offline-failed'));
    const absent = createBrowser({
      serviceWorkers: { register: () => never, present: () => never },
      patience: () => Promise.resolve(),
    });
    expect(await absent.offline.keep()).toEqual(unavailable('offline-failed'));
    const odd = createBrowser({}, new FakeWorker(() => 'something'));
    expect(await odd.offline.keep()).toEqual(unavailable('offline-failed'));
    const silent = createBrowser({ patience: () => Promise.resolve() }, new FakeWorker(() => undefined));
    expect(await silent.offline.keep()).toEqual(unavailable('offline-failed'));
  });
});

describe('a newer version', () => {
  it('is told once it waits whole, also when it waited before the page came', async () => {
    const { offline, registration } = createBrowser();
    const told = new Promise<void>((resolve) => {
      offline.watch(resolve);
    });
    await offline.keep();
    const newer = new FakeWorker(answers, 'installing');
    registration.installing = newer;
    registration.dispatchEvent(new Event('updatefound'));
    registration.waiting = newer;
    newer.become('installed');
    await told;

    // On its way already when this page began to look.
    const early = createBrowser();
    const coming = new FakeWorker(answers, 'installing');
    early.registration.installing = coming;
    const toldEarly = new Promise<void>((resolve) => {
      early.offline.watch(resolve);
    });
    await early.offline.keep();
    early.registration.waiting = coming;
    coming.become('installed');
    await toldEarly;

    const late = createBrowser();
    late.registration.waiting = new FakeWorker(answers, 'installed');
    const toldLate = new Promise<void>((resolve) => {
      late.offline.watch(resolve);
    });
    await late.offline.keep();
    await toldLate;
  });

  it('is not told where it is the one that this page is of', async () => {
    const { offline, registration } = createBrowser();
    const same = new FakeWorker(() => ({ kind: 'build', id: 'mine' }), 'installed');
    registration.waiting = same;
    let told = 0;
    offline.watch(() => (told += 1));
    await offline.keep();
    expect([same.heard, told]).toEqual([['tell-build'], 0]);
  });

  it('starts before the page is reloaded; where another tab started it a reload is enough', async () => {
    const { offline, registration, happened } = createBrowser();
    await offline.keep();
    registration.waiting = new FakeWorker(answers, 'installed');
    await offline.takeOver();
    expect(registration.waiting.heard).toContain('take-over');
    expect(happened.at(-1)).toBe('reload');
    registration.waiting = null;
    await offline.takeOver();
    expect(happened.filter((event) => event === 'reload')).toHaveLength(2);
  });

  it('is asked for when a page is looked at again', async () => {
    const { offline, registration, comeBack } = createBrowser();
    await offline.keep();
    comeBack();
    expect(registration.updates).toBe(1);
  });
});

describe('forgetting', () => {
  it('asks the service worker to remove what is kept, and is content where there is none', async () => {
    const { offline, active, registration } = createBrowser();
    await offline.forget();
    expect(active.heard).toEqual(['forget']);
    registration.active = null;
    await offline.forget();
    await createBrowser({ serviceWorkers: null }).offline.forget();
  });

  it('says where that is refused', async () => {
    const { offline } = createBrowser({ patience: () => Promise.resolve() }, new FakeWorker(() => undefined));
    await expect(offline.forget()).rejects.toMatchObject({ code: 'storage-refused' });
  });
});
