import type { DeviceChooser } from './compute-actions';
import type { StoreCore } from './core';
import type { FeatureCacheKeeper } from './feature-cache-actions';
import type { FeaturePreparer } from './feature-preparer';
import { forgetChoices } from './kept-choice';
import type { ProjectKeeper } from './project-list-actions';
import type { ProjectSession } from './project-session';
import type { Runner } from './run-actions';
import type { Saver } from './saver';
import type { PageActions } from './state';
import type { WeightsLoader } from './weights-actions';

export interface SessionParts {
  readonly device: DeviceChooser;
  readonly weights: WeightsLoader;
  readonly features: FeaturePreparer;
  readonly featureCache: FeatureCacheKeeper;
  readonly runner: Runner;
  readonly saver: Saver;
  readonly session: ProjectSession;
  readonly projects: ProjectKeeper;
  /** Opens the gate that picture actions wait at: the kept project must be in place first. */
  readonly markReady: () => void;
  /** Looks into the project's file that the address asks for. */
  readonly openLink: () => Promise<void>;
}

export function createSessionActions(
  core: StoreCore,
  parts: SessionParts,
): Pick<PageActions, 'begin' | 'forgetEverything' | 'restartWorker'> {
  const { device, weights, features, runner, saver, session, projects } = parts;

  const startEngine = async (): Promise<boolean> => {
    await core.engine().start(core.ports.addresses);
    projects.watch();
    await parts.featureCache.begin();
    return device.configure();
  };

  const openFirst = async (): Promise<void> => {
    try {
      await session.openFirst();
    } catch (thrown) {
      core.set({ notice: core.fail(thrown) });
    }
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
    await openFirst();
    parts.markReady();
    void parts.openLink();
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
        await session.reopen();
        features.release();
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
      saver.forget();
      forgetChoices();
      session.startAfresh();
      const { budget } = core.state().featureCache;
      core.patch('compute', { choice: 'auto', threads: null });
      core.set({
        notice: null,
        featureCache: { budget: null, report: null, error: null },
        storage: { report: null, freeing: null, error: null },
      });
      try {
        await core.engine().forgetEverything();
        await core.engine().createProject(core.state().project.document.id);
        if (budget !== null) await core.engine().setFeatureBudget(null);
        saver.enable();
      } catch (thrown) {
        core.set({ notice: core.fail(thrown) });
      }
    },
  };
}
