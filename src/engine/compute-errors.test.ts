import { describe, expect, it } from 'vitest';
import { HeadstartError } from '../domain/errors';
import { toComputeError } from './compute-errors';

describe('toComputeError', () => {
  it('knows an allocation that failed, caused here by asking for more than there can be', () => {
    let thrown: unknown;
    try {
      new Float32Array(2 ** 52);
    } catch (error) {
      thrown = error;
    }
    expect(toComputeError(thrown)).toMatchObject({ code: 'out-of-memory' });
    for (const words of [
      'Array buffer allocation failed',
      'Aborted(OOM). Build with -sASSERTIONS for more info.',
      'Out of memory: Cannot allocate Wasm memory',
    ]) {
      expect(toComputeError(new Error(words))).toMatchObject({ code: 'out-of-memory' });
    }
  });

  it('leaves other errors what they are', () => {
    const known = new HeadstartError('picture-gone', { name: 'a' });
    expect(toComputeError(known)).toBe(known);
    expect(toComputeError(new DOMException('', 'AbortError'))).toMatchObject({ code: 'cancelled' });
    expect(toComputeError(new Error('a room of its own'))).toMatchObject({ code: 'unexpected' });
  });
});
