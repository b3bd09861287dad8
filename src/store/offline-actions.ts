import { describeError } from '../domain/errors';
import type { OfflineOutcome } from '../domain/offline';
import type { StoreCore } from './core';
import type { OfflineState, PageActions, PageState } from './state';

export interface OfflineKeeper {
  readonly actions: Pick<PageActions, 'startNewVersion' | 'dismissNewVersion'>;
  /** To be called after every change of the state: once the weights are here, or cannot be had, the page's own files are kept. */
  look(): void;
  /** Removes what is kept, until the next visit. Rejects with `storage-refused`. */
  forget(): Promise<void>;
}

/** A reload would end a run that computes, and one that is paused lies in this page's memory. */
export function selectHasUnfinishedRun({ run }: PageState): boolean {
  return run.phase === 'running' || run.phase === 'stopping' || run.phase === 'paused';
}

/** Weights go before everything else on the line; a page that cannot compute waits for none. */
function isQuiet({ weights, compute }: PageState): boolean {
  return weights.phase === 'ready' || weights.phase === 'failed' || compute.error !== null;
}

function stateOf(outcome: OfflineOutcome): Partial<OfflineState> {
  switch (outcome.kind) {
    case 'kept':
      return { phase: 'kept', bytes: outcome.bytes, error: null };
    case 'unavailable':
      return { phase: 'unavailable', error: describeError(outcome.reason) };
    case 'absent':
      return { phase: 'absent' };
  }
}

/** The page without a network, and what to do about a newer version of it. */
export function createOfflineKeeper(core: StoreCore): OfflineKeeper {
  const { offline } = core.ports;
  let isAsked = false;
  offline.watch(() => {
    core.patch('offline', { newVersion: 'offered' });
  });

  const keep = async (): Promise<void> => {
    core.patch('offline', { phase: 'keeping' });
    const outcome = await offline.keep();
    // Forgotten meanwhile: then nothing is there.
    if (core.state().offline.phase === 'keeping') core.patch('offline', stateOf(outcome));
  };

  return {
    look: () => {
      if (isAsked || !isQuiet(core.state())) return;
      isAsked = true;
      void keep();
    },
    forget: async () => {
      isAsked = true;
      if (core.state().offline.phase !== 'unavailable') core.patch('offline', { phase: 'forgotten', bytes: null });
      await offline.forget();
    },
    actions: {
      startNewVersion: async () => {
        if (selectHasUnfinishedRun(core.state()) || core.state().offline.newVersion === 'starting') return;
        core.patch('offline', { newVersion: 'starting' });
        await offline.takeOver();
      },
      dismissNewVersion: () => {
        core.patch('offline', { newVersion: 'dismissed' });
      },
    },
  };
}
