import type { Split } from '../dataset';
import { filesAtOnce, type Work } from '../in-pieces';
import { splitOfFolder } from '../split-names';
import type { LocatedPath } from '../label-rules';
import type { ManifestColumns, ManifestQuestion } from './manifest';
import type { ManifestTable } from './manifest-table';
import { folderOf, type PathIndex } from './path-index';
import type { ImportReading, ImportRow } from './proposal';
import { groupIntoRows, type Placement } from './rows';
import { countWords } from './words';

/** Tables with the same columns, read as one. */
export interface ManifestGroup {
  readonly id: string;
  readonly tables: readonly [ManifestTable, ...ManifestTable[]];
}

/** More names than anyone reads. */
const absentListed = 1000;
const longestLabel = 200;
const notNamedText = 'Not named in it';

/** The split that a manifest's own name tells: `train.csv`, `val_labels.csv`. */
function splitOfManifest(path: string): Split | null {
  const stem = path.slice(path.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '');
  return (
    splitOfFolder(stem) ??
    stem
      .split(/[_.\s-]+/)
      .map(splitOfFolder)
      .find((split) => split !== null) ??
    null
  );
}

/** The nearest folder around a picture that names a split. */
function splitAround({ segments }: LocatedPath): Split | null {
  return (
    segments
      .slice(0, -1)
      .map(splitOfFolder)
      .findLast((split) => split !== null) ?? null
  );
}

function labelOf(cell: string | undefined): string {
  return (cell ?? '').normalize('NFC').trim().slice(0, longestLabel);
}

interface Found {
  readonly label: string;
  readonly split: Split | null;
  readonly isDisputed: boolean;
}

/**
 * The listed files as the rows of a manifest label them. Rows that name no listed file are counted as absent; files that no row names,
 * and those of a row without a label, are unlabelled; a file with two different labels too.
 */
export function* readManifest(
  group: ManifestGroup,
  columns: ManifestColumns,
  question: ManifestQuestion | null,
  located: readonly LocatedPath[],
  index: PathIndex,
): Work<ImportReading> {
  const found = new Map<string, Found>();
  const absent: string[] = [];
  let absentCount = 0;
  let rowCount = 0;
  for (const table of group.tables) {
    const folder = folderOf(table.path);
    const splitOfTable = group.tables.length > 1 ? splitOfManifest(table.path) : null;
    for (const row of table.rows) {
      if (rowCount % filesAtOnce === 0) yield;
      rowCount += 1;
      const name = (columns.file === null ? undefined : row[columns.file]) ?? '';
      const file = index.resolve(name, folder);
      if (file === null) {
        absentCount += 1;
        if (absent.length < absentListed) absent.push(name);
        continue;
      }
      const label = columns.label === null ? '' : labelOf(row[columns.label]);
      const told = columns.split === null ? null : splitOfFolder(row[columns.split] ?? '');
      const split = told ?? splitOfTable ?? splitAround(file);
      const former = found.get(file.path);
      found.set(file.path, { label, split, isDisputed: former !== undefined && (former.isDisputed || former.label !== label) });
    }
  }

  const rows = yield* groupIntoRows(located, (file): Placement => {
    const entry = found.get(file.path);
    const unlabelled = { target: { kind: 'unlabelled' } as const, split: entry?.split ?? null };
    if (entry === undefined) return { found: notNamedText, foundAs: 'rest', ...unlabelled };
    if (entry.isDisputed) return { found: 'Named with two labels', foundAs: 'rest', ...unlabelled };
    if (entry.label === '') return { found: 'Without a label', foundAs: 'rest', ...unlabelled };
    return { found: entry.label, foundAs: 'label', target: { kind: 'class', className: entry.label }, split: entry.split };
  });
  const name = (column: number | null): string => (column === null ? '' : (group.tables[0].columns[column] ?? ''));
  const [first] = group.tables;
  const broken = group.tables.reduce((sum, { malformed }) => sum + malformed, 0);
  const labelled = rows.filter(({ target }) => target.kind === 'class');
  const classCount = new Set(labelled.map(({ found: label }) => label)).size;
  const picturesOf = (label: string): number =>
    rows.filter((row) => row.foundAs === 'rest' && row.found === label).reduce((sum, { pictures }) => sum + pictures, 0);
  const notNamed = picturesOf(notNamedText);
  const disputed = picturesOf('Named with two labels');
  const reasoning = [
    `${titleOf(group)} (${first.format}, ${first.encoding}) has ${countWords(rowCount, 'row')}` +
      (columns.label === null || columns.file === null
        ? '.'
        : `: “${name(columns.file)}” names the picture, “${name(columns.label)}” its class` +
          `${columns.split === null ? '' : `, “${name(columns.split)}” its split`}.`),
    ...(first.encoding === 'Windows-1252'
      ? ['It is not UTF-8, so it was read as Windows-1252: look whether the names are right.']
      : []),
    ...(classCount === 0
      ? []
      : [
          `${countWords(
            labelled.reduce((sum, { pictures }) => sum + pictures, 0),
            'picture',
          )} of ${countWords(classCount, 'class', 'classes')}.`,
        ]),
    ...(absentCount === 0
      ? []
      : [`${countWords(absentCount, 'row')} ${absentCount === 1 ? 'names a file that is' : 'name files that are'} not here.`]),
    ...(notNamed === 0 ? [] : [`${countWords(notNamed, 'picture')} ${notNamed === 1 ? 'is' : 'are'} not named in it.`]),
    ...(disputed === 0 ? [] : [`${countWords(disputed, 'picture')} ${disputed === 1 ? 'is' : 'are'} named with two labels.`]),
    ...(broken === 0 ? [] : [`${countWords(broken, 'line')} could not be read.`]),
  ];
  return {
    id: group.id,
    kind: 'manifest',
    title: titleOf(group),
    reasoning,
    rows,
    pattern: null,
    manifest: { columns, question, absent, absentCount },
  };
}

function titleOf({ tables }: ManifestGroup): string {
  const [first] = tables;
  const name = first.path.slice(first.path.lastIndexOf('/') + 1);
  return tables.length === 1 ? name : `${name} and ${countWords(tables.length - 1, 'more file')} like it`;
}

/** Tables with the same columns belong together: a `metadata.csv` in each split's folder, `train.csv` beside `val.csv`. */
export function groupTables(tables: readonly ManifestTable[]): readonly ManifestGroup[] {
  const groups = new Map<string, [ManifestTable, ...ManifestTable[]]>();
  for (const table of tables) {
    const signature = JSON.stringify([table.columns, table.hasHeader]);
    const group = groups.get(signature);
    if (group === undefined) groups.set(signature, [table]);
    else group.push(table);
  }
  return [...groups.values()].map((group) => ({ id: `manifest:${group[0].path}`, tables: group }));
}

/** Whether a row of a manifest's reading holds files that the manifest names. */
export function isNamed({ foundAs, found }: ImportRow): boolean {
  return foundAs === 'label' || found !== notNamedText;
}
