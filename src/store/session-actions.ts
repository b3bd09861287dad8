import { describeError, type ErrorRecord } from '../domain/errors';
import type { ProjectDocument } from '../domain/project';
import type { OpenedProject } from '../protocol/engine-api';
import type { DeviceChooser } from './compute-actions';
import type { StoreCore } from './core';
import type { FeatureCacheKeeper } from './feature-cache-actions';
import type { FeaturePreparer } from './feature-preparer';
import type { OfflineKeeper } from './offline-actions';
import { followRequests } from './request-follower';
import type { PictureTaker } from './ingest-actions';
import { closedModelImport, createInitialState } from './initial-state';
import { forgetChoices, keepOpenProject, readOpenProject } from './kept-choice';
import type { ManyPredictor } from './many-actions';
import type { ProjectFileActions } from './project-file-actions';
import type { ProjectLister } from './project-list-actions';
import type { ProjectOpener } from './project-opener';
import type { Revival } from './revival';
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
  readonly offline: OfflineKeeper;
  readonly runner: Runner;
  readonly many: ManyPredictor;
  readonly revival: Revival;
  readonly saver: Saver;
  readonly opener: ProjectOpener;
  readonly projects: ProjectLister;
  /** Opens the gate that picture actions wait at: the kept project must be in place first. */
  readonly markReady: () => void;
  readonly files: ProjectFileActions;
  readonly createEmptyProject: () => ProjectDocument;
}

export interface SessionKeeper {
  readonly actions: Pick<PageActions, 'begin' | 'forgetEverything' | 'memoryReport' | 'restartWorker'>;
  /** To be called after every change of the state: a worker that died is started again, where that may help. */
  look(): void;
}

export function createSessionActions(core: StoreCore, parts: SessionParts): SessionKeeper {
  const { device, weights, pictures, features, runner, saver, opener, revival } = parts;

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
      await runner.offerUnfinished(opened.project?.samples ?? []);
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
    const isOwner = core.state().access === 'owner';
    const opened = await core.engine().openProject(id);
    // The worker that died may not have let go of its lock yet.
    if (opened.project !== null) return isOwner && opened.access === 'reader' ? core.engine().takeOver() : opened;
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
    followRequests(core);
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

  const restart = async (reason: ErrorRecord): Promise<void> => {
    core.replaceEngine();
    weights.reset();
    device.reset();
    core.set({ workerDead: null });
    try {
      const canCompute = await startEngine();
      const preparing = canCompute ? device.makeReady() : Promise.resolve();
      const opened = await openAgain();
      const { run, access, folders, problem, backboneProblem } = opened;
      core.set({ headReady: run !== null, headRun: run ?? core.state().headRun, access, folders });
      // What was read of a model is gone with the worker.
      core.set({ modelImport: { ...closedModelImport, problem: backboneProblem } });
      if (backboneProblem !== null) core.set({ notice: backboneProblem });
      await pictures.giveBack();
      features.release();
      if (problem !== 'storage-refused') saver.enable();
      saver.changed();
      runner.revive(await runner.findUnfinished(), reason);
      await preparing;
    } catch (thrown) {
      const error = core.fail(thrown);
      if (error !== null) core.set({ notice: error });
    } finally {
      features.release();
    }
  };

  let restarting: Promise<void> | null = null;
  /** Until what the former worker left pending has been rejected. */
  let isSettling = false;

  /** Whoever asks while it goes on waits for the same. */
  const restartWorker = (): Promise<void> => {
    if (restarting !== null) return restarting;
    const reason = core.state().workerDead ?? describeError('worker-dead');
    revival.note();
    isSettling = true;
    runner.suspend();
    saver.disable();
    features.hold();
    core.set({ workerDead: null });
    const settled = new Promise<void>((resolve) => {
      core.ports.scheduleFrame(resolve);
    });
    restarting = settled
      .then(() => {
        isSettling = false;
        return restart(reason);
      })
      .finally(() => {
        restarting = null;
      });
    return restarting;
  };

  return {
    look: () => {
      const { workerDead } = core.state();
      if (workerDead === null) return;
      if (isSettling) core.set({ workerDead: null });
      if (isSettling || restarting !== null || !revival.isAllowed()) return;
      const { phase } = core.state().run;
      void restartWorker();
      // A run says by itself that it went on.
      if (phase === 'idle' || phase === 'done' || phase === 'failed') core.set({ notice: describeError('worker-restarted') });
    },
    actions: {
      begin: () => (begun ??= begin()),
      memoryReport: () =>
        core
          .engine()
          .memory()
          .catch(() => null),
      restartWorker,
      forgetEverything: async () => {
        saver.disable();
        runner.abandon();
        parts.many.forget();
        const ids = core.state().project.document.samples.map(({ id }) => id);
        pictures.forget();
        forgetChoices();
        const { compute, weights: loaded, featureCache, wakeLock, offline, outsideRequests } = core.state();
        const document = parts.createEmptyProject();
        core.set({
          ...createInitialState(document, core.ports),
          compute: { ...compute, choice: 'auto', threads: null },
          weights: loaded,
          wakeLock,
          featureCache: { budget: null, report: null, error: null },
          offline,
          // What has left this device has left it.
          outsideRequests,
        });
        try {
          await core.engine().removeSamples(ids);
          await Promise.all([core.engine().forgetEverything(), parts.offline.forget()]);
          if (featureCache.budget !== null) await core.engine().setFeatureBudget(null);
          await core.engine().createProject(document.id);
          saver.settle();
          saver.enable();
        } catch (thrown) {
          core.set({ notice: core.fail(thrown) });
        }
      },
    },
  };
}
