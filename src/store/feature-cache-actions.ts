import type { FeatureCacheReport } from '../domain/feature-cache';
import type { EngineApi } from '../protocol/engine-api';
import type { StoreCore } from './core';
import { keepFeatureBudget } from './kept-choice';
import type { PageActions, PageState } from './state';

export interface FeatureCacheKeeper {
  readonly actions: Pick<PageActions, 'lookAtFeatureCache' | 'setFeatureBudget' | 'dropKeptFeatures'>;
  /** A new worker does not know what the person chose. */
  begin(): Promise<void>;
  /** To be called after every change of the state: after work that made features it asks whether they could be kept. */
  look(): void;
}

function makesFeatures({ features, run }: PageState): boolean {
  return features.phase === 'extracting' || run.phase === 'running' || run.phase === 'stopping';
}

/** Features kept on this device: how much, how much may be, and why not where they are not. */
export function createFeatureCacheKeeper(core: StoreCore): FeatureCacheKeeper {
  let madeFeatures = false;
  /** A problem is told once a visit; after that it stands in the menu. */
  let isProblemTold = false;

  const take = (report: FeatureCacheReport): void => {
    core.patch('featureCache', { report, error: null });
    if (report.problem === null || isProblemTold) return;
    isProblemTold = true;
    // Where all storage is refused that notice says it already.
    const { notice } = core.state();
    if (notice === null || notice.code === 'pictures-not-kept') core.set({ notice: report.problem });
  };

  const ask = async (question: (engine: EngineApi) => Promise<FeatureCacheReport>): Promise<void> => {
    const engine = core.engine();
    try {
      const report = await question(engine);
      if (engine === core.engine()) take(report);
    } catch (thrown) {
      // What a former worker still answers counts no more.
      if (engine === core.engine()) core.patch('featureCache', { error: core.fail(thrown) });
    }
  };

  const lookAtFeatureCache = (): Promise<void> => ask((engine) => engine.featureCache());

  return {
    begin: async () => {
      const { budget } = core.state().featureCache;
      if (budget !== null) await core.engine().setFeatureBudget(budget);
    },
    look: () => {
      const makes = makesFeatures(core.state());
      const isDone = madeFeatures && !makes;
      madeFeatures = makes;
      if (isDone && core.state().workerDead === null) void lookAtFeatureCache();
    },
    actions: {
      lookAtFeatureCache,
      setFeatureBudget: async (bytes) => {
        keepFeatureBudget(bytes);
        core.patch('featureCache', { budget: bytes });
        await ask((engine) => engine.setFeatureBudget(bytes));
      },
      dropKeptFeatures: () => ask((engine) => engine.dropKeptFeatures()),
    },
  };
}
