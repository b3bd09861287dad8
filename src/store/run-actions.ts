import { describeError, HeadstartError, toHeadstartError } from '../domain/errors';
import type { RunEvent } from '../domain/events';
import { validateRunConfig } from '../domain/run-config';
import type { EngineApi, RunOutcome, RunRequest } from '../protocol/engine-api';
import type { DeviceChooser } from './compute-actions';
import type { StoreCore } from './core';
import { createInbox } from './inbox';
import { idleRun, waitingStages } from './initial-state';
import type { Inspector } from './inspection-actions';
import { applyRunEvents, setStage } from './run-events';
import { selectSplits, selectTrainBlocker } from './selectors';
import type { PageActions, PageState } from './state';
import type { WeightsLoader } from './weights-actions';

export interface Runner {
  readonly actions: Pick<PageActions, 'train' | 'pause' | 'continueRun' | 'stop'>;
  /** Lets go of a run whose worker is gone; what was drawn stays. */
  abandon(): void;
}

type StartRun = (engine: EngineApi, onEvent: (event: RunEvent) => void, signal: AbortSignal) => Promise<RunOutcome>;

function createRequest(state: PageState): RunRequest {
  const { samples, classNames, settings, runs } = state.project.document;
  const { assignments } = selectSplits(state);
  const labels = new Map(classNames.map((className, labelIndex) => [className, labelIndex]));
  const number = Math.max(0, state.headRun?.number ?? 0, ...runs.map((run) => run.number)) + 1;
  return {
    number,
    config: validateRunConfig(settings),
    classNames,
    samples: samples.flatMap(({ id, className }) => {
      const split = assignments.get(id);
      const labelIndex = className === null ? undefined : labels.get(className);
      return split === undefined || labelIndex === undefined ? [] : [{ id, labelIndex, split }];
    }),
  };
}

export function createRunner(core: StoreCore, weights: WeightsLoader, device: DeviceChooser, inspector: Inspector): Runner {
  let abort: AbortController | null = null;
  let stopAsked = false;

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
    core.dispatch({ kind: 'add-run', run });
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
      await inspector.stop();
      await awaitWeights(controller.signal);
      const outcome = await start(core.engine(), inbox.push, controller.signal);
      inbox.flush();
      if (isPresent()) finish(outcome);
    } catch (thrown) {
      inbox.flush();
      if (isPresent()) stopWith(thrown);
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

  const stopWith = (thrown: unknown): void => {
    const { code } = toHeadstartError(thrown);
    if (code === 'cancelled') {
      // Nothing had begun that could go on.
      core.patch('run', { phase: 'idle', error: null, stages: [] });
      return;
    }
    const error = core.fail(thrown);
    // After a lost graphics card the worker still holds the run: Continue takes a new device first.
    core.patch('run', { phase: code === 'device-lost' || code === 'cpu-worker-lost' ? 'paused' : 'failed', error });
  };

  const finishPaused = async (): Promise<void> => {
    if (core.state().run.history.steps.length === 0) {
      // Not one step was taken: there is no head to keep.
      core.patch('run', { phase: 'idle', stages: [], error: null });
      return;
    }
    core.patch('run', { phase: 'stopping', error: null });
    await follow((engine, onEvent, signal) => engine.finishRun(onEvent, signal));
  };

  /** Stop is a pause that the run does not come back from. */
  const finishIfAsked = async (): Promise<void> => {
    if (stopAsked && core.state().run.phase === 'paused') await finishPaused();
  };

  return {
    abandon: () => {
      abort?.abort();
      abort = null;
      stopAsked = false;
      void inspector.stop();
      const { phase } = core.state().run;
      if (phase === 'running' || phase === 'stopping' || phase === 'paused') core.patch('run', { phase: 'failed' });
    },
    actions: {
      train: async () => {
        const { phase } = core.state().run;
        if (phase === 'running' || phase === 'stopping') return;
        const blocker = selectTrainBlocker(core.state());
        if (blocker !== null) {
          core.patch('run', { error: blocker });
          return;
        }
        stopAsked = false;
        const request = createRequest(core.state());
        const { config, samples } = request;
        core.set({ run: { ...idleRun, phase: 'running', config, samples, stages: waitingStages } });
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
          if (phase === 'idle' || phase === 'done' || phase === 'failed')
            core.patch('run', { error: describeError('run-absent') });
          return;
        }
        if (core.state().access === 'reader') {
          core.patch('run', { error: describeError('project-not-owned') });
          return;
        }
        stopAsked = false;
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
      stop: async () => {
        const { phase } = core.state().run;
        if (phase === 'paused') await finishPaused();
        if (phase !== 'running' && phase !== 'stopping') return;
        stopAsked = true;
        core.patch('run', { phase: 'stopping' });
        abort?.abort();
      },
    },
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
