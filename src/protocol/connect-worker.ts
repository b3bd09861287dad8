import { wrap } from 'comlink';
import { HeadstartError } from '../domain/errors';
import { startHeartbeat, type Every } from './heartbeat';

/** What every exposed worker API answers besides its contract. */
export interface Beating {
  beat(): Promise<void>;
}

export interface WorkerConnection<Api> {
  readonly api: Api;
  readonly terminate: () => void;
}

export interface ConnectOptions {
  readonly spawn: () => Worker;
  readonly onDeath: (error: HeadstartError) => void;
  readonly intervalMs: number;
  readonly missesAllowed: number;
  readonly every?: Every;
}

const everyInterval: Every = (milliseconds, callback) => {
  const id = setInterval(callback, milliseconds);
  return () => {
    clearInterval(id);
  };
};

/**
 * A worker behind a typed proxy. Every method returns a promise that settles even when the worker dies: an uncaught error, a script
 * that does not load, or a missing heartbeat rejects all pending and later calls with `worker-dead`.
 * installTransferHandlers() must have run.
 */
export function connectWorker<Api extends object>(options: ConnectOptions): WorkerConnection<Api> {
  const worker = options.spawn();
  const remote = wrap<Record<string, (...values: unknown[]) => unknown> & Beating>(worker);
  const pending = new Set<(error: HeadstartError) => void>();
  let dead: HeadstartError | null = null;
  let stopHeartbeat = (): void => undefined;

  const end = (error: HeadstartError): boolean => {
    if (dead !== null) return false;
    dead = error;
    stopHeartbeat();
    worker.terminate();
    for (const reject of pending) reject(error);
    pending.clear();
    return true;
  };
  const die = (detail: string): void => {
    const error = new HeadstartError('worker-dead', {}, { cause: detail });
    if (end(error)) options.onDeath(error);
  };

  worker.addEventListener('error', (event) => {
    event.preventDefault();
    die(event.message || 'the worker’s script did not load');
  });
  worker.addEventListener('messageerror', () => {
    die('a message could not be read');
  });
  stopHeartbeat = startHeartbeat({
    beat: async () => {
      await remote.beat();
    },
    intervalMs: options.intervalMs,
    missesAllowed: options.missesAllowed,
    onDead: () => {
      die('no heartbeat');
    },
    every: options.every ?? everyInterval,
    now: () => performance.now(),
  });

  const call = (name: string, values: unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (dead !== null) {
        reject(dead);
        return;
      }
      pending.add(reject);
      Promise.resolve(remote[name]?.(...values))
        .then(resolve, reject)
        .finally(() => pending.delete(reject));
    });

  const api = new Proxy({} as Api, {
    get: (_target, name) =>
      // `then` must stay absent, or awaiting the proxy itself would call the worker.
      typeof name === 'string' && name !== 'then' ? (...values: unknown[]) => call(name, values) : undefined,
  });
  return {
    api,
    terminate: () => {
      end(new HeadstartError('worker-dead', {}, { cause: 'terminated' }));
    },
  };
}
