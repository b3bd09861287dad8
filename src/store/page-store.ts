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
import { createOfflineKeeper } from './offline-actions';
import { createPictureTaker } from './ingest-actions';
import { createInitialState } from './initial-state';
import { createLikenessPreparer } from './likeness-preparer';
import { createLookAlikeFinder } from './look-alike-finder';
import { createInspector } from './inspection-actions';
import { createManyPredictor } from './many-actions';
import { createModelExportActions } from './model-export-actions';
import { createModelTaker } from './model-import-actions';
import { noteError } from './noted-errors';
import type { PagePorts } from './ports';
import { createProjectActions } from './project-actions';
import { createProjectFileActions } from './project-file-actions';
import { createProjectLister } from './project-list-actions';
import { createProjectOpener } from './project-opener';
import { createProposer } from './proposer';
import { createRevival } from './revival';
import { createRunner } from './run-actions';
import { createSaver } from './saver';
import { createSessionActions } from './session-actions';
import type { PageStore } from './state';
import { createStorageKeeper } from './storage-actions';
import { createTrial } from './trial-actions';
import { createWeightsLoader } from './weights-actions';

/** The page's one store. It does not know React; the engine, the clock and the frames are given to it. */
export function createPageStore(ports: PagePorts): StoreApi<PageStore> {
  const createEmptyProject = (): ProjectDocument =>
    createProject(ports.createId(), new Date().toISOString(), createPreset('recommended', 0));

  return createStore<PageStore>()((set, get, api) => {
    const dispatch = (command: LoggedCommand): void => {
      // A run that ends after another tab took the project must not be lost: the saver keeps it as a copy.
      if (get().access === 'reader' && command.kind !== 'add-run') {
        // The banner says so.
        core.patch('projects', { refusals: get().projects.refusals + 1 });
        return;
      }
      const former = get().project;
      const project = logCommand(former, command);
      if (project === former) return;
      set({ project });
      saver.changed();
      // What comes in was told by the worker itself.
      if (command.kind !== 'add-samples') pictures.follow(former.document.samples, project.document.samples);
    };
    const core = createCore(ports, get, set, dispatch);
    const saver = createSaver(core.at('saver'));
    let markReady = (): void => undefined;
    const ready = new Promise<void>((resolve) => {
      markReady = resolve;
    });
    const weights = createWeightsLoader(core.at('weights'));
    const device = createDeviceChooser(core.at('compute'), weights);
    const trial = createTrial(core.at('trial'));
    const models = createModelTaker(core.at('model import'), weights, trial);
    const pictures = createPictureTaker(core.at('ingest'), ready, models.readModel);
    const inspector = createInspector(core.at('inspection'), weights);
    const many = createManyPredictor(core.at('many'), trial.actions.tryFile);
    const revival = createRevival(() => ports.now());
    const runner = createRunner(core.at('run'), weights, device, [inspector, many], revival);
    const features = createFeaturePreparer(core.at('features'), device);
    const featureCache = createFeatureCacheKeeper(core.at('feature cache'));
    const lookAlikes = createLookAlikeFinder(core);
    const proposer = createProposer(core);
    const likeness = createLikenessPreparer(core.at('likeness'), trial);
    const offline = createOfflineKeeper(core.at('offline'));
    const opener = createProjectOpener(core.at('projects'), saver);
    const projects = createProjectLister(core.at('projects'), {
      saver,
      opener,
      pictures,
      features,
      many,
      runner,
      createEmptyProject,
    });
    const storage = createStorageKeeper(core.at('storage'), saver);
    const projectFile = createProjectFileActions(core.at('project file'), projects, saver, ready);
    const session = createSessionActions(core.at('session'), {
      device,
      weights,
      pictures,
      features,
      featureCache,
      offline,
      runner,
      many,
      revival,
      saver,
      opener,
      projects,
      files: projectFile,
      markReady,
      createEmptyProject,
    });
    api.subscribe(() => {
      session.look();
      features.look();
      featureCache.look();
      lookAlikes.look();
      proposer.look();
      likeness.look();
      offline.look();
      storage.look();
    });
    return {
      ...createInitialState(createEmptyProject(), ports),
      actions: {
        ...device.actions,
        ...pictures.actions,
        ...runner.actions,
        ...inspector.actions,
        ...many.actions,
        ...features.actions,
        ...featureCache.actions,
        ...lookAlikes.actions,
        ...proposer.actions,
        ...offline.actions,
        ...projects.actions,
        ...storage.actions,
        ...projectFile.actions,
        ...createProjectActions(core),
        ...trial.actions,
        ...createExportActions(core.at('export')),
        ...createModelExportActions(core.at('model export'), weights),
        ...models,
        ...session.actions,
      },
    };
  });
}

/** For the composition root: the connection says that the worker died, also when nothing was pending. */
export function reportWorkerDeath(store: StoreApi<PageStore>, error: ErrorRecord): void {
  reportError(store, error, 'worker');
  if (store.getState().workerDead === null) store.setState({ workerDead: error });
}

/** For the composition root: what was thrown where no action waited for it. It is noted for the diagnostics and shown nowhere. */
export function reportError(store: StoreApi<PageStore>, error: ErrorRecord, where: 'page' | 'promise' | 'worker'): void {
  const { notedErrors } = store.getState();
  store.setState({ notedErrors: noteError(notedErrors, error, where, Date.now()) });
}
