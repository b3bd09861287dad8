import { safeName } from '../domain/dataset-export';
import { describeError } from '../domain/errors';
import type { ModelExportRequest } from '../domain/model-export';
import type { StoreCore } from './core';
import { selectSplits } from './selectors';
import type { PageActions, PageState } from './state';
import type { WeightsLoader } from './weights-actions';

/** How many of the person's own pictures may come along. */
const mostOwnPictures = 8;

/** Those that are named; else held-out pictures from all over the list, so that no class is missing only because it comes last. */
function chooseOwnPictures(state: PageState, named: readonly string[] | null): ModelExportRequest['ownSamples'] {
  if (named !== null) {
    const wanted = new Set(named);
    return state.project.document.samples.filter(({ id }) => wanted.has(id)).map(({ id, name }) => ({ id, name }));
  }
  const { assignments } = selectSplits(state);
  const heldOut = state.project.document.samples.filter(({ id }) => (assignments.get(id) ?? 'train') !== 'train');
  const step = Math.max(1, heldOut.length / mostOwnPictures);
  return heldOut
    .filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step))
    .slice(0, mostOwnPictures)
    .map(({ id, name }) => ({ id, name }));
}

export function createModelExportActions(
  core: StoreCore,
  weights: Pick<WeightsLoader, 'load'>,
): Pick<PageActions, 'lookAtExports' | 'exportModel' | 'cancelModelExport'> {
  let abort: AbortController | null = null;

  /** One at a time; what fails is shown where it was asked for. */
  const work = async (phase: 'certifying' | 'writing', ask: (signal: AbortSignal) => Promise<void>): Promise<void> => {
    const controller = new AbortController();
    abort = controller;
    core.patch('modelExport', { phase, progress: null, report: null, error: null });
    try {
      await ask(controller.signal);
      core.patch('modelExport', { phase: 'idle', progress: null });
    } catch (thrown) {
      core.patch('modelExport', { phase: 'idle', progress: null, error: core.fail(thrown) });
    } finally {
      abort = null;
    }
  };

  return {
    lookAtExports: async () => {
      const { headReady, modelExport } = core.state();
      if (modelExport.phase !== 'idle') return;
      if (!headReady) {
        core.patch('modelExport', { offers: null, report: null, error: describeError('head-absent') });
        return;
      }
      await work('certifying', async (signal) => {
        // A head of an earlier visit is there before the weights are.
        await weights.load();
        const offers = await core.engine().offerExports((progress) => {
          core.patch('modelExport', { progress });
        }, signal);
        core.patch('modelExport', { offers });
      });
    },
    exportModel: async ({ format, precision, withOwnPictures = false }) => {
      const { headReady, modelExport, project } = core.state();
      if (modelExport.phase !== 'idle') return;
      if (!headReady) {
        core.patch('modelExport', { report: null, error: describeError('head-absent') });
        return;
      }
      const { name: projectName } = project.document;
      const offer = modelExport.offers?.formats.find(({ id }) => id === format);
      const suggested = `${safeName(`${projectName} ${format}`)}${offer?.ending ?? '.zip'}`;
      await work('writing', async (signal) => {
        // First of all: the browser shows its dialog only as the answer to a click.
        const target = await core.ports.openSaveTarget(suggested);
        if (target === null) return;
        core.patch('modelExport', { name: target.handle.name });
        const ownSamples =
          withOwnPictures === false ? [] : chooseOwnPictures(core.state(), withOwnPictures === true ? null : withOwnPictures);
        try {
          await weights.load();
          const report = await core.engine().exportModel(
            { format, precision, projectName, ownSamples },
            target.handle,
            (progress) => {
              core.patch('modelExport', { progress });
            },
            signal,
          );
          await target.finish();
          core.patch('modelExport', { report });
        } catch (thrown) {
          await target.discard();
          throw thrown;
        }
      });
    },
    cancelModelExport: () => {
      abort?.abort();
    },
  };
}
