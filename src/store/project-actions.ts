import { changeWay, createPreset, matchPreset } from '../domain/presets';
import type { StoreCore } from './core';
import type { PageActions } from './state';

export function createProjectActions(
  core: StoreCore,
): Pick<PageActions, 'dispatch' | 'undo' | 'redo' | 'changeSettings' | 'chooseWay' | 'choosePreset' | 'dismissNotice'> {
  return {
    dispatch: core.dispatch,
    undo: () => {
      if (core.state().ingest.phase === 'idle') core.dispatch({ kind: 'undo' });
    },
    redo: () => {
      if (core.state().ingest.phase === 'idle') core.dispatch({ kind: 'redo' });
    },
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
