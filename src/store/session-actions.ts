import type { ProjectDocument } from '../domain/project';
import type { OpenedProject } from '../protocol/engine-api';
import type { DeviceChooser } from './compute-actions';
import type { StoreCore } from './core';
import type { FeatureCacheKeeper } from './feature-cache-actions';
import type { FeaturePreparer } from './feature-preparer';
import type { PictureTaker } from './ingest-actions';
import { createInitialState } from './initial-state';
import { forgetChoices, keepOpenProject, readOpenProject } from './kept-choice';
import type { ProjectFileActions } from './project-file-actions';
import type { ProjectLister } from './project-list-actions';
import type { ProjectOpener } from './project-opener';
import type { Runner } from './run-actions';
import type { Saver } from './saver';
import type { PageActions } from './state';
import type { WeightsLoader } from './weights-actions';

export interface SessionParts {
  readonly device: DeviceChooser;
  readonly weights: WeightsLoader;
  readonly pictures: PictureTaker;
  readonly features: FeaturePreparer;
  readonly featureCache: FeatureCacheKeeper;
  readonly runner: Runner;
  readonly saver: Saver;
  readonly opener: ProjectOpener;
  readonly projects: ProjectLister;
  /** Opens the gate that picture actions wait at: the kept project must be in place first. */
  readonly markReady: () => void;
  readonly files: ProjectFileActions;
  readonly createEmptyProject: () => ProjectDocument;
}

export function createSessionActions(
  core: StoreCore,
  parts: SessionParts,
): Pick<PageActions, 'begin' | 'forgetEverything' | 'restartWorker'> {
  const { device, weights, pictures, features, runner, saver, opener } = parts;

  const openKept = async (wanted: string | null): Promise<OpenedProject> => {
    const opened = await core.engine().openProject(wanted);
    // Another tab may have deleted what this one had open.
    return wanted !== null && opened.project === null && opened.problem === null ? core.engine().openProject(null) : opened;
  };

  const restore = async (): Promise<void> => {
    try {
      const wanted = readOpenProject();
      const opened = await openKept(wanted);
      if (!opener.restore(opened)) {
        const { document, commands } = core.state().project;
        await core.engine().createProject(document.id);
        keepOpenProject(document.id);
        // An empty project is not worth a line in the list.
        if (commands.length === 0) saver.settle();
      }
      if (opened.problem === 'storage-refused') return;
      saver.enable();
      saver.changed();
      await parts.projects.begin(wanted);
    } catch (thrown) {
      core.set({ notice: core.fail(thrown) });
    }
  };

  /** For a new worker: the page's project, with the head of a run that ended before the project was saved for the first time too. */
  const openAgain = async (): Promise<OpenedProject> => {
    const { id } = core.state().project.document;
    const opened = await core.engine().openProject(id);
    if (opened.project !== null) return opened;
    await core.engine().createProject(id);
    if (opened.problem !== null) return opened;
    try {
      await core.engine().saveProject(core.state().project.document);
      return await core.engine().openProject(id);
    } catch {
      return opened; // no room: what is shown is here, and the next save says so
    }
  };

  const startEngine = async (): Promise<boolean> => {
    await core.engine().start(core.ports.addresses);
    parts.projects.watch();
    await parts.featureCache.begin();
    return device.configure();
  };

  let begun: Promise<void> | null = null;

  const begin = async (): Promise<void> => {
    let canCompute = false;
    try {
      canCompute = await startEngine();
    } catch (thrown) {
      core.patch('compute', { error: core.fail(thrown) });
    }
    const preparing = canCompute ? device.makeReady() : Promise.resolve();
    await restore();
    parts.markReady();
    void parts.files.openLink();
    await preparing;
  };

  return {
    begin: () => (begun ??= begin()),
    restartWorker: async () => {
      runner.abandon();
      saver.disable();
      features.hold();
      core.replaceEngine();
      weights.reset();
      device.reset();
      core.set({ workerDead: null });
      try {
        const canCompute = await startEngine();
        const preparing = canCompute ? device.makeReady() : Promise.resolve();
        const opened = await openAgain();
        const { run, access, folders, problem } = opened;
        core.set({ headReady: run !== null, headRun: run ?? core.state().headRun, access, folders });
        await pictures.giveBack();
        features.release();
        if (problem !== 'storage-refused') saver.enable();
        saver.changed();
        await preparing;
      } catch (thrown) {
        const error = core.fail(thrown);
        if (error !== null) core.set({ notice: error });
      } finally {
        features.release();
      }
    },
    forgetEverything: async () => {
      saver.disable();
      runner.abandon();
      const ids = core.state().project.document.samples.map(({ id }) => id);
      pictures.forget();
      forgetChoices();
      const { compute, weights: loaded, featureCache } = core.state();
      const document = parts.createEmptyProject();
      core.set({
        ...createInitialState(document, core.ports),
        compute: { ...compute, choice: 'auto', threads: null },
        weights: loaded,
        featureCache: { budget: null, report: null, error: null },
      });
      try {
        await core.engine().removeSamples(ids);
        await core.engine().forgetEverything();
        if (featureCache.budget !== null) await core.engine().setFeatureBudget(null);
        await core.engine().createProject(document.id);
        saver.settle();
        saver.enable();
      } catch (thrown) {
        core.set({ notice: core.fail(thrown) });
      }
    },
  };
}
