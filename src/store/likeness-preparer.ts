import type { LikenessReference } from '../domain/evaluation/likeness';
import type { RunRecord } from '../domain/history';
import type { StoreCore } from './core';
import { idleLikeness } from './initial-state';
import { selectLikenessReference } from './inspection-selectors';
import type { PageState } from './state';
import type { Trial } from './trial-actions';

export interface LikenessPreparer {
  /** The state may have changed. */
  look(): void;
}

/** The worker has nothing to do that would hold more features soon, or that this would slow down. */
function isFree({ headReady, run, inspection, ingest, features, workerDead, compute, weights }: PageState): boolean {
  const isTaken = run.phase === 'running' || run.phase === 'stopping' || inspection.task !== null;
  const isReading = ingest.phase !== 'idle' || features.phase !== 'idle';
  const canCompute = compute.status !== null && !compute.proving && weights.phase === 'ready' && workerDead === null;
  return headReady && canCompute && !isTaken && !isReading;
}

function isSame(a: LikenessReference, b: LikenessReference): boolean {
  // The selector gives the same object until something changed: this is asked at every change of the state.
  if (a === b) return true;
  const isSamePlace = (sample: LikenessReference['samples'][number], at: number) =>
    sample.id === b.samples[at]?.id && sample.group === b.samples[at].group;
  return a.fit === b.fit && a.samples.length === b.samples.length && a.samples.every(isSamePlace);
}

/**
 * Makes the head's training pictures ready to be compared with, whenever the worker is free and holds their features: nothing is computed
 * for it that a person did not ask for. Another head, other pictures or more features begin anew; a failure waits for one of them.
 */
export function createLikenessPreparer(core: StoreCore, trial: Trial): LikenessPreparer {
  let head: RunRecord | null = null;
  let asked: { readonly reference: LikenessReference; readonly featuresDone: number } | null = null;
  let abort: AbortController | null = null;

  const stop = (): void => {
    abort?.abort();
    abort = null;
  };

  const ask = async (reference: LikenessReference): Promise<void> => {
    stop();
    const mine = new AbortController();
    abort = mine;
    const isPresent = (): boolean => abort === mine;
    core.set({ likeness: { ...idleLikeness, phase: 'preparing' } });
    try {
      const report = await core.engine().prepareLikeness(reference, 'leave', () => undefined, mine.signal);
      if (!isPresent()) return;
      core.set({ likeness: { phase: report.pictures > 0 ? 'ready' : 'missing', report } });
    } catch (thrown) {
      // It is beside what the person does: only a dead worker is told. Predictions stay as they are without it.
      if (isPresent()) {
        core.fail(thrown);
        core.set({ likeness: idleLikeness });
      }
    } finally {
      if (isPresent()) abort = null;
    }
  };

  let wasReady = false;

  return {
    look: () => {
      const state = core.state();
      if (state.headRun !== head) {
        head = state.headRun;
        asked = null;
        stop();
        if (state.likeness !== idleLikeness) core.set({ likeness: idleLikeness });
        return;
      }
      const isReady = state.likeness.phase === 'ready';
      const hasBecomeReady = isReady && !wasReady;
      wasReady = isReady;
      if (hasBecomeReady && state.trial.prediction?.likeness === undefined) trial.askAgain();
      if (state.workerDead !== null && asked !== null) {
        // The next worker holds nothing.
        stop();
        asked = null;
        core.set({ likeness: idleLikeness });
        return;
      }
      if (!isFree(state)) {
        if (abort === null) return;
        // What takes over asks for all of the worker; it is begun anew afterwards.
        stop();
        asked = null;
        core.set({ likeness: idleLikeness });
        return;
      }
      const reference = selectLikenessReference(state);
      if (reference === null) return;
      const isKnown = asked !== null && isSame(asked.reference, reference);
      const hasMore = state.likeness.phase === 'missing' && asked?.featuresDone !== state.features.done;
      if (isKnown && !hasMore) return;
      asked = { reference, featuresDone: state.features.done };
      void ask(reference);
    },
  };
}
