import { compareCodePoints } from '../commands';
import type { Split } from '../dataset';
import { describeError, type ErrorRecord } from '../errors';
import { proposeMerges } from './merges';
import type { ImportReading, ImportRow, ImportTarget, MergeProposal } from './proposal';
import { classesOf } from './readings';

/** What a person changed of a row; absent is as proposed. */
export interface RowChange {
  readonly target?: ImportTarget;
  readonly split?: Split | null;
}

export type RowChanges = ReadonlyMap<string, RowChange>;

/** The rows as they are to come in. */
export function decideRows(reading: ImportReading, changes: RowChanges): readonly ImportRow[] {
  return reading.rows.map((row) => {
    const change = changes.get(row.key);
    return change === undefined ? row : { ...row, ...change };
  });
}

/** Names in the rows that seem to mean one class, with one another or with a class of the project. */
export function mergesOf(rows: readonly ImportRow[], present: readonly string[]): readonly MergeProposal[] {
  const pictures = new Map<string, number>();
  for (const { target, pictures: count } of rows)
    if (target.kind === 'class') pictures.set(target.className, (pictures.get(target.className) ?? 0) + count);
  return proposeMerges(
    [...pictures].map(([name, count]) => ({ name, pictures: count })),
    present,
  );
}

/** The changes that carry out a merge. */
export function withMerge(reading: ImportReading, changes: RowChanges, merge: MergeProposal): RowChanges {
  const from = new Set(merge.from);
  const merged = new Map(changes);
  for (const { key, target } of decideRows(reading, changes))
    if (target.kind === 'class' && from.has(target.className))
      merged.set(key, { ...merged.get(key), target: { kind: 'class', className: merge.into } });
  return merged;
}

export interface ImportTotals {
  readonly pictures: number;
  readonly unlabelled: number;
  readonly ignored: number;
  readonly classes: readonly string[];
}

/** Pictures that would come in (`unlabelled` of them without a class), and those left out. */
export function totalsOf(rows: readonly ImportRow[]): ImportTotals {
  let [pictures, unlabelled, ignored] = [0, 0, 0];
  for (const row of rows) {
    if (row.target.kind === 'ignore') ignored += row.pictures;
    else pictures += row.pictures;
    if (row.target.kind === 'unlabelled') unlabelled += row.pictures;
  }
  return { pictures, unlabelled, ignored, classes: classesOf(rows) };
}

const manyClasses = 100;
const namesListed = 3;

/** The first few names, and how many more there are. */
function listNames(names: readonly string[], count: number): string {
  const shown = names.slice(0, namesListed).join(', ');
  return count > namesListed ? `${shown} and ${(count - namesListed).toLocaleString('en-GB')} more` : shown;
}

/** What a person should know before the pictures come in; nothing here stops them. */
export function warningsOf(
  reading: ImportReading,
  rows: readonly ImportRow[],
  present: readonly string[],
): readonly ErrorRecord[] {
  const counts = new Map<string, number>();
  for (const { target, pictures } of rows)
    if (target.kind === 'class') counts.set(target.className, (counts.get(target.className) ?? 0) + pictures);
  const classes = [...counts.keys()];
  const all = [...new Set([...present, ...classes])].sort(compareCodePoints);
  const [only = ''] = all;
  const single = classes.filter((name) => counts.get(name) === 1 && !present.includes(name));
  const clashes = new Map<string, string[]>();
  for (const name of all) clashes.set(name.toLowerCase(), [...(clashes.get(name.toLowerCase()) ?? []), name]);
  const { absentCount = 0, absent = [] } = reading.manifest ?? {};
  return [
    ...(all.length === 1 ? [describeError('one-class', { className: only })] : []),
    ...(classes.length >= manyClasses ? [describeError('many-classes', { count: classes.length })] : []),
    ...(single.length === 0
      ? []
      : [
          describeError('classes-of-one-picture', {
            count: single.length,
            names: listNames(single, single.length),
          }),
        ]),
    ...[...clashes.values()].flatMap(([first, second]) =>
      first === undefined || second === undefined || !(counts.has(first) || counts.has(second))
        ? []
        : [describeError('class-names-differ-in-case', { first, second })],
    ),
    ...(absentCount === 0
      ? []
      : [describeError('manifest-files-absent', { count: absentCount, names: listNames(absent, absentCount) })]),
  ];
}

/** What becomes of a file that comes in. */
export interface DecidedFile {
  readonly className: string | null;
  readonly split: Split | null;
}

/** The files of rows that are not ignored, by their paths. */
export function filesOf(rows: readonly ImportRow[]): ReadonlyMap<string, DecidedFile> {
  const files = new Map<string, DecidedFile>();
  for (const { target, split, paths } of rows) {
    if (target.kind === 'ignore') continue;
    const file: DecidedFile = { className: target.kind === 'class' ? target.className : null, split };
    for (const path of paths) files.set(path, file);
  }
  return files;
}
