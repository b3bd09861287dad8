import { HeadstartError } from '../domain/errors';

/** What a promise gives, unless the signal is aborted before. The browser goes on listing a folder then, for nobody. */
export function unlessCancelled<T>(work: Promise<T> | T, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(new HeadstartError('cancelled'));
    });
    Promise.resolve(work).then(resolve, reject);
  });
}
