import { planExport, safeName } from '../domain/dataset-export';
import type { StoreCore } from './core';
import { idleExport } from './initial-state';
import { selectSplits } from './selectors';
import type { PageActions } from './state';

export function createExportActions(core: StoreCore): Pick<PageActions, 'exportDataset' | 'cancelExport' | 'dismissExport'> {
  let abort: AbortController | null = null;

  return {
    exportDataset: async () => {
      if (core.state().exporting.phase === 'writing') return;
      const { document } = core.state().project;
      const name = `${safeName(document.name)}.zip`;
      try {
        // First of all: the browser shows its dialog only as the answer to a click.
        const target = await core.ports.openSaveTarget(name);
        if (target === null) return;
        const entries = planExport(document.samples, selectSplits(core.state()).assignments);
        const controller = new AbortController();
        abort = controller;
        core.set({ exporting: { ...idleExport, phase: 'writing', total: entries.length, name: target.handle.name } });
        try {
          const report = await core.engine().exportDataset(
            entries,
            target.handle,
            ({ done, bytes }) => {
              core.patch('exporting', { done, bytes });
            },
            controller.signal,
          );
          await target.finish();
          core.patch('exporting', { phase: 'idle', report });
        } catch (thrown) {
          await target.discard();
          throw thrown;
        }
      } catch (thrown) {
        core.set({ exporting: { ...idleExport, error: core.fail(thrown) } });
      } finally {
        abort = null;
      }
    },
    cancelExport: () => {
      abort?.abort();
    },
    dismissExport: () => {
      if (core.state().exporting.phase === 'idle') core.set({ exporting: idleExport });
    },
  };
}
