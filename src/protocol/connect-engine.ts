import type { HeadstartError } from '../domain/errors';
import { connectWorker } from './connect-worker';
import type { EngineApi } from './engine-api';
import { installTransferHandlers } from './transfer-handlers';

export interface EngineConnection {
  readonly engine: EngineApi;
  readonly terminate: () => void;
}

let handlersInstalled = false;

/**
 * The page's side of the contract. The control worker never blocks, so three missed beats of five seconds mean that it is gone.
 * `onDeath` is called once; every pending call has then been rejected with `worker-dead`.
 */
export function connectEngine(spawn: () => Worker, onDeath: (error: HeadstartError) => void): EngineConnection {
  if (!handlersInstalled) {
    installTransferHandlers();
    handlersInstalled = true;
  }
  const { api, terminate } = connectWorker<EngineApi>({ spawn, onDeath, intervalMs: 5_000, missesAllowed: 3 });
  return { engine: api, terminate };
}
