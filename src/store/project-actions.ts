import { createPreset, matchPreset } from '../domain/presets';
import type { StoreCore } from './core';
import type { PageActions } from './state';

export function createProjectActions(
  core: StoreCore,
): Pick<PageActions, 'dispatch' | 'changeSettings' | 'choosePreset' | 'dismissNotice'> {
  return {
    dispatch: core.dispatch,
    changeSettings: (change) => {
      const changed = { ...core.state().project.document.settings, ...change };
      core.dispatch({ kind: 'change-settings', settings: { ...changed, preset: matchPreset(changed) } });
    },
    choosePreset: (preset) => {
      const { seed } = core.state().project.document.settings;
      core.dispatch({ kind: 'change-settings', settings: createPreset(preset, seed) });
    },
    dismissNotice: () => {
      core.set({ notice: null });
    },
  };
}
