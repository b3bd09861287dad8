import { describeError } from '../domain/errors';
import type { Prediction } from '../domain/history';
import type { EngineApi } from '../protocol/engine-api';
import type { StoreCore } from './core';
import type { PageActions, TrialTarget } from './state';

export function createTrialActions(
  core: StoreCore,
): Pick<PageActions, 'trySample' | 'tryFile' | 'predictFrame' | 'fittedPicture'> {
  let abort: AbortController | null = null;

  const predict = async (
    target: TrialTarget,
    ask: (engine: EngineApi, signal: AbortSignal) => Promise<Prediction>,
  ): Promise<void> => {
    // Only the last picture asked for is shown.
    abort?.abort();
    const controller = new AbortController();
    abort = controller;
    const former = core.state().trial.target;
    if (former?.kind === 'file') URL.revokeObjectURL(former.url);
    if (!core.state().headReady) {
      core.set({ trial: { target, prediction: null, busy: false, error: describeError('head-absent') } });
      return;
    }
    core.set({ trial: { target, prediction: null, busy: true, error: null } });
    try {
      const prediction = await ask(core.engine(), controller.signal);
      if (abort === controller) core.patch('trial', { prediction, busy: false });
    } catch (thrown) {
      const error = core.fail(thrown);
      if (abort === controller) core.patch('trial', { busy: false, error });
    }
  };

  return {
    trySample: (sampleId) => predict({ kind: 'sample', sampleId }, (engine, signal) => engine.predictSample(sampleId, signal)),
    tryFile: (file) => {
      const name = file.name === '' ? 'picture' : file.name;
      return predict({ kind: 'file', name, url: URL.createObjectURL(file) }, (engine, signal) =>
        engine.predictFile(file, signal),
      );
    },
    predictFrame: (frame, signal) => core.engine().predictFile(frame, signal),
    fittedPicture: (sampleId, fit) => {
      const { headRun, project } = core.state();
      return core.engine().fittedPicture(sampleId, fit ?? headRun?.config.fit ?? project.document.settings.fit);
    },
  };
}
