import { describe, expect, it } from 'vitest';
import { describeError, skipCodes } from '../../domain/errors';
import { countReasons } from './skipped-reasons';

describe('the reasons for skipped files', () => {
  it('are counted, the commonest first', () => {
    const file = (code: (typeof skipCodes)[number]) => ({ path: 'x', reason: describeError(code) });
    expect(countReasons([file('not-a-picture'), file('picture-truncated'), file('picture-truncated')])).toBe(
      '2 cut short, 1 not a picture',
    );
  });

  it('have a word each', () => {
    for (const code of skipCodes)
      expect(countReasons([{ path: 'x', reason: describeError(code) }]), code).not.toContain('another');
  });
});
