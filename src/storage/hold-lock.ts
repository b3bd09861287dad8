/** How long a lock is waited for: a worker that just ended gives its own back a moment later. */
const lockPatienceMs = 1_500;

/**
 * Holds a Web Lock until the function that comes back is called, or this worker ends; null where another holds it. Rejects where the
 * browser has no locks.
 */
export function holdLock(name: string): Promise<(() => void) | null> {
  return new Promise((resolve, reject) => {
    const patience = AbortSignal.timeout(lockPatienceMs);
    navigator.locks
      .request(name, { signal: patience }, () => new Promise<void>((release) => resolve(() => release())))
      .catch((error: unknown) => {
        if (patience.aborted) resolve(null);
        else reject(error instanceof Error ? error : new Error(String(error)));
      });
  });
}
