import { HeadstartError, toHeadstartError } from './errors';

/** What went wrong while a file was written, as the browser tells it: `cancelled`, `storage-full`, `export-failed`, or its own code. */
export function toWriteError(thrown: unknown): HeadstartError {
  if (thrown instanceof HeadstartError) return thrown;
  if (!(thrown instanceof DOMException)) return toHeadstartError(thrown);
  if (thrown.name === 'AbortError') return new HeadstartError('cancelled', {}, { cause: thrown });
  if (thrown.name === 'QuotaExceededError') return new HeadstartError('storage-full', {}, { cause: thrown });
  return new HeadstartError('export-failed', { detail: thrown.message }, { cause: thrown });
}
