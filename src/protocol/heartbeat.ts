/** Calls back again and again until the returned function is called. A port, so that tests need not wait. */
export type Every = (milliseconds: number, callback: () => void) => () => void;

export interface HeartbeatOptions {
  /** One round trip to the worker. */
  readonly beat: () => Promise<void>;
  readonly intervalMs: number;
  /** Consecutive intervals without any answer before the worker counts as dead. */
  readonly missesAllowed: number;
  readonly onDead: () => void;
  readonly every: Every;
  /** Milliseconds, monotone. */
  readonly now: () => number;
}

/**
 * Notices a worker that died or hangs: Comlink alone would wait for its answer for ever. An interval that ends long after its time was
 * a laptop's sleep or a tab held back, in which the worker may have slept as well: it counts only when the one before did too.
 * @returns a function that ends the heartbeat
 */
export function startHeartbeat({ beat, intervalMs, missesAllowed, onDead, every, now }: HeartbeatOptions): () => void {
  let misses = 0;
  let pending = false;
  let [last, wasLate] = [now(), false];
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
    const isLate = now() - last > 2 * intervalMs;
    if (pending && (!isLate || wasLate)) misses += 1;
    [last, wasLate] = [now(), isLate];
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
