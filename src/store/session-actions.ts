import { createCommandLog, logCommand } from '../domain/command-log';
import { applyCommand } from '../domain/commands';
import { describeError } from '../domain/errors';
import type { ProjectDocument } from '../domain/project';
import type { Kept, UnfinishedRun } from '../protocol/engine-api';
import type { DeviceChooser } from './compute-actions';
import type { StoreCore } from './core';
import type { FeatureCacheKeeper } from './feature-cache-actions';
import type { FeaturePreparer } from './feature-preparer';
import type { PictureTaker } from './ingest-actions';
import { createInitialState, idleRun } from './initial-state';
import { forgetChoices } from './kept-choice';
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
  readonly runner: Runner;
  readonly revival: Revival;
  readonly saver: Saver;
  /** Opens the gate that picture actions wait at: the kept project must be in place first. */
  readonly markReady: () => void;
  readonly createEmptyProject: () => ProjectDocument;
}

export interface SessionKeeper {
  readonly actions: Pick<PageActions, 'begin' | 'forgetEverything' | 'restartWorker'>;
  /** To be called after every change of the state: a worker that died is started again, where that may help. */
  look(): void;
}

export function createSessionActions(core: StoreCore, parts: SessionParts): SessionKeeper {
  const { device, weights, pictures, features, runner, saver, revival } = parts;

  const restoreRun = (kept: Kept): void => {
    if (kept.run === null) return;
    core.set({ headReady: true, headRun: kept.run });
    const { phase } = core.state().run;
    if (phase !== 'idle') return;
    const { config, history, log } = kept.run;
    core.set({ run: { ...idleRun, phase: 'done', config, history, log, result: kept.run } });
  };

  /** Pictures are not kept: the project comes back without those that the worker cannot read. */
  const restoreProject = async (project: ProjectDocument): Promise<void> => {
    const held = new Set((await core.engine().listSamples()).map(({ id }) => id));
    const ids = project.samples.map(({ id }) => id).filter((id) => !held.has(id));
    const readable = applyCommand(applyCommand(project, { kind: 'remove-samples', ids }), { kind: 'dismiss-skipped' });
    // What the person did in the first moments is done to the kept project.
    core.set({ project: core.state().project.commands.reduce(logCommand, createCommandLog(readable)) });
    if (ids.length > 0) core.set({ notice: describeError('pictures-not-kept') });
  };

  /** What the present project left unfinished; null where there is none. */
  const findUnfinished = async (): Promise<UnfinishedRun | null> => {
    const { id, runs } = core.state().project.document;
    const found = await core.engine().unfinishedRun({ project: id, everySeconds: core.ports.checkpointSeconds });
    if (found === null || !runs.some((run) => run.id === found.id)) return found;
    // It ended, and its record was kept, just before the page closed.
    await core.engine().discardRun(found.id);
    return null;
  };

  const restore = async (): Promise<void> => {
    try {
      const kept = await core.engine().loadKept();
      if (kept.project !== null) await restoreProject(kept.project);
      restoreRun(kept);
      const unfinished = await findUnfinished();
      if (unfinished !== null)
        runner.restore(unfinished, new Map(kept.project?.samples.map(({ id, name }): [string, string] => [id, name])));
      if (kept.problem !== null) core.set({ notice: describeError(kept.problem) });
      if (kept.problem === null || kept.problem === 'project-invalid') saver.enable();
    } catch (thrown) {
      core.set({ notice: core.fail(thrown) });
    }
  };

  const startEngine = async (): Promise<boolean> => {
    await core.engine().start(core.ports.addresses);
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
    await preparing;
  };

  const restart = async (): Promise<void> => {
    revival.note();
    const reason = core.state().workerDead ?? describeError('worker-dead');
    runner.suspend();
    saver.disable();
    features.hold();
    core.replaceEngine();
    weights.reset();
    device.reset();
    core.set({ workerDead: null });
    try {
      const canCompute = await startEngine();
      const preparing = canCompute ? device.makeReady() : Promise.resolve();
      const kept = await core.engine().loadKept();
      core.set({ headReady: kept.run !== null, headRun: kept.run ?? core.state().headRun });
      await pictures.giveBack();
      features.release();
      if (kept.problem !== 'storage-refused' && kept.problem !== 'project-newer') saver.enable();
      runner.revive(await findUnfinished(), reason);
      await preparing;
    } catch (thrown) {
      const error = core.fail(thrown);
      if (error !== null) core.set({ notice: error });
    } finally {
      features.release();
    }
  };

  let restarting: Promise<void> | null = null;

  /** Whoever asks while it goes on waits for the same. */
  const restartWorker = (): Promise<void> => {
    restarting ??= restart().finally(() => {
      restarting = null;
    });
    return restarting;
  };

  return {
    look: () => {
      if (core.state().workerDead === null || restarting !== null || !revival.isAllowed()) return;
      const { phase } = core.state().run;
      // A run says by itself that it went on.
      if (phase === 'idle' || phase === 'done' || phase === 'failed') core.set({ notice: describeError('worker-restarted') });
      void restartWorker();
    },
    actions: {
      begin: () => (begun ??= begin()),
      restartWorker,
      forgetEverything: async () => {
        saver.disable();
        runner.abandon();
        const ids = core.state().project.document.samples.map(({ id }) => id);
        pictures.forget();
        forgetChoices();
        const { compute, weights: loaded, featureCache } = core.state();
        core.set({
          ...createInitialState(parts.createEmptyProject(), core.ports),
          compute: { ...compute, choice: 'auto', threads: null },
          weights: loaded,
          featureCache: { budget: null, report: null, error: null },
        });
        try {
          await core.engine().removeSamples(ids);
          await core.engine().forgetEverything();
          if (featureCache.budget !== null) await core.engine().setFeatureBudget(null);
          saver.enable();
        } catch (thrown) {
          core.set({ notice: core.fail(thrown) });
        }
      },
    },
  };
}
