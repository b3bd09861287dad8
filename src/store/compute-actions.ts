import { describeError } from '../domain/errors';
import type { StoreCore } from './core';
import { keepDeviceChoice } from './kept-choice';
import type { PageActions } from './state';
import type { WeightsLoader } from './weights-actions';

export interface DeviceChooser {
  readonly actions: Pick<PageActions, 'chooseDevice'>;
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
      const status = await core.engine().configureDevice(core.state().compute.choice);
      if (mine === asked) core.patch('compute', { status, error: null });
      return true;
    } catch (thrown) {
      const error = core.fail(thrown);
      if (mine === asked) core.patch('compute', { status: error?.code === 'busy' ? core.state().compute.status : null, error });
      return false;
    }
  };

  return {
    configure,
    actions: {
      chooseDevice: async (choice) => {
        const { phase } = core.state().run;
        if (phase === 'running' || phase === 'stopping') {
          core.patch('compute', { error: describeError('busy') });
          return;
        }
        keepDeviceChoice(choice);
        core.patch('compute', { choice });
        // The former device took the weights with it.
        if (await configure()) await weights.load().catch(() => undefined);
      },
    },
  };
}
