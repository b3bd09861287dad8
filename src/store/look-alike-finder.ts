import type { Sample } from '../domain/dataset';
import { nextTask } from '../domain/next-task';
import { findLookAlikes, type LookAlike } from '../domain/look-alikes';
import type { StoreCore } from './core';
import type { PageActions } from './state';

/** Of a frame, milliseconds: the page goes on moving while 25,000 pictures are compared. */
const sliceMs = 6;
/** A frame that takes longer to come is that of a hidden tab: then it goes on without frames. */
const slowFrameMs = 90;

export interface LookAlikeFinder {
  /** The state may have changed. */
  look(): void;
  readonly actions: Pick<PageActions, 'acceptLookAlikes'>;
}

function isSameSet(a: readonly Sample[], b: readonly Sample[]): boolean {
  return a.length === b.length && a.every(({ id }, at) => id === b[at]?.id);
}

/** Searches for look-alikes whenever pictures came or went and none is being read, a little in each frame. */
export function createLookAlikeFinder(core: StoreCore): LookAlikeFinder {
  let seen: readonly Sample[] = [];
  let search: Generator<undefined, readonly LookAlike[]> | null = null;

  const schedule = (own: Generator<undefined, readonly LookAlike[]>, isHidden: boolean): void => {
    const asked = core.ports.now();
    const goOn = (): void => {
      step(own, isHidden || core.ports.now() - asked >= slowFrameMs);
    };
    if (isHidden) nextTask(goOn);
    else core.ports.scheduleFrame(goOn);
  };

  const step = (own: Generator<undefined, readonly LookAlike[]>, isHidden: boolean): void => {
    if (search !== own) return;
    const start = core.ports.now();
    do {
      const next = own.next();
      if (next.done === true) {
        search = null;
        core.patch('lookAlikes', { isSearching: false, pairs: next.value });
        return;
      }
    } while (core.ports.now() - start < sliceMs);
    schedule(own, isHidden);
  };

  return {
    look: () => {
      const { ingest, project } = core.state();
      const { samples } = project.document;
      if (ingest.phase !== 'idle' || samples === seen) return;
      const isSame = isSameSet(samples, seen);
      seen = samples;
      if (isSame) return;
      const own = findLookAlikes(samples);
      search = own;
      core.patch('lookAlikes', { isSearching: true });
      schedule(own, false);
    },
    actions: {
      acceptLookAlikes: (key) => {
        const accepted = new Set(core.state().lookAlikes.accepted);
        core.patch('lookAlikes', { accepted: accepted.add(key) });
      },
    },
  };
}
