import type { Fit } from '../domain/dataset';
import { describeError, type ErrorRecord } from '../domain/errors';
import { shippedBackboneId, type ModelImportProgress, type ModelOffer } from '../domain/model-import';
import type { EngineApi, RunOnBackbone, UsedBackbone } from '../protocol/engine-api';
import type { StoreCore } from './core';
import { closedModelImport, endedRun, idleModelExport, idleRun } from './initial-state';
import { selectNextRunNumber } from './run-selectors';
import { selectStart } from './start-selectors';
import type { PageActions, PageState } from './state';
import type { Trial } from './trial-actions';
import type { WeightsLoader } from './weights-actions';

type ModelActions = Pick<
  PageActions,
  | 'openModelDialog'
  | 'closeModelDialog'
  | 'readModel'
  | 'fetchHubModel'
  | 'cancelModel'
  | 'takeModel'
  | 'useBackbone'
  | 'removeBackbone'
  | 'setStart'
>;

type Ask = (engine: EngineApi, onProgress: (progress: ModelImportProgress) => void, signal: AbortSignal) => Promise<ModelOffer>;

const fitOf = ({ project }: PageState): Fit => project.document.settings.fit;

/** Why no other weights can come into force now: a run would lose its own, and who only reads the project may not change it. */
export function selectModelObstacle({ run, access, ingest, inspection, modelImport }: PageState): ErrorRecord | null {
  if (access === 'reader') return describeError('project-not-owned');
  // One that waits for weights which are gone may be what they are brought in again for: the worker knows which it stands on.
  const isWaiting = run.phase === 'paused' && modelImport.problem === null;
  if (run.phase === 'running' || run.phase === 'stopping' || isWaiting) return describeError('run-unfinished');
  return ingest.phase !== 'idle' || inspection.task !== null ? describeError('busy') : null;
}

/** What waits to be taken, held against what is in force now. */
function withPresent({ modelImport: { offer }, project }: PageState): ModelOffer | null {
  if (offer === null || offer.backbone === null) return offer;
  const isInForce = offer.backbone.id === (project.document.backbone?.id ?? shippedBackboneId);
  return { ...offer, backbone: { ...offer.backbone, isInForce } };
}

