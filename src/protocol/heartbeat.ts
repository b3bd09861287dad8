/** Timers as a port, so that tests need not wait. */
export interface Timers {
  readonly setInterval: (callback: () => void, milliseconds: number) => number;
  readonly clearInterval: (id: number) => void;
}

export interface HeartbeatOptions {
  /** One round trip to the worker. */
  readonly beat: () => Promise<void>;
  readonly intervalMs: number;
  /** Consecutive intervals without any answer before the worker counts as dead. One alone may be a sleeping laptop. */
  readonly missesAllowed: number;
  readonly onDead: () => void;
  readonly timers: Timers;
}

/**
 * Notices a worker that died or hangs: Comlink alone would wait for its answer for ever.
 * @returns a function that ends the heartbeat
 */
export function startHeartbeat({ beat, intervalMs, missesAllowed, onDead, timers }: HeartbeatOptions): () => void {
  let misses = 0;
  let pending = false;
  const ask = (): void => {
    pending = true;
    beat().then(
      () => {
        pending = false;
        misses = 0;
      },
      () => undefined, // an error is no answer: it counts as a miss at the next tick
    );
  };
  const id = timers.setInterval(() => {
    if (pending) misses += 1;
    if (misses >= missesAllowed) {
      timers.clearInterval(id);
      onDead();
      return;
    }
    if (!pending) ask();
  }, intervalMs);
  ask();
  return () => {
    timers.clearInterval(id);
  };
}
