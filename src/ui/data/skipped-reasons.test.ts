import { describe, expect, it } from 'vitest';
import { describeError, skipCodes } from '../../domain/errors';
import { countReasons, listReasons, toCsv } from './skipped-reasons';

describe('the reasons for skipped files', () => {
  it('are counted, the commonest first', () => {
    const file = (code: (typeof skipCodes)[number]) => ({ path: 'x', reason: describeError(code) });
    expect(countReasons([file('not-a-picture'), file('picture-truncated'), file('picture-truncated')])).toBe(
      '2 cut short, 1 not a picture',
    );
  });

  it('are told apart, with their codes', () => {
    const files = (['file-empty', 'file-empty', 'no-labels'] as const).map((code) => ({
      path: 'x',
      reason: describeError(code),
    }));
    expect(listReasons(files)).toEqual([
      { code: 'file-empty', count: 2, words: 'empty' },
      { code: 'no-labels', count: 1, words: 'without a class' },
    ]);
  });

  it('become a table whose cells survive commas, quotes and line ends, and are no formula', () => {
    const reason = { code: 'file-empty', message: 'Empty, "really"', remedy: 'Copy\nagain' } as const;
    const cells = ["'=1+1.jpg", 'file-empty', '"Empty, ""really"""', '"Copy\nagain"'];
    expect(toCsv([{ path: '=1+1.jpg', reason }])).toBe(`file,code,why,what to do\r\n${cells.join(',')}\r\n`);
  });

  it('have a word each', () => {
    for (const code of skipCodes)
      expect(countReasons([{ path: 'x', reason: describeError(code) }]), code).not.toContain('another');
  });
});
