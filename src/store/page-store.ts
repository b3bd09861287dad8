import { logCommand, type LoggedCommand } from '../domain/command-log';
import type { ErrorRecord } from '../domain/errors';
import { createPreset } from '../domain/presets';
import { createProject, type ProjectDocument } from '../domain/project';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { createDeviceChooser } from './compute-actions';
import { createCore } from './core';
import { createFeatureCacheKeeper } from './feature-cache-actions';
import { createExportActions } from './export-actions';
import { createFeaturePreparer } from './feature-preparer';
import { createPictureTaker } from './ingest-actions';
import { createInitialState } from './initial-state';
import { createLookAlikeFinder } from './look-alike-finder';
import type { PagePorts } from './ports';
import { createInspector } from './inspection-actions';
import { createModelExportActions } from './model-export-actions';
import { createProjectActions } from './project-actions';
import { createProposer } from './proposer';
import { createRunner } from './run-actions';
import { createSaver } from './saver';
import { createSessionActions } from './session-actions';
import type { PageStore } from './state';
import { createTrialActions } from './trial-actions';
import { createWeightsLoader } from './weights-actions';

/** The page's one store. It does not know React; the engine, the clock and the frames are given to it. */
export function createPageStore(ports: PagePorts): StoreApi<PageStore> {
  const createEmptyProject = (): ProjectDocument =>
    createProject(ports.createId(), new Date().toISOString(), createPreset('recommended', 0));

  return createStore<PageStore>()((set, get, api) => {
    const dispatch = (command: LoggedCommand): void => {
      const former = get().project;
      const project = logCommand(former, command);
      if (project === former) return;
      set({ project });
      saver.changed();
      // What comes in was told by the worker itself.
      if (command.kind !== 'add-samples') pictures.follow(former.document.samples, project.document.samples);
    };
    const core = createCore(ports, get, set, dispatch);
    const saver = createSaver(core);
    let markReady = (): void => undefined;
    const ready = new Promise<void>((resolve) => {
      markReady = resolve;
    });
    const weights = createWeightsLoader(core);
    const device = createDeviceChooser(core, weights);
    const pictures = createPictureTaker(core, ready);
    const inspector = createInspector(core);
    const runner = createRunner(core, weights, device, inspector);
    const features = createFeaturePreparer(core, device);
    const featureCache = createFeatureCacheKeeper(core);
    const lookAlikes = createLookAlikeFinder(core);
    const proposer = createProposer(core);
    api.subscribe(() => {
      features.look();
      featureCache.look();
      lookAlikes.look();
      proposer.look();
    });
    return {
      ...createInitialState(createEmptyProject(), ports),
      actions: {
        ...device.actions,
        ...pictures.actions,
        ...runner.actions,
        ...inspector.actions,
        ...features.actions,
        ...featureCache.actions,
        ...lookAlikes.actions,
        ...proposer.actions,
        ...createProjectActions(core),
        ...createTrialActions(core),
        ...createExportActions(core),
        ...createModelExportActions(core, weights),
        ...createSessionActions(core, {
          device,
          weights,
          pictures,
          features,
          featureCache,
          runner,
          saver,
          markReady,
          createEmptyProject,
        }),
      },
    };
  });
}

/** For the composition root: the connection says that the worker died, also when nothing was pending. */
export function reportWorkerDeath(store: StoreApi<PageStore>, error: ErrorRecord): void {
  if (store.getState().workerDead === null) store.setState({ workerDead: error });
}
