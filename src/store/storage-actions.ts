import type { StorageReport } from '../domain/projects';
import type { StoreCore } from './core';
import type { PageActions } from './state';

/** What is kept on this device, by kind, and what of it can go. */
export function createStorageActions(core: StoreCore): Pick<PageActions, 'lookAtStorage' | 'freeStorage' | 'askToKeep'> {
  const ask = async (question: () => Promise<StorageReport>): Promise<void> => {
    try {
      const report = await question();
      core.patch('storage', { report, freeing: null, error: null });
    } catch (thrown) {
      core.patch('storage', { freeing: null, error: core.fail(thrown) });
    }
  };
  const look = (): Promise<void> => ask(() => core.engine().storageReport());
  return {
    lookAtStorage: look,
    freeStorage: async (kind) => {
      if (core.state().storage.freeing !== null) return;
      core.patch('storage', { freeing: kind, error: null });
      await ask(() => core.engine().freeStorage(kind));
      if (kind === 'deleted-projects') core.patch('projects', { deleted: [] });
    },
    askToKeep: async () => {
      await core.ports.askToKeep();
      await look();
    },
  };
}
