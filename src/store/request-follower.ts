import type { StoreCore } from './core';

/** Tells the present worker's requests to other sites, until it dies or another takes its place; what was told before stays. */
export function followRequests(core: StoreCore): void {
  const engine = core.engine();
  const whileItLives = new AbortController().signal;
  engine
    .followRequests((requests) => {
      core.set({ outsideRequests: [...core.state().outsideRequests, ...requests] });
    }, whileItLives)
    .catch(() => undefined); // a dead worker is told by every other call
}
