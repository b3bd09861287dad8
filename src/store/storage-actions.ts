import type { StoreCore } from './core';
import type { Saver } from './saver';
import type { PageActions, PageState } from './state';

export interface StorageKeeper {
  readonly actions: Pick<PageActions, 'lookAtStorage' | 'freeStorage' | 'persistStorage'>;
  /** To be called after every change of the state: once pictures are kept the browser is asked to keep them well. */
  look(): void;
}

/** What is kept on this device, what of it can be freed, and whether the browser promised to keep it. */
export function createStorageKeeper(core: StoreCore, saver: Saver): StorageKeeper {
  let wasReading = false;
  let isAsked = false;

  const lookAtStorage = async (): Promise<void> => {
    try {
      core.patch('storage', { report: await core.engine().storageReport(), error: null });
    } catch (thrown) {
      core.patch('storage', { error: core.fail(thrown) });
    }
  };

  const persistStorage = async (): Promise<void> => {
    isAsked = true;
    try {
      await core.ports.persistStorage();
      if (core.state().storage.report !== null) await lookAtStorage();
    } catch (thrown) {
      core.patch('storage', { error: core.fail(thrown) });
    }
  };

  /** Something worth keeping came in, and that by the person's own hand: no sooner is a question of the browser understood. */
  const isWorthAsking = ({ ingest, project, notice }: PageState): boolean =>
    wasReading && ingest.phase === 'idle' && project.document.samples.length > 0 && notice?.code !== 'storage-refused';

  return {
    look: () => {
      const state = core.state();
      const ask = !isAsked && isWorthAsking(state);
      wasReading = state.ingest.phase === 'reading';
      if (ask) void persistStorage();
    },
    actions: {
      lookAtStorage,
      persistStorage,
      freeStorage: async (kind) => {
        if (core.state().storage.freeing !== null) return;
        core.patch('storage', { freeing: kind, error: null });
        try {
          core.patch('storage', { report: await core.engine().freeStorage(kind) });
          const { notice } = core.state();
          if (notice?.code === 'project-storage-full' || notice?.code === 'pictures-storage-full') core.set({ notice: null });
          // What had no room may have it now.
          saver.changed();
        } catch (thrown) {
          core.patch('storage', { error: core.fail(thrown) });
        } finally {
          core.patch('storage', { freeing: null });
        }
      },
    },
  };
}
