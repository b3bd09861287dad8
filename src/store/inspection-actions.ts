import { describeError, toHeadstartError } from '../domain/errors';
import type { CrossValidation, InspectionProgress } from '../domain/evaluation/inspection';
import { keptEpoch } from '../domain/history';
import type { EngineApi } from '../protocol/engine-api';
import type { StoreCore } from './core';
import { createInbox } from './inbox';
import { foldCount, selectLikenessReference, selectRunSamples } from './inspection-selectors';
import type { InspectionState, PageActions } from './state';
import type { WeightsLoader } from './weights-actions';

export interface Inspector {
  readonly actions: Pick<
    PageActions,
    'predictSplit' | 'crossValidate' | 'projectPictures' | 'prepareLikeness' | 'cancelInspection' | 'confirmLabel'
  >;
  /** Ends what goes on; resolves when the device is free. A run goes before it. */
  stop(): Promise<void>;
}

function countRight({ predictions }: CrossValidation): { readonly right: number; readonly count: number } {
  const right = predictions.filter(({ classIndex, labelIndex }) => classIndex === labelIndex).length;
  return { right, count: predictions.length };
}

export function createInspector(core: StoreCore, weights: WeightsLoader): Inspector {
  let present: { readonly abort: AbortController; readonly ended: Promise<void> } | null = null;

  /** One task at a time; its failure is shown in the view that asked. */
  const work = async (
    task: NonNullable<InspectionState['task']>,
    ask: (
      engine: EngineApi,
      onProgress: (progress: InspectionProgress) => void,
      signal: AbortSignal,
    ) => Promise<Partial<InspectionState>>,
  ): Promise<void> => {
    const abort = new AbortController();
    const inbox = createInbox<InspectionProgress>(core.ports, (reports) => {
      const progress = reports.at(-1);
      if (progress !== undefined && core.state().inspection.task === task) core.patch('inspection', { progress });
    });
    core.patch('inspection', { task, progress: null, error: null });
    const ended = ask(core.engine(), inbox.push, abort.signal).then(
      (outcome) => {
        inbox.flush();
        core.patch('inspection', { ...outcome, task: null, progress: null });
      },
      (thrown: unknown) => {
        inbox.flush();
        const error = toHeadstartError(thrown).code === 'cancelled' ? null : core.fail(thrown);
        core.patch('inspection', { task: null, progress: null, error });
      },
    );
    present = { abort, ended };
    await ended;
    present = null;
  };

  /** Whether a task may begin now; why not is told in the view. */
  const canBegin = (needsHead = true): boolean => {
    const { headRun, inspection, run } = core.state();
    if (inspection.task !== null) return false;
    const isBusy = run.phase === 'running' || run.phase === 'stopping';
    const blocker = needsHead && headRun === null ? describeError('head-absent') : isBusy ? describeError('busy') : null;
    if (blocker !== null) core.patch('inspection', { error: blocker });
    return blocker === null;
  };

  return {
    stop: async () => {
      present?.abort.abort();
      await present?.ended;
    },
    actions: {
      confirmLabel: (sampleId) => {
        const { confirmed } = core.state().inspection;
        if (!confirmed.includes(sampleId)) core.patch('inspection', { confirmed: [...confirmed, sampleId] });
      },
      cancelInspection: () => {
        present?.abort.abort();
      },
      projectPictures: async (method) => {
        if (!canBegin(false)) return;
        const { samples, settings } = core.state().project.document;
        const request = { sampleIds: samples.map(({ id }) => id), fit: settings.fit, method, seed: settings.seed };
        await work('map', async (engine, onProgress, signal) => {
          await weights.load();
          const projection = await engine.projectPictures(request, onProgress, signal);
          return { maps: { ...core.state().inspection.maps, [method]: projection } };
        });
      },
      prepareLikeness: async () => {
        const reference = selectLikenessReference(core.state());
        if (!canBegin() || reference === null) return;
        await work('likeness', async (engine, onProgress, signal) => {
          const report = await engine.prepareLikeness(reference, 'compute', onProgress, signal);
          core.set({ likeness: { phase: report.pictures > 0 ? 'ready' : 'missing', report } });
          return {};
        });
      },
      predictSplit: async (split) => {
        const { headRun } = core.state();
        if (!canBegin() || headRun === null) return;
        const samples = selectRunSamples(core.state()).filter((sample) => sample.split === split);
        await work('predictions', async (engine, onProgress, signal) => {
          const predictions = await engine.predictSamples(samples, onProgress, signal);
          const known = core.state().inspection.predictions;
          const others = known?.runId === headRun.id ? known.of : {};
          return { predictions: { runId: headRun.id, of: { ...others, [split]: predictions } } };
        });
      },
      crossValidate: async () => {
        const { headRun } = core.state();
        if (!canBegin() || headRun === null) return;
        const { config, number, classNames, bestEpoch } = headRun;
        // Where validation chose an epoch, the folds train for as many: they have nobody to choose by.
        const epochs = bestEpoch === null ? config.epochs : (keptEpoch(headRun)?.epoch ?? bestEpoch) + 1;
        const samples = selectRunSamples(core.state());
        const request = { number, config: { ...config, epochs }, classNames, samples };
        await work('folds', async (engine, onProgress, signal) => {
          const result = await engine.crossValidate(request, foldCount, onProgress, signal);
          const former = core.state().inspection.folds;
          const before = former?.runId === headRun.id ? (former.before ?? countRight(former.result)) : null;
          return { folds: { runId: headRun.id, result, before } };
        });
      },
    },
  };
}
