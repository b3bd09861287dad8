import type { FeaturesProgress, SelfTestReport } from '../domain/events';
import { toHeadstartError } from '../domain/errors';
import type { RunConfig } from '../domain/run-config';
import type { DeviceChooser } from './compute-actions';
import type { StoreCore } from './core';
import { selectWantedFeatures } from './feature-selectors';
import { createInbox } from './inbox';
import { idleFeatures } from './initial-state';
import type { PageActions, PageState, WantedFeatures } from './state';

/** Faster than this nobody reads the numbers. */
const deliveryPauseMs = 200;

export interface FeaturePreparer {
  readonly actions: Pick<PageActions, 'pauseFeatures' | 'goOnWithFeatures'>;
  /** To be called after every change of the state: asks the worker for what is wanted and not asked for. */
  look(): void;
  /** A new worker does not have the pictures yet: nothing is asked of it until `release`. */
  hold(): void;
  release(): void;
}

interface Call {
  readonly wanted: WantedFeatures;
  readonly settings: RunConfig;
  readonly abort: AbortController;
  isOpen: boolean;
}

function isRunActive({ run }: PageState): boolean {
  return run.phase === 'running' || run.phase === 'stopping' || run.phase === 'paused';
}

/**
 * Keeps features being extracted in the background. It follows the state alone: what is wanted is asked for as soon as a proved
 * device is free, and again after everything that may have taken it away.
 */
export function createFeaturePreparer(core: StoreCore, device: DeviceChooser): FeaturePreparer {
  /** The last one since the device became free, ended or not; null while it is not free. */
  let call: Call | null = null;
  let isHeld = false;
  let proof: SelfTestReport | null = null;
  let base: string | undefined;
  let wantedByRun: WantedFeatures | null = null;

  const isFree = (state: PageState): boolean => {
    const { status, proving } = state.compute;
    const isProved = !proving && status !== null && status.selfTest !== null;
    const canCompute = isProved && state.weights.phase === 'ready' && state.workerDead === null;
    const isTaken = isRunActive(state) || state.inspection.task !== null;
    // Features of other weights than the project's would be of no use.
    const isOnItsWeights = state.modelImport.problem === null && state.modelImport.phase !== 'taking';
    return canCompute && isOnItsWeights && !isHeld && !state.features.paused && !isTaken;
  };

  const letGo = (abort: boolean): void => {
    if (call === null) return;
    const { abort: controller, isOpen } = call;
    call = null;
    if (abort) controller.abort();
    if (isOpen) core.patch('features', { phase: 'idle' });
  };

  /** A device that goes takes its features with it, and so do weights; another one, or the same anew, holds nothing yet. */
  const noteDevice = ({ compute, features, project }: PageState): void => {
    const present = compute.status?.selfTest ?? null;
    const other = project.document.backbone?.id;
    if (present === proof && other === base) return;
    // Without a word to the state in between, which would ask anew at once.
    const former = other === base ? null : call;
    if (former !== null) call = null;
    former?.abort.abort();
    [proof, base] = [present, other];
    core.set({ features: { ...idleFeatures, paused: features.paused } });
  };

  /** A run that came to its end has extracted all that it was given. */
  const noteRun = (state: PageState): void => {
    if (isRunActive(state)) {
      wantedByRun ??= selectWantedFeatures(state);
      return;
    }
    const wanted = wantedByRun;
    if (wanted === null) return;
    wantedByRun = null;
    const { phase, result } = state.run;
    if (phase !== 'done' || result === null || (result.stoppedEarly && result.config.way === 'frozen')) return;
    const total = wanted.sampleIds.length;
    core.patch('features', { wanted, done: total, total, error: null });
  };

  const ask = async (wanted: WantedFeatures, settings: RunConfig): Promise<void> => {
    const mine: Call = { wanted, settings, abort: new AbortController(), isOpen: true };
    call = mine;
    core.patch('features', { phase: 'extracting', unreadable: 0, error: null });
    const inbox = createInbox<FeaturesProgress>(
      core.ports,
      (reports) => {
        const report = reports.at(-1);
        if (report === undefined || call !== mine) return;
        const { done, total } = report;
        const pace = report.secondsPerPicture ?? core.state().features.secondsPerPicture;
        core.patch('features', { wanted, done, total, secondsPerPicture: pace });
      },
      () => deliveryPauseMs,
    );
    try {
      await core.engine().prepareFeatures(wanted.sampleIds, wanted.fit, inbox.push, mine.abort.signal);
      inbox.flush();
      mine.isOpen = false;
      const { wanted: told, done, total } = core.state().features;
      if (call === mine) core.patch('features', { phase: 'idle', unreadable: told === wanted ? total - done : 0 });
    } catch (thrown) {
      inbox.flush();
      mine.isOpen = false;
      const isCancelled = toHeadstartError(thrown).code === 'cancelled';
      if (call === mine) core.patch('features', { phase: 'idle', error: isCancelled ? null : core.fail(thrown) });
    }
  };

  const look = (): void => {
    noteDevice(core.state());
    noteRun(core.state());
    const state = core.state();
    if (!isFree(state)) {
      // A run, a cross-validation and another device take over inside the worker, which then ends the call by itself.
      letGo(state.features.paused || isHeld);
      return;
    }
    const { settings } = state.project.document;
    // Pictures land several times a second: the list is told when the former is done, or whole at the end.
    const canWait = call?.settings === settings && (call.isOpen || state.features.error !== null);
    if (canWait && state.ingest.phase === 'reading') return;
    const wanted = selectWantedFeatures(state);
    if (wanted === null) {
      letGo(true);
      // The worker forgets removed pictures: the same ones added again start anew.
      const { wanted: former, done } = core.state().features;
      const kept = former === null || state.project.document.samples.length === 0 ? null : { wanted: former, done };
      if (former !== null) core.patch('features', { wanted: null, done: 0, total: 0, unreadable: 0, kept });
    } else if (call?.wanted !== wanted) void ask(wanted, settings);
  };

  return {
    look,
    hold: () => {
      isHeld = true;
      look();
    },
    release: () => {
      isHeld = false;
      look();
    },
    actions: {
      pauseFeatures: () => {
        core.patch('features', { paused: true });
      },
      goOnWithFeatures: async () => {
        if (core.state().features.error?.code === 'device-lost') {
          const isConfigured = device.configure();
          core.patch('features', { paused: false, error: null });
          if (await isConfigured) await device.makeReady();
          return;
        }
        if (call?.isOpen === false) call = null;
        core.patch('features', { paused: false, error: null });
      },
    },
  };
}
