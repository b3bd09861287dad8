import type { LoggedCommand } from '../domain/command-log';
import { toHeadstartError, type ErrorRecord } from '../domain/errors';
import type { EngineApi } from '../protocol/engine-api';
import { noteError } from './noted-errors';
import type { PagePorts } from './ports';
import type { PageState } from './state';

type PageSlice =
  | 'projects'
  | 'projectFile'
  | 'storage'
  | 'compute'
  | 'weights'
  | 'ingest'
  | 'features'
  | 'featureCache'
  | 'offline'
  | 'run'
  | 'trial'
  | 'many'
  | 'inspection'
  | 'likeness'
  | 'lookAlikes'
  | 'exporting'
  | 'modelExport'
  | 'modelImport';

/** What every slice of actions stands on. */
export interface StoreCore {
  readonly ports: PagePorts;
  /** The present worker's engine: another one after a restart. */
  engine(): EngineApi;
  replaceEngine(): EngineApi;
  state(): PageState;
  set(change: Partial<PageState>): void;
  /** Changes some fields of one slice. */
  patch<K extends PageSlice>(slice: K, change: Partial<PageState[K]>): void;
  readonly dispatch: (command: LoggedCommand) => void;
  /** The same, noting in which slice's actions things fail. */
  at(where: string): StoreCore;
  /**
   * The error as it is shown, noted for the diagnostics. A dead worker is the page's matter, not the column's: it is noted there, and null comes back.
   */
  fail(thrown: unknown): ErrorRecord | null;
}

export function createCore(
  ports: PagePorts,
  get: () => PageState,
  set: (change: Partial<PageState>) => void,
  dispatch: (command: LoggedCommand) => void,
): StoreCore {
  let engine = ports.engine;
  const fail = (thrown: unknown, where: string): ErrorRecord | null => {
    const record = toHeadstartError(thrown).toRecord();
    set({ notedErrors: noteError(get().notedErrors, record, where, Date.now()) });
    if (record.code !== 'worker-dead') return record;
    if (get().workerDead === null) set({ workerDead: record });
    return null;
  };
  const core: StoreCore = {
    ports,
    engine: () => engine,
    replaceEngine: () => {
      engine = ports.restartEngine();
      return engine;
    },
    state: get,
    set,
    patch: (slice, change) => {
      set({ [slice]: { ...get()[slice], ...change } });
    },
    dispatch,
    at: (where) => ({ ...core, fail: (thrown) => fail(thrown, where) }),
    fail: (thrown) => fail(thrown, 'page'),
  };
  return core;
}
