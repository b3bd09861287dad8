/** A worker that dies again so soon is not started again by itself: what killed it is still there. */
const patienceMs = 5 * 60_000;

/** Decides whether the page starts a dead worker again by itself, or offers it. */
export interface Revival {
  /** Whether it may, now; asking does not use it up. */
  isAllowed(): boolean;
  /** It is being started again, by whomever. */
  note(): void;
}

export function createRevival(now: () => number): Revival {
  let last = -Infinity;
  return {
    isAllowed: () => now() - last >= patienceMs,
    note: () => {
      last = now();
    },
  };
}
