import type { Fit } from '../domain/dataset';
import { describeError } from '../domain/errors';
import type { ShownExplanation } from '../domain/evaluation/inspection';
import type { Prediction } from '../domain/history';
import type { EngineApi } from '../protocol/engine-api';
import type { StoreCore } from './core';
import { idleTrial } from './initial-state';
import { keepEvidenceChoice } from './kept-choice';
import type { PageActions, TrialState, TrialTarget } from './state';

/** How the picture in question is asked about; kept, so that it can be asked again with a part covered. */
interface Question {
  readonly target: TrialTarget;
  readonly predict: (engine: EngineApi, signal: AbortSignal) => Promise<Prediction>;
  readonly explain: (engine: EngineApi, covered: readonly number[], signal: AbortSignal) => Promise<ShownExplanation>;
}

export interface Trial {
  readonly actions: Pick<
    PageActions,
    | 'trySample'
    | 'tryFile'
    | 'coverSquares'
    | 'chooseEvidence'
    | 'predictFrame'
    | 'fittedPicture'
    | 'layerMaps'
    | 'networkWeights'
  >;
  /** Asks anew for the picture that is shown whole, because more can be said of it now; what stands there stays meanwhile. */
  askAgain(): void;
  /** What is shown was said by a head that is present no more. */
  forget(): void;
}

export function createTrial(core: StoreCore): Trial {
  let abort: AbortController | null = null;
  let question: Question | null = null;

  /** Asks, and shows the answer unless something else was asked meanwhile. */
  const ask = async (work: (engine: EngineApi, signal: AbortSignal) => Promise<Partial<TrialState>>): Promise<void> => {
    abort?.abort();
    const controller = new AbortController();
    abort = controller;
    try {
      const answer = await work(core.engine(), controller.signal);
      if (abort === controller) core.patch('trial', { ...answer, busy: false });
    } catch (thrown) {
      const error = core.fail(thrown);
      if (abort === controller) core.patch('trial', { busy: false, error });
    }
  };

  const answer = (asked: Question): Promise<void> =>
    ask(async (engine, signal) => {
      if (!core.state().showEvidence) return { prediction: await asked.predict(engine, signal) };
      const explanation = await asked.explain(engine, [], signal);
      return { prediction: explanation.prediction, explanation };
    });

  const predict = async (asked: Question): Promise<void> => {
    question = asked;
    const { target } = asked;
    const former = core.state().trial.target;
    if (former?.kind === 'file') URL.revokeObjectURL(former.url);
    if (!core.state().headReady) {
      abort?.abort();
      abort = null;
      core.set({ trial: { ...idleTrial, target, error: describeError('head-absent') } });
      return;
    }
    core.set({ trial: { ...idleTrial, target, busy: true } });
    await answer(asked);
  };

  const fitInForce = (): Fit => {
    const { headRun, project } = core.state();
    return headRun?.config.fit ?? project.document.settings.fit;
  };

  const actions: Trial['actions'] = {
    trySample: (sampleId) =>
      predict({
        target: { kind: 'sample', sampleId },
        predict: (engine, signal) => engine.predictSample(sampleId, signal),
        explain: (engine, covered, signal) => engine.explainSample(sampleId, covered, signal),
      }),
    tryFile: (file) =>
      predict({
        target: { kind: 'file', name: file.name === '' ? 'picture' : file.name, url: URL.createObjectURL(file) },
        predict: (engine, signal) => engine.predictFile(file, signal),
        explain: (engine, covered, signal) => engine.explainFile(file, covered, signal),
      }),
    coverSquares: async (squares) => {
      const { trial } = core.state();
      const asked = question;
      if (asked === null || trial.prediction === null) return;
      const uncovered = trial.uncovered ?? trial.prediction;
      core.patch('trial', { covered: squares, uncovered: squares.length === 0 ? null : uncovered, busy: true, error: null });
      await ask(async (engine, signal) => {
        const explanation = await asked.explain(engine, squares, signal);
        return { prediction: explanation.prediction, explanation };
      });
    },
    chooseEvidence: async (show) => {
      if (show === core.state().showEvidence) return;
      core.set({ showEvidence: show });
      keepEvidenceChoice(show);
      const { trial, headReady } = core.state();
      core.patch('trial', { explanation: null, covered: [], uncovered: null });
      const isStale = show || trial.covered.length > 0;
      if (question === null || trial.target === null || !headReady || !isStale) return;
      core.patch('trial', { busy: true, error: null });
      await answer(question);
    },
    predictFrame: (frame, signal) => core.engine().predictFile(frame, signal),
    fittedPicture: (sampleId, fit) => core.engine().fittedPicture(sampleId, fit ?? fitInForce()),
    layerMaps: (picture, layerIndex, signal) => core.engine().layerMaps(picture, layerIndex, fitInForce(), signal),
    networkWeights: () => core.engine().networkWeights(),
  };

  return {
    actions,
    forget: () => {
      abort?.abort();
      [abort, question] = [null, null];
      const { target } = core.state().trial;
      if (target?.kind === 'file') URL.revokeObjectURL(target.url);
      core.set({ trial: idleTrial });
    },
    askAgain: () => {
      const { prediction, covered, busy } = core.state().trial;
      if (question !== null && prediction !== null && !busy && covered.length === 0) void answer(question);
    },
  };
}
