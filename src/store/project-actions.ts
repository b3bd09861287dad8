import { changeWay, createPreset, matchPreset } from '../domain/presets';
import type { StoreCore } from './core';
import type { PageActions } from './state';

export function createProjectActions(
  core: StoreCore,
): Pick<PageActions, 'dispatch' | 'changeSettings' | 'chooseWay' | 'choosePreset' | 'dismissNotice'> {
  return {
    dispatch: core.dispatch,
    changeSettings: (change) => {
      const changed = { ...core.state().project.document.settings, ...change };
      core.dispatch({ kind: 'change-settings', settings: { ...changed, preset: matchPreset(changed) } });
    },
    chooseWay: (way) => {
      const changed = changeWay(core.state().project.document.settings, way);
      core.dispatch({ kind: 'change-settings', settings: { ...changed, preset: matchPreset(changed) } });
    },
    choosePreset: (preset) => {
      const { seed, way } = core.state().project.document.settings;
      core.dispatch({ kind: 'change-settings', settings: createPreset(preset, seed, way) });
    },
    dismissNotice: () => {
      core.set({ notice: null });
    },
  };
}
