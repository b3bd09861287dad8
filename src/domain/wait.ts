import { HeadstartError } from './errors';

/** Waits so many milliseconds; rejects with `cancelled` when the signal is aborted. Tests give one that does not wait. */
export type Delay = (milliseconds: number, signal: AbortSignal) => Promise<void>;

export const waitFor: Delay = (milliseconds, signal) =>
  new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(new HeadstartError('cancelled'));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal.addEventListener('abort', stop, { once: true });
  });
