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
  'file-too-large': 'too large',
  'archive-unsupported': 'an archive that this page cannot unpack',
  'archive-broken': 'no readable archive',
  'archive-cut': 'an archive cut short',
  'archive-empty': 'an empty archive',
  'archive-split': 'a part of an archive',
  'archive-locked': 'a locked archive',
  'archive-bomb': 'unpacking to too much',
  'archive-too-many-files': 'too many files at once',
  'archive-too-deep': 'an archive too deep in others',
  'archive-no-room': 'an archive without room to unpack',
  'entry-locked': 'locked by a password',
  'entry-broken': 'damaged in its archive',
  'entry-method': 'packed by an unknown method',
  'entry-bomb': 'unpacking to too much',
  'entry-path': 'with an unsafe path',
  'entry-repeated': 'with a path that is there twice',
  'entry-overlaps': 'overlapping in their archive',
  'entry-link': 'a link',
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
