import { HeadstartError } from '../domain/errors';
import type { OfflineOutcome, OfflinePort, OfflineReason } from '../domain/offline';
import { untilActive } from '../isolation/until-active';
import { ask } from './commands';

/** What is needed of a service worker's registration. */
export interface OfflineRegistration extends EventTarget {
  readonly installing: ServiceWorker | null;
  readonly waiting: ServiceWorker | null;
  readonly active: ServiceWorker | null;
  update(): Promise<unknown>;
}

/** What keeping takes from the browser, so that each refusal can be tried. */
export interface OfflineEnvironment {
  /** The name of the build that this page belongs to; null where it is none. */
  readonly build: string | null;
  readonly secure: boolean;
  /** Inside a frame of another page. */
  readonly framed: boolean;
  /** Null where the browser has no service workers or hides them. */
  readonly serviceWorkers: {
    /** Browsers that are told to refuse may answer with nothing instead of rejecting. */
    register(): Promise<OfflineRegistration | undefined>;
    present(): Promise<OfflineRegistration | undefined>;
  } | null;
  /** Resolves when the page has nothing more urgent to do. */
  idle(): Promise<void>;
  /** Resolves after so long that no answer will come. */
  patience(): Promise<void>;
  /** Calls back when a page that stood for hours is looked at again. */
  onReturn(callback: () => void): void;
  reload(): void;
}

const reasons = {
  unreachable: 'offline-unreachable',
  altered: 'offline-altered',
  'storage-full': 'offline-storage-full',
  'storage-refused': 'offline-refused',
} as const satisfies Readonly<Record<string, OfflineReason>>;

/** The page's side of the service worker's cache. It registers the service worker where nothing has before, late, so that nothing waits for it. */
export function connectOffline(environment: OfflineEnvironment): OfflinePort {
  const { build, serviceWorkers } = environment;
  let tell: () => void = () => undefined;
  let watched: OfflineRegistration | null = null;
  const unavailable = (reason: OfflineReason): OfflineOutcome => ({ kind: 'unavailable', reason });

  /** A version that waits is told, unless it is the one that this page is of already. */
  const lookAtWaiting = async ({ waiting, active }: OfflineRegistration): Promise<void> => {
    if (waiting === null || active === null) return;
    const answer = await ask(waiting, 'tell-build', environment.patience()).catch(() => null);
    if (answer?.kind === 'build' && answer.id !== build) tell();
  };

  const follow = (registration: OfflineRegistration): void => {
    if (watched === registration) return;
    watched = registration;
    const lookAtInstalling = (): void => {
      const { installing } = registration;
      installing?.addEventListener('statechange', () => {
        if (installing.state === 'installed') void lookAtWaiting(registration);
      });
    };
    void lookAtWaiting(registration);
    // The browser looks for a newer version by itself whenever the page is opened: it may be on its way already.
    lookAtInstalling();
    registration.addEventListener('updatefound', lookAtInstalling);
    environment.onReturn(() => {
      // What cannot be asked for now is asked for at the next visit.
      registration.update().catch(() => undefined);
    });
  };

  const attempt = async (container: NonNullable<OfflineEnvironment['serviceWorkers']>): Promise<OfflineOutcome> => {
    try {
      const registration = await container.register();
      if (registration === undefined) return unavailable('offline-refused');
      follow(registration);
      if (!(await untilActive(registration)) || registration.active === null) return unavailable('offline-failed');
      const answer = await ask(registration.active, 'keep', environment.patience());
      if (answer.kind === 'kept') return { kind: 'kept', bytes: answer.bytes };
      return unavailable(answer.kind === 'not-kept' ? reasons[answer.reason] : 'offline-failed');
    } catch (error) {
      // A TypeError: the script is not there or does not run. A HeadstartError: it did not answer. Anything else is the browser's decision.
      return unavailable(error instanceof TypeError || error instanceof HeadstartError ? 'offline-failed' : 'offline-refused');
    }
  };

  const keep = async (): Promise<OfflineOutcome> => {
    if (build === null) return { kind: 'absent' };
    if (!environment.secure) return unavailable('offline-insecure-address');
    if (environment.framed) return unavailable('offline-framed');
    if (serviceWorkers === null) return unavailable('offline-refused');
    await environment.idle();
    // A script that never comes, or never gets to work, is not waited for.
    return Promise.race([attempt(serviceWorkers), environment.patience().then(() => unavailable('offline-failed'))]);
  };

  return {
    keep,
    watch: (onNewVersion) => {
      tell = onNewVersion;
    },
    takeOver: async () => {
      const waiting = watched?.waiting ?? null;
      // Null where another tab was faster: then a plain reload gets it.
      if (waiting !== null) {
        const started = untilActive({ active: null, installing: waiting });
        waiting.postMessage({ kind: 'take-over' });
        await Promise.race([started, environment.patience()]);
      }
      environment.reload();
    },
    forget: async () => {
      try {
        const active = (await serviceWorkers?.present())?.active ?? null;
        if (active !== null) await ask(active, 'forget', environment.patience());
      } catch (cause) {
        throw new HeadstartError('storage-refused', {}, { cause });
      }
    },
  };
}
