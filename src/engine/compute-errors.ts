import { HeadstartError, toHeadstartError } from '../domain/errors';

const memoryWords =
  /out of memory|\bOOM\b|allocation failed|enlarge memory|memory access out of bounds|invalid (typed )?array (buffer )?length/i;

/** As toHeadstartError, but an allocation that failed becomes `out-of-memory`. */
export function toComputeError(thrown: unknown): HeadstartError {
  if (thrown instanceof HeadstartError) return thrown;
  if (thrown instanceof Error && memoryWords.test(thrown.message))
    return new HeadstartError('out-of-memory', {}, { cause: thrown });
  return toHeadstartError(thrown);
}

/** The words of any thrown value, for an error's `detail`; tfjs rejects with plain objects too. */
export function wordsOf(thrown: unknown): string {
  if (typeof thrown === 'object' && thrown !== null && 'message' in thrown && typeof thrown.message === 'string')
    return thrown.message;
  return String(thrown);
}
