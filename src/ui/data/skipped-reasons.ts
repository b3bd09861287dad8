import type { SkippedFile } from '../../domain/dataset';
import type { ErrorCode } from '../../domain/errors';

const reasonWords: Partial<Record<ErrorCode, string>> = {
  'file-empty': 'empty',
  'not-a-picture': 'not a picture',
  'unsupported-format': 'of a format that is not opened here',
  'picture-truncated': 'cut short',
  'picture-broken': 'damaged',
  'picture-too-large': 'too large',
  'picture-too-small': 'too small',
  'heic-decoder-missing': 'HEIC that could not be opened',
  'file-unreadable': 'unreadable',
  'duplicate-file': 'already there',
  'no-labels': 'without a class',
};

/** `2 cut short, 1 not a picture`: the commonest first. */
export function countReasons(files: readonly SkippedFile[]): string {
  const counts = new Map<ErrorCode, number>();
  for (const { reason } of files) counts.set(reason.code, (counts.get(reason.code) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([code, count]) => `${count.toLocaleString('en-GB')} ${reasonWords[code] ?? 'for another reason'}`)
    .join(', ');
}
