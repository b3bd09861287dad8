import type { Sample } from '../domain/dataset';
import { describeError, HeadstartError, toHeadstartError, type ErrorCode, type ErrorRecord } from '../domain/errors';
import type { RunEvent } from '../domain/events';
import { fingerprintData, packAnswers, type RunData } from '../domain/run-data';
import { validateRunConfig } from '../domain/run-config';
import type { EngineApi, RunKeep, RunOutcome, RunRequest, UnfinishedRun } from '../protocol/engine-api';
import type { DeviceChooser } from './compute-actions';
import type { StoreCore } from './core';
import { createInbox } from './inbox';
import { endedRun, idleRun, waitingStages } from './initial-state';
import type { Revival } from './revival';
import { applyRunEvents, setStage } from './run-events';
import { selectMissingPictures, selectNextRunNumber } from './run-selectors';
import { selectStart } from './start-selectors';
import { selectSplits, selectTrainBlocker } from './selectors';
import type { PageActions, PageState } from './state';
import type { WeightsLoader } from './weights-actions';

export interface Runner {
  readonly actions: Pick<PageActions, 'train' | 'pause' | 'continueRun' | 'stop' | 'discardRun'>;
  /** Lets go of a run that everything else goes with. */
  abandon(): void;
  /** The worker is gone and another takes its place: the run waits for `revive`, what was drawn stays. */
  suspend(): void;
  /** Goes on with what is kept of a suspended run, as the person wanted it; null where nothing is. */
  revive(unfinished: UnfinishedRun | null, reason: ErrorRecord): void;
  /** What the present project left unfinished; null where there is none, and where another tab owns it. */
  findUnfinished(): Promise<UnfinishedRun | null>;
  /** Shows it, paused. `samples` are the pictures that the project was saved with. */
  offerUnfinished(samples: readonly Sample[]): Promise<void>;
}

/** Failures that leave the run where it was: what they name can be mended, and Continue goes on. */
const waiting: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'device-lost',
  'cpu-worker-lost',
  'picture-gone',
  'sample-unknown',
  'out-of-memory',
  'run-of-other-weights',
]);

function namesOf(samples: readonly Sample[]): ReadonlyMap<string, string> {
  return new Map(samples.map(({ id, name }) => [id, name]));
}

type StartRun = (engine: EngineApi, onEvent: (event: RunEvent) => void, signal: AbortSignal) => Promise<RunOutcome>;

function createRequest(state: PageState, everySeconds: number): RunRequest {
  const { id, samples, classNames, settings } = state.project.document;
  const { assignments } = selectSplits(state);
  const labels = new Map(classNames.map((className, labelIndex) => [className, labelIndex]));
  const start = selectStart(state);
  return {
    number: selectNextRunNumber(state),
    config: validateRunConfig(settings),
    classNames,
    ...(start.value === 'present' && start.run !== null ? { startFrom: start.run.id } : {}),
    // Whoever only reads the project keeps nothing in it.
    ...(state.access === 'owner' ? { keep: { project: id, everySeconds } } : {}),
    samples: samples.flatMap(({ id, className }) => {
      const split = assignments.get(id);
      const labelIndex = className === null ? undefined : labels.get(className);
      return split === undefined || labelIndex === undefined ? [] : [{ id, labelIndex, split }];
    }),
  };
}

/** What else uses the device, and is ended before a run. */
interface Guest {
  stop(): Promise<void>;
}

