import { HeadstartError } from '../domain/errors';
import type { StoreCore } from './core';

export interface WeightsLoader {
  /** Resolves when the weights are there; rejects with the reason when they are not. Shared by all who wait. */
  load(): Promise<void>;
  /** A new worker has none. */
  reset(): void;
}

export function createWeightsLoader(core: StoreCore): WeightsLoader {
  let loading: Promise<void> | null = null;
  let abort = new AbortController();

  const run = async (): Promise<void> => {
    const { signal } = abort;
    const engine = core.engine();
    if (core.state().weights.phase !== 'ready') core.patch('weights', { phase: 'loading', error: null });
    try {
      const report = await engine.loadWeights((progress) => {
        if (!signal.aborted) core.patch('weights', { progress });
      }, signal);
      if (signal.aborted) throw new HeadstartError('cancelled');
      // The second call on the same worker answers at once, from memory: the first report tells more.
      core.patch('weights', { phase: 'ready', report: core.state().weights.report ?? report, error: null });
    } catch (thrown) {
      if (signal.aborted) throw new HeadstartError('cancelled');
      const error = core.fail(thrown);
      core.patch('weights', { phase: 'failed', error });
      throw error === null ? new HeadstartError('worker-dead') : HeadstartError.fromRecord(error);
    }
  };

  const load = (): Promise<void> => {
    loading ??= run().finally(() => {
      loading = null;
    });
    return loading;
  };

  return {
    load,
    reset: () => {
      abort.abort();
      abort = new AbortController();
      loading = null;
      core.set({ weights: { phase: 'waiting', progress: null, report: null, error: null } });
    },
  };
}
