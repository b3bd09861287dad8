import { createCommandLog, logCommand } from '../domain/command-log';
import { applyCommand } from '../domain/commands';
import { describeError } from '../domain/errors';
import type { ProjectDocument } from '../domain/project';
import type { Kept } from '../protocol/engine-api';
import type { DeviceChooser } from './compute-actions';
import type { StoreCore } from './core';
import type { FeatureCacheKeeper } from './feature-cache-actions';
import type { FeaturePreparer } from './feature-preparer';
import type { OfflineKeeper } from './offline-actions';
import { followRequests } from './request-follower';
import type { PictureTaker } from './ingest-actions';
import { createInitialState, idleRun } from './initial-state';
import { forgetChoices } from './kept-choice';
import type { ManyPredictor } from './many-actions';
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
  readonly saver: Saver;
  /** Opens the gate that picture actions wait at: the kept project must be in place first. */
  readonly markReady: () => void;
  readonly createEmptyProject: () => ProjectDocument;
}

export function createSessionActions(
  core: StoreCore,
  parts: SessionParts,
): Pick<PageActions, 'begin' | 'forgetEverything' | 'memoryReport' | 'restartWorker'> {
  const { device, weights, pictures, features, runner, saver } = parts;

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

  const restore = async (): Promise<void> => {
    try {
      const kept = await core.engine().loadKept();
      if (kept.project !== null) await restoreProject(kept.project);
      restoreRun(kept);
      if (kept.problem !== null) core.set({ notice: describeError(kept.problem) });
      if (kept.problem === null || kept.problem === 'project-invalid') saver.enable();
    } catch (thrown) {
      core.set({ notice: core.fail(thrown) });
    }
  };

  const startEngine = async (): Promise<boolean> => {
    await core.engine().start(core.ports.addresses);
    followRequests(core);
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

  return {
    begin: () => (begun ??= begin()),
    memoryReport: () =>
      core
        .engine()
        .memory()
        .catch(() => null),
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
        const kept = await core.engine().loadKept();
        core.set({ headReady: kept.run !== null, headRun: kept.run ?? core.state().headRun });
        await pictures.giveBack();
        features.release();
        if (kept.problem !== 'storage-refused' && kept.problem !== 'project-newer') saver.enable();
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
      parts.many.forget();
      const ids = core.state().project.document.samples.map(({ id }) => id);
      pictures.forget();
      forgetChoices();
      const { compute, weights: loaded, featureCache, wakeLock, offline, outsideRequests } = core.state();
      core.set({
        ...createInitialState(parts.createEmptyProject(), core.ports),
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
        saver.enable();
      } catch (thrown) {
        core.set({ notice: core.fail(thrown) });
      }
    },
  };
}