/** Models that come in, and which convolutions are in force. */
export function createModelTaker(
  core: StoreCore,
  weights: Pick<WeightsLoader, 'load'>,
  trial: Pick<Trial, 'forget'>,
): ModelActions {
  let abort: AbortController | null = null;

  const isBusy = (): boolean => {
    const { phase } = core.state().modelImport;
    return phase === 'fetching' || phase === 'reading' || phase === 'taking';
  };

  const look = async (): Promise<void> => {
    try {
      const [hub, kept] = await Promise.all([core.engine().hubModelState(), core.engine().listBackbones()]);
      core.patch('modelImport', { hub, kept });
    } catch (thrown) {
      core.patch('modelImport', { error: core.fail(thrown) });
    }
  };

  /** What is asked for comes as an offer; what fails is shown where it was asked for. */
  const ask = async (phase: 'fetching' | 'reading', work: Ask): Promise<void> => {
    if (isBusy()) return;
    const controller = new AbortController();
    abort = controller;
    core.patch('modelImport', { phase, offer: null, progress: null, error: null });
    const isPresent = (): boolean => abort === controller;
    try {
      // It is compared with the weights that come with the page.
      await weights.load();
      const tell = (progress: ModelImportProgress): void => {
        if (isPresent()) core.patch('modelImport', { progress });
      };
      const offer = await work(core.engine(), tell, controller.signal);
      if (isPresent()) core.patch('modelImport', { phase: 'offered', offer, progress: null });
      else await core.engine().closeModel();
    } catch (thrown) {
      const error = core.fail(thrown);
      if (isPresent())
        core.patch('modelImport', { phase: 'open', progress: null, error: error?.code === 'cancelled' ? null : error });
    } finally {
      if (isPresent()) abort = null;
    }
    await look();
  };

  /** Everything that was said by the former convolutions or the former head goes. */
  const show = ({ backbone, run }: UsedBackbone): void => {
    const { project, inspection, headRun, run: shown, modelImport } = core.state();
    const isOtherBase = modelImport.problem !== null || project.document.backbone?.id !== backbone?.id;
    core.patch('modelImport', { problem: null });
    core.dispatch({ kind: 'use-backbone', backbone });
    if (!isOtherBase && run?.id === headRun?.id) return;
    trial.forget();
    core.set({
      headReady: run !== null,
      headRun: run,
      // A run that waits for these weights goes on as it stands.
      ...(shown.phase === 'paused' ? { run: { ...shown, error: null } } : { run: run === null ? idleRun : endedRun(run) }),
      modelExport: idleModelExport,
      inspection: { ...inspection, predictions: null, folds: null, error: null, ...(isOtherBase ? { maps: {} } : {}) },
    });
  };

  /** Without their histories. */
  const runsNewestFirst = (): readonly RunOnBackbone[] =>
    core
      .state()
      .project.document.runs.toReversed()
      .map(({ id, backbone }) => ({ id, ...(backbone === undefined ? {} : { backbone }) }));

  const takeNorm = (): void => {
    const { headRun, project } = core.state();
    const { settings } = project.document;
    if (headRun === null || headRun.config.featureNorm === settings.featureNorm) return;
    core.dispatch({
      kind: 'change-settings',
      settings: { ...settings, preset: 'custom', featureNorm: headRun.config.featureNorm },
    });
  };

  return {
    openModelDialog: async () => {
      if (core.state().modelImport.phase === 'closed') core.patch('modelImport', { phase: 'open', error: null });
      await look();
    },
    closeModelDialog: () => {
      // What is being put in force goes on to its end: it is either done or not.
      if (core.state().modelImport.phase === 'taking') return;
      const { kept, hub, problem } = core.state().modelImport;
      const hadOffer = core.state().modelImport.offer !== null;
      abort?.abort();
      abort = null;
      core.set({ modelImport: { ...closedModelImport, kept, hub, problem } });
      if (hadOffer)
        core
          .engine()
          .closeModel()
          .catch((thrown: unknown) => core.fail(thrown));
    },
    readModel: (files) =>
      ask('reading', (engine, onProgress, signal) => engine.openModel(files, fitOf(core.state()), onProgress, signal)),
    fetchHubModel: () =>
      ask('fetching', (engine, onProgress, signal) => engine.fetchHubModel(fitOf(core.state()), onProgress, signal)),
    cancelModel: () => {
      abort?.abort();
    },
    takeModel: async ({ withHead, classNames }) => {
      const { offer, phase } = core.state().modelImport;
      if (offer === null || phase !== 'offered') return;
      const obstacle = selectModelObstacle(core.state());
      if (obstacle !== null) {
        core.patch('modelImport', { error: obstacle });
        return;
      }
      const number = selectNextRunNumber(core.state());
      const names = classNames ?? offer.head?.classNames ?? [];
      const head = withHead && offer.head !== null ? { runId: core.ports.createId(), number, classNames: names } : null;
      const controller = new AbortController();
      abort = controller;
      core.patch('modelImport', { phase: 'taking', progress: null, error: null });
      try {
        const request = { head, runs: runsNewestFirst() };
        const tell = (progress: ModelImportProgress): void => {
          core.patch('modelImport', { progress });
        };
        const taken = await core.engine().takeModel(request, tell, controller.signal);
        show(taken);
        const { run } = taken;
        if (run !== null && run.id === head?.runId) {
          core.dispatch({ kind: 'add-run', run });
          core.patch('run', { start: 'present' });
          // Of other classes it predicts, and Train is not in its way.
          if (core.state().project.document.classNames.length > 0 && !selectStart(core.state()).offered)
            core.patch('run', { start: 'new' });
          else takeNorm();
        }
        const { kept, hub } = core.state().modelImport;
        core.set({ modelImport: { ...closedModelImport, kept, hub } });
        if (taken.notKept !== null) core.set({ notice: taken.notKept });
      } catch (thrown) {
        const error = core.fail(thrown);
        // A held model that is gone cannot be taken again.
        const isGone = error?.code === 'model-closed';
        core.patch('modelImport', {
          phase: isGone ? 'open' : 'offered',
          offer: isGone ? null : offer,
          progress: null,
          error: error?.code === 'cancelled' ? null : error,
        });
      } finally {
        abort = null;
      }
      await look();
    },
    useBackbone: async (id) => {
      if (isBusy()) return;
      const obstacle = selectModelObstacle(core.state());
      if (obstacle !== null) {
        core.patch('modelImport', { error: obstacle });
        return;
      }
      const { phase } = core.state().modelImport;
      core.patch('modelImport', { phase: 'taking', progress: null, error: null });
      try {
        if (id !== shippedBackboneId) await weights.load();
        show(await core.engine().useBackbone(id, runsNewestFirst()));
        core.patch('modelImport', { phase, offer: withPresent(core.state()) });
      } catch (thrown) {
        core.patch('modelImport', { phase, error: core.fail(thrown) });
      }
      await look();
    },
    removeBackbone: async (id) => {
      try {
        core.patch('modelImport', { error: null, kept: await core.engine().removeBackbone(id) });
      } catch (thrown) {
        core.patch('modelImport', { error: core.fail(thrown) });
      }
    },
    setStart: (start) => {
      if (start === core.state().run.start) return;
      core.patch('run', { start });
      if (start === 'present') takeNorm();
    },
  };
}