export function createRunner(
  core: StoreCore,
  weights: WeightsLoader,
  device: DeviceChooser,
  guests: readonly Guest[],
  revival: Revival,
): Runner {
  const stopGuests = async (): Promise<void> => {
    await Promise.all(guests.map((guest) => guest.stop()));
  };

  let abort: AbortController | null = null;
  let stopAsked = false;
  /** As it was when the run was started: the person may change it meanwhile. */
  let learntFrom: Pick<RunData, 'splitRules' | 'pinned'> | null = null;

  const describeSplits = (): Pick<RunData, 'splitRules' | 'pinned'> => {
    const { splitRules, samples } = core.state().project.document;
    return { splitRules, pinned: samples.filter(({ pinnedSplit }) => pinnedSplit !== null).length };
  };

  const describeData = (classNames: readonly string[], start: Pick<RunData, 'splitRules' | 'pinned'>): RunData => {
    const { samples, predictions } = core.state().run;
    return { fingerprint: fingerprintData(samples, classNames), ...start, answers: packAnswers(predictions) };
  };

  const finish = (outcome: RunOutcome): void => {
    if (outcome.status === 'paused') {
      core.patch('run', { phase: 'paused' });
      return;
    }
    const { run } = outcome;
    const stages = core
      .state()
      .run.stages.map((stage) => (stage.status === 'running' ? { ...stage, status: 'done' as const, secondsLeft: null } : stage));
    core.patch('run', { phase: 'done', stages, result: run, history: run.history, log: run.log, error: null });
    core.set({ headReady: true, headRun: run });
    const { heldOut } = core.state().inspection;
    core.patch('inspection', { heldOut: new Map([...heldOut, [run.id, core.state().run.predictions]]) });
    core.dispatch({ kind: 'add-run', run, ...(learntFrom === null ? {} : { data: describeData(run.classNames, learntFrom) }) });
  };

  /** One call of the engine, from asking to its outcome; every failure ends in the run's state. */
  const follow = async (start: StartRun): Promise<void> => {
    const controller = new AbortController();
    abort = controller;
    const isPresent = (): boolean => abort === controller;
    const inbox = createInbox<RunEvent>(core.ports, (events) => {
      if (!isPresent()) return;
      core.set({ run: applyRunEvents(core.state().run, events) });
      const told = events.findLast((event) => event.kind === 'resumed' || event.kind === 'status');
      if (told !== undefined) core.patch('compute', { status: told.status });
    });
    try {
      await stopGuests();
      await awaitWeights(controller.signal);
      const outcome = await start(core.engine(), inbox.push, controller.signal);
      inbox.flush();
      if (isPresent()) finish(outcome);
    } catch (thrown) {
      inbox.flush();
      if (isPresent()) stopWith(thrown, isPresent);
    } finally {
      if (isPresent()) abort = null;
    }
  };

  const awaitWeights = async (signal: AbortSignal): Promise<void> => {
    const showProgress = (): void => {
      const { progress, report } = core.state().weights;
      const note = (report?.from ?? progress?.from) === 'cache' ? 'from cache' : null;
      const numbers =
        progress === null ? {} : { done: progress.receivedBytes, total: progress.totalBytes, secondsLeft: progress.secondsLeft };
      const isReady = core.state().weights.phase === 'ready';
      core.patch('run', {
        stages: setStage(core.state().run.stages, 'weights', { ...numbers, note, status: isReady ? 'done' : 'running' }),
      });
    };
    const watch = (): void => {
      if (core.state().weights.phase !== 'loading' || signal.aborted) return;
      showProgress();
      core.ports.scheduleFrame(watch);
    };
    if (core.state().weights.phase !== 'ready') {
      showProgress();
      core.ports.scheduleFrame(watch);
      await Promise.race([weights.load(), rejectWhenAborted(signal)]);
    }
    if (core.state().run.stages.some(({ stage, status }) => stage === 'weights' && status !== 'done')) showProgress();
  };

  const stopWith = (thrown: unknown, isPresent: () => boolean): void => {
    const { code } = toHeadstartError(thrown);
    if (code === 'cancelled') {
      // Nothing had begun that could go on.
      core.patch('run', { phase: 'idle', error: null, stages: [] });
      return;
    }
    if (code === 'out-of-memory' && revival.isAllowed()) {
      // A new worker begins with none of it taken.
      core.set({ workerDead: toHeadstartError(thrown).toRecord() });
      return;
    }
    const error = core.fail(thrown);
    // Where the worker was started again at once, the run waits for it.
    if (!isPresent()) return;
    // After a lost graphics card the worker still holds the run: Continue takes a new device first.
    core.patch('run', { phase: waiting.has(code) ? 'paused' : 'failed', error });
  };

  const restore = ({ request, history, log, firstBatch, ...where }: UnfinishedRun, names: ReadonlyMap<string, string>): void => {
    const { id, savedAt, epoch, step, stepsPerEpoch } = where;
    const { config, samples, number } = request;
    const done = Math.max(epoch * stepsPerEpoch + step, history.steps.length);
    learntFrom = describeSplits();
    const total = config.epochs * stepsPerEpoch;
    core.set({
      run: {
        ...idleRun,
        phase: 'paused',
        ...{ config, samples, history, log, firstBatch },
        stages: setStage(waitingStages, 'training', { status: 'running', done, total }),
        interrupted: { id, savedAt, epoch, step, stepsPerEpoch, number, names },
      },
    });
    // The settings that are shown are the run's.
    if (JSON.stringify(core.state().project.document.settings) !== JSON.stringify(config))
      core.dispatch({ kind: 'change-settings', settings: config });
  };

  const keepOf = (): RunKeep => ({ project: core.state().project.document.id, everySeconds: core.ports.checkpointSeconds });

  const findUnfinished = async (): Promise<UnfinishedRun | null> => {
    if (core.state().access !== 'owner') return null;
    const found = await core.engine().unfinishedRun(keepOf());
    if (found === null || !core.state().project.document.runs.some((run) => run.id === found.id)) return found;
    // It ended, and its record was kept, just before the page closed.
    await core.engine().discardRun(found.id);
    return null;
  };

  /** Whether all pictures of a paused run are here; else it says which are not, and waits. */
  const hasPictures = (): boolean => {
    const missing = selectMissingPictures(core.state());
    if (missing !== null) core.patch('run', { error: missing });
    return missing === null;
  };

  const discard = async (): Promise<void> => {
    const { interrupted } = core.state().run;
    const { headRun } = core.state();
    core.set({
      run: headRun === null ? idleRun : endedRun(headRun),
    });
    try {
      const id = interrupted?.id ?? (await core.engine().unfinishedRun(keepOf()))?.id;
      if (id !== undefined) await core.engine().discardRun(id);
    } catch (thrown) {
      core.patch('run', { error: core.fail(thrown) });
    }
  };

  const finishPaused = async (): Promise<void> => {
    if (core.state().run.history.steps.length === 0) {
      // Not one step was taken: there is no head to keep.
      await discard();
      return;
    }
    if (!hasPictures()) return;
    core.patch('run', { phase: 'stopping', error: null });
    await follow((engine, onEvent, signal) => engine.finishRun(onEvent, signal));
  };

  /** Stop is a pause that the run does not come back from. */
  const finishIfAsked = async (): Promise<void> => {
    if (stopAsked && core.state().run.phase === 'paused') await finishPaused();
  };

  const actions: Runner['actions'] = {
    train: async () => {
      const { phase } = core.state().run;
      if (phase === 'running' || phase === 'stopping') return;
      const blocker = selectTrainBlocker(core.state());
      if (blocker !== null) {
        core.patch('run', { error: blocker });
        return;
      }
      stopAsked = false;
      const request = createRequest(core.state(), core.ports.checkpointSeconds);
      learntFrom = describeSplits();
      const { config, samples } = request;
      const { start } = core.state().run;
      core.set({ run: { ...idleRun, start, phase: 'running', config, samples, stages: waitingStages } });
      await follow((engine, onEvent, signal) => engine.startRun(request, onEvent, signal));
      await finishIfAsked();
    },
    pause: () => {
      if (core.state().run.phase !== 'running') return;
      core.patch('run', { phase: 'stopping' });
      abort?.abort();
    },
    continueRun: async () => {
      const { phase, error } = core.state().run;
      if (phase !== 'paused') {
        if (phase === 'idle' || phase === 'done' || phase === 'failed') core.patch('run', { error: describeError('run-absent') });
        return;
      }
      if (core.state().access === 'reader') {
        core.patch('run', { error: describeError('project-not-owned') });
        return;
      }
      stopAsked = false;
      if (!hasPictures()) return;
      core.patch('run', { phase: 'running', error: null });
      if (error?.code === 'device-lost' && !(await device.configure())) {
        core.patch('run', { phase: 'paused', error: core.state().compute.error ?? error });
        return;
      }
      // The run waits for the proof inside the worker; the page learns its outcome beside.
      if (error?.code === 'device-lost') void device.makeReady();
      await follow((engine, onEvent, signal) => engine.continueRun(onEvent, signal));
      await finishIfAsked();
    },
    discardRun: async () => {
      if (core.state().run.phase === 'paused') await discard();
    },
    stop: async () => {
      const { phase } = core.state().run;
      if (phase === 'paused') await finishPaused();
      if (phase !== 'running' && phase !== 'stopping') return;
      stopAsked = true;
      core.patch('run', { phase: 'stopping' });
      abort?.abort();
    },
  };

  return {
    abandon: () => {
      abort?.abort();
      abort = null;
      stopAsked = false;
      void stopGuests();
      const { phase } = core.state().run;
      if (phase === 'running' || phase === 'stopping' || phase === 'paused') core.patch('run', { phase: 'failed' });
    },
    suspend: () => {
      abort?.abort();
      abort = null;
      void stopGuests();
    },
    findUnfinished,
    offerUnfinished: async (samples) => {
      const unfinished = await findUnfinished();
      if (unfinished !== null) restore(unfinished, namesOf(samples));
    },
    revive: (unfinished, reason) => {
      const { phase, interrupted } = core.state().run;
      if (phase === 'idle' || phase === 'done') return;
      if (unfinished === null) {
        if (phase !== 'failed') core.patch('run', { phase: 'failed', error: describeError('run-lost') });
        return;
      }
      restore(unfinished, interrupted?.names ?? namesOf(core.state().project.document.samples));
      core.patch('run', { resumed: phase === 'running' ? reason : null });
      if (phase === 'running') void actions.continueRun();
      else void finishIfAsked();
    },
    actions,
  };
}

function rejectWhenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const cancel = (): void => {
      reject(new HeadstartError('cancelled'));
    };
    if (signal.aborted) cancel();
    else signal.addEventListener('abort', cancel, { once: true });
  });
}
