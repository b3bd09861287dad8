import { HeadstartError, toHeadstartError } from '../domain/errors';

/** What ended the writing of an archive, as an error with a code: `cancelled`, `storage-full`, `export-failed`, or its own. */
export function explainWriting(thrown: unknown): HeadstartError {
  if (thrown instanceof HeadstartError) return thrown;
  if (!(thrown instanceof DOMException)) return toHeadstartError(thrown);
  if (thrown.name === 'AbortError') return new HeadstartError('cancelled', {}, { cause: thrown });
  if (thrown.name === 'QuotaExceededError') return new HeadstartError('storage-full', {}, { cause: thrown });
  return new HeadstartError('export-failed', { detail: thrown.message }, { cause: thrown });
}
