import { describeError, toHeadstartError } from '../domain/errors';
import { clampThreads } from '../domain/threads';
import type { StoreCore } from './core';
import { keepDeviceChoice, keepThreadsChoice } from './kept-choice';
import type { ComputeState, PageActions } from './state';
import type { WeightsLoader } from './weights-actions';

export interface DeviceChooser {
  readonly actions: Pick<PageActions, 'chooseDevice' | 'chooseThreads' | 'retryWeights'>;
  /** Asks for the chosen device; false when nothing can compute. */
  configure(): Promise<boolean>;
  /** Brings the weights to the configured device and proves it. Never rejects: failures are in the state. */
  makeReady(): Promise<void>;
  /** The worker is gone; what it still answers counts no more. */
  reset(): void;
}

export function createDeviceChooser(core: StoreCore, weights: WeightsLoader): DeviceChooser {
  /** Answers to an earlier asking than the latest are dropped. */
  let asked = 0;
  let proof = new AbortController();

  const begin = (): number => {
    proof.abort();
    proof = new AbortController();
    asked += 1;
    return asked;
  };

  const configure = async (): Promise<boolean> => {
    const mine = begin();
    const former = core.state().compute.status;
    // None until the answer: what the former device had is going.
    core.patch('compute', { status: null, proving: false, error: null });
    try {
      const { choice, threads } = core.state().compute;
      const status = await core.engine().configureDevice(choice, { threads });
      if (mine === asked) core.patch('compute', { status, error: null });
      return true;
    } catch (thrown) {
      const error = core.fail(thrown);
      if (mine === asked) core.patch('compute', { status: error?.code === 'busy' ? former : null, error });
      return false;
    }
  };

  const prove = async (): Promise<void> => {
    const mine = asked;
    core.patch('compute', { proving: true });
    try {
      const status = await core.engine().proveDevice(proof.signal);
      if (mine === asked) core.patch('compute', { status, proving: false, error: null });
    } catch (thrown) {
      if (mine !== asked) return;
      const { code } = toHeadstartError(thrown);
      if (code === 'cancelled' || code === 'busy') {
        // Whatever needs the device next proves it first.
        core.patch('compute', { proving: false });
        return;
      }
      const error = core.fail(thrown);
      core.patch('compute', error === null ? { proving: false } : { status: null, proving: false, error });
    }
  };

  const makeReady = async (): Promise<void> => {
    const mine = asked;
    try {
      await weights.load();
    } catch {
      return; // shown beside the weights
    }
    if (mine === asked) await prove();
  };

  const choose = async (change: Partial<Pick<ComputeState, 'choice' | 'threads'>>): Promise<void> => {
    const { phase } = core.state().run;
    if (phase === 'running' || phase === 'stopping') {
      core.patch('compute', { error: describeError('busy') });
      return;
    }
    if (change.choice !== undefined) keepDeviceChoice(change.choice);
    if (change.threads !== undefined) keepThreadsChoice(change.threads);
    core.patch('compute', change);
    // The former device took the weights with it.
    if (await configure()) await makeReady();
  };

  return {
    configure,
    makeReady,
    reset: () => {
      begin();
      core.patch('compute', { status: null, proving: false, error: null });
    },
    actions: {
      chooseDevice: (choice) => choose({ choice }),
      chooseThreads: (threads) =>
        choose({ threads: threads === null ? null : clampThreads(threads, core.state().compute.mostThreads) }),
      retryWeights: async () => {
        if (core.state().compute.status === null) {
          core.patch('weights', { phase: 'failed', error: core.state().compute.error ?? describeError('busy') });
          return;
        }
        await makeReady();
      },
    },
  };
}
