import type { Sample } from '../domain/dataset';
import { findLookAlikes, type LookAlike } from '../domain/look-alikes';
import type { StoreCore } from './core';
import type { PageActions } from './state';

/** Of a frame, milliseconds: the page goes on moving while 25,000 pictures are compared. */
const sliceMs = 6;

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

  const step = (own: Generator<undefined, readonly LookAlike[]>): void => {
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
    core.ports.scheduleFrame(() => {
      step(own);
    });
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
      core.ports.scheduleFrame(() => {
        step(own);
      });
    },
    actions: {
      acceptLookAlikes: (key) => {
        const accepted = new Set(core.state().lookAlikes.accepted);
        core.patch('lookAlikes', { accepted: accepted.add(key) });
      },
    },
  };
}
