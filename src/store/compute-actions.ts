import { describeError } from '../domain/errors';
import { clampThreads } from '../domain/threads';
import type { StoreCore } from './core';
import { keepDeviceChoice, keepThreadsChoice } from './kept-choice';
import type { ComputeState, PageActions } from './state';
import type { WeightsLoader } from './weights-actions';

export interface DeviceChooser {
  readonly actions: Pick<PageActions, 'chooseDevice' | 'chooseThreads'>;
  /** Asks for the chosen device; false when nothing can compute. */
  configure(): Promise<boolean>;
}

export function createDeviceChooser(core: StoreCore, weights: WeightsLoader): DeviceChooser {
  let asked = 0;

  const configure = async (): Promise<boolean> => {
    asked += 1;
    const mine = asked;
    core.patch('compute', { error: null });
    try {
      const { choice, threads } = core.state().compute;
      const status = await core.engine().configureDevice(choice, { threads });
      if (mine === asked) core.patch('compute', { status, error: null });
      return true;
    } catch (thrown) {
      const error = core.fail(thrown);
      if (mine === asked) core.patch('compute', { status: error?.code === 'busy' ? core.state().compute.status : null, error });
      return false;
    }
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
    if (await configure()) await weights.load().catch(() => undefined);
  };

  return {
    configure,
    actions: {
      chooseDevice: (choice) => choose({ choice }),
      chooseThreads: (threads) =>
        choose({ threads: threads === null ? null : clampThreads(threads, core.state().compute.mostThreads) }),
    },
  };
}
