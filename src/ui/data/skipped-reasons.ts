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

export interface SkipReason {
  readonly code: ErrorCode;
  readonly words: string;
  readonly count: number;
}

/** Each reason with the number of its files, the commonest first. */
export function listReasons(files: readonly SkippedFile[]): readonly SkipReason[] {
  const counts = new Map<ErrorCode, number>();
  for (const { reason } of files) counts.set(reason.code, (counts.get(reason.code) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([code, count]) => ({ code, count, words: reasonWords[code] ?? 'for another reason' }));
}

/** `2 cut short, 1 not a picture`: the commonest first. */
export function countReasons(files: readonly SkippedFile[]): string {
  return listReasons(files)
    .map(({ count, words }) => `${count.toLocaleString('en-GB')} ${words}`)
    .join(', ');
}

function quote(text: string): string {
  // A spreadsheet would take these for a formula.
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

/** The list as a table for a spreadsheet (RFC 4180): file, code, why, what to do. */
export function toCsv(files: readonly SkippedFile[]): string {
  const rows = files.map(({ path, reason }) => [path, reason.code, reason.message, reason.remedy]);
  return [['file', 'code', 'why', 'what to do'], ...rows].map((row) => `${row.map(quote).join(',')}\r\n`).join('');
}
