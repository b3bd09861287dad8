import { describe, expect, it } from 'vitest';
import { describeError, errorCodes, HeadstartError, skipCodes, toHeadstartError } from './errors';

describe('errors', () => {
  it('each have one sentence and something to do next', () => {
    for (const code of errorCodes) {
      const { message, remedy } = describeError(code);
      expect(message, code).toMatch(/[.}]$/);
      expect(remedy, code).toMatch(/[.}]$/);
      expect(message.length, code).toBeLessThan(160);
    }
  });

  it('fill in their parameters', () => {
    expect(describeError('picture-too-large', { width: 20_000, height: 20_000 }).message).toContain('20000 × 20000');
    expect(describeError('weights-missing', { file: 'x', status: 404 }).message).not.toContain('{');
  });

  it('survive becoming a record and back', () => {
    const error = new HeadstartError('weights-altered', { file: 'model-00002' });
    const back = HeadstartError.fromRecord(error.toRecord());
    expect(back).toBeInstanceOf(HeadstartError);
    expect(back.toRecord()).toEqual(error.toRecord());
  });

  it('know an aborted operation from a defect', () => {
    expect(toHeadstartError(new DOMException('x', 'AbortError')).code).toBe('cancelled');
    expect(toHeadstartError(new RangeError('boom')).code).toBe('unexpected');
    expect(toHeadstartError('text').message).toContain('text');
  });

  it('name every reason for which a file can be skipped', () => {
    expect(new Set(skipCodes).size).toBe(skipCodes.length);
  });
});
