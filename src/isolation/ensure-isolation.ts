import type { Isolation, IsolationReason } from '../domain/isolation';
import { untilActive, type Registration } from './until-active';

/** What isolation takes from the browser, so that each refusal can be tried. */
export interface IsolationEnvironment {
  /** `crossOriginIsolated`; undefined where the browser does not know it. */
  readonly isolated: boolean | undefined;
  /** `isSecureContext`: https or localhost. */
  readonly secure: boolean;
  /** Inside a frame of another page. */
  readonly framed: boolean;
  /** Null where the browser has none or hides it, as some do in private windows. */
  readonly serviceWorkers: {
    readonly controller: unknown;
    /** Browsers that are told to refuse may answer with nothing instead of rejecting. */
    register(): Promise<Registration | undefined>;
  } | null;
  /** Survives a reload of this tab and nothing else. */
  readonly guard: {
    isSet(): boolean;
    /** False when the browser lets nothing be kept. */
    set(): boolean;
    clear(): void;
  };
  /** Resolves after so long that waiting any longer would be worse than one thread. */
  patience(): Promise<void>;
  reload(): void;
}

/** Null once the service worker is at work, else why not. */
async function startServiceWorker(
  serviceWorkers: NonNullable<IsolationEnvironment['serviceWorkers']>,
): Promise<IsolationReason | null> {
  try {
    const registration = await serviceWorkers.register();
    if (registration === undefined) return 'isolation-refused';
    return (await untilActive(registration)) ? null : 'isolation-failed';
  } catch (error) {
    // A TypeError: the script is not there or does not run. Anything else is the browser's own decision.
    return error instanceof TypeError ? 'isolation-failed' : 'isolation-refused';
  }
}

/**
 * Called once, before anything of the person's is there. On a host that sends no isolation headers it starts the service worker,
 * which adds them, and reloads the page to come under its control; it does not resolve then. It reloads at most once:
 * a page that still is not isolated after that goes on without. Never rejects.
 */
export async function ensureIsolation(environment: IsolationEnvironment): Promise<Isolation> {
  const { isolated, secure, framed, serviceWorkers, guard } = environment;
  const without = (reason: IsolationReason): Isolation => ({ isolated: false, reason });
  if (isolated === true) {
    // A later load that passes the service worker by (Shift and reload) may try again.
    guard.clear();
    return { isolated, by: (serviceWorkers?.controller ?? null) === null ? 'headers' : 'service-worker' };
  }
  if (!secure) return without('isolation-insecure-address');
  if (isolated === undefined) return without('isolation-not-supported');
  // A frame is isolated only where the page around it is, which is not ours to reload.
  if (framed) return without('isolation-framed');
  if (serviceWorkers === null) return without('isolation-refused');
  if (guard.isSet()) return without('isolation-failed');
  const reason = await Promise.race([
    startServiceWorker(serviceWorkers),
    environment.patience().then((): IsolationReason => 'isolation-failed'),
  ]);
  if (reason !== null) return without(reason);
  if (!guard.set()) return without('isolation-refused');
  environment.reload();
  return new Promise(() => undefined);
}
