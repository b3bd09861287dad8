/** Calls back again and again until the returned function is called. A port, so that tests need not wait. */
export type Every = (milliseconds: number, callback: () => void) => () => void;

export interface HeartbeatOptions {
  /** One round trip to the worker. */
  readonly beat: () => Promise<void>;
  readonly intervalMs: number;
  /** Consecutive intervals without any answer before the worker counts as dead. One alone may be a sleeping laptop. */
  readonly missesAllowed: number;
  readonly onDead: () => void;
  readonly every: Every;
}

/**
 * Notices a worker that died or hangs: Comlink alone would wait for its answer for ever.
 * @returns a function that ends the heartbeat
 */
export function startHeartbeat({ beat, intervalMs, missesAllowed, onDead, every }: HeartbeatOptions): () => void {
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
  const stop = every(intervalMs, () => {
    if (pending) misses += 1;
    if (misses >= missesAllowed) {
      stop();
      onDead();
      return;
    }
    if (!pending) ask();
  });
  ask();
  return stop;
}
