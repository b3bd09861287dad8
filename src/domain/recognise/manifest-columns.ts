import { splitOfFolder } from '../split-names';
import type { ManifestColumn, ManifestColumns, ManifestQuestion } from './manifest';
import type { ManifestTable } from './manifest-table';
import { listWords } from './words';

export interface ProposedColumns {
  readonly columns: ManifestColumns;
  readonly question: ManifestQuestion | null;
  /** Whether the label's column was known by a name that means nothing else. */
  readonly isSure: boolean;
}

const fileNames = new Set(
  'file filename file_name filepath file_path path relative_path image image_name image_path image_file image_id img img_name img_path picture photo id'.split(
    ' ',
  ),
);
const labelNames = new Set(
  'label labels label_name class class_name classname classes class_label category category_name target species ground_truth'.split(
    ' ',
  ),
);
/** Mean a label where no better name is there. */
const weakLabelNames = new Set(
  'breed name tag tags title type kind animal group variety genus family diagnosis dx finding y'.split(' '),
);
const splitNames = new Set('split subset fold set partition dataset usage phase'.split(' '));

const rowsTried = 2000;
const examplesShown = 3;

function fold(name: string): string {
  return name
    .normalize('NFC')
    .trim()
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
}

interface ColumnEvidence {
  readonly at: number;
  readonly name: string;
  readonly folded: string;
  /** Cells that are not blank, of the rows tried. */
  readonly cells: readonly string[];
  readonly distinct: ReadonlySet<string>;
  /** Share of the cells that name a listed file, with its ending. */
  readonly files: number;
  /** Share of the cells that are the name of a listed file without its ending; numbered labels may be so by chance. */
  readonly stems: number;
  readonly isSplit: boolean;
  readonly isNumeric: boolean;
}

function gather(table: ManifestTable, isListed: (cell: string) => boolean): readonly ColumnEvidence[] {
  const step = Math.max(1, Math.floor(table.rows.length / rowsTried));
  const tried = table.rows.filter((_, at) => at % step === 0);
  return table.columns.map((name, at): ColumnEvidence => {
    const cells = tried.flatMap((row) => (row[at] === undefined || row[at] === '' ? [] : [row[at]]));
    const distinct = new Set(cells);
    const shareOf = (isOne: (cell: string) => boolean): number =>
      cells.length === 0 ? 0 : cells.filter((cell) => isOne(cell) && isListed(cell)).length / cells.length;
    return {
      at,
      name,
      folded: fold(name),
      cells,
      distinct,
      files: shareOf(namesPicture),
      // Each picture is named once, a label comes again.
      stems: fileNames.has(fold(name)) || distinct.size > cells.length * 0.9 ? shareOf((cell) => !namesPicture(cell)) : 0,
      isSplit: distinct.size > 0 && [...distinct].every((cell) => splitOfFolder(cell) !== null),
      isNumeric: cells.length > 0 && cells.every((cell) => /^-?\d+(\.0+)?$/.test(cell)),
    };
  });
}

/** Whether a cell is the name of a picture, with its ending. */
export function namesPicture(cell: string): boolean {
  return /\.(jpe?g|png|webp|gif|bmp|avif|heic|tiff?)$/i.test(cell);
}

/** A few different cells of each column, for the dialog. */
export function describeColumns(table: ManifestTable): readonly ManifestColumn[] {
  return table.columns.map((name, at) => {
    const examples = new Set<string>();
    for (const row of table.rows.slice(0, 200)) {
      if (row[at] !== undefined && row[at] !== '') examples.add(row[at]);
      if (examples.size === examplesShown) break;
    }
    return { name, examples: [...examples] };
  });
}

function quote(columns: readonly ColumnEvidence[]): string {
  return listWords(columns.map(({ name }) => `“${name}”`));
}

function chooseFile(evidence: readonly ColumnEvidence[], name: string): [number | null, ManifestQuestion | null] {
  const hasNames = evidence.some(({ files }) => files > 0);
  const share = ({ files, stems }: ColumnEvidence): number => (hasNames ? files : stems);
  const best = Math.max(0, ...evidence.map(share));
  const able = evidence.filter((column) => share(column) > 0 && share(column) >= best / 2);
  const [only] = able;
  if (only === undefined) return [null, null];
  if (able.length === 1) return [only.at, null];
  const known = able.filter(({ folded }) => fileNames.has(folded));
  const [onlyKnown] = known;
  if (known.length === 1 && onlyKnown !== undefined) return [onlyKnown.at, null];
  const sentence = `${quote(able)} of ${name} name files that were found. Say which one names the picture.`;
  return [onlyKnown?.at ?? only.at, { asks: 'file', sentence }];
}

/** Two columns that say the same: each value of one goes with one of the other. */
function areAlike(table: ManifestTable, a: number, b: number): boolean {
  const forth = new Map<string, string>();
  const back = new Map<string, string>();
  for (const row of table.rows.slice(0, rowsTried)) {
    const [left = '', right = ''] = [row[a], row[b]];
    if ((forth.get(left) ?? right) !== right || (back.get(right) ?? left) !== left) return false;
    forth.set(left, right);
    back.set(right, left);
  }
  return true;
}

/** Of columns that say the same the one with words rather than numbers, else the first. */
function withoutTwins(table: ManifestTable, columns: readonly ColumnEvidence[]): readonly ColumnEvidence[] {
  const kept: ColumnEvidence[] = [];
  for (const column of [...columns].sort((a, b) => Number(a.isNumeric) - Number(b.isNumeric) || a.at - b.at))
    if (!kept.some(({ at }) => areAlike(table, at, column.at))) kept.push(column);
  return kept.sort((a, b) => a.at - b.at);
}

function chooseLabel(
  table: ManifestTable,
  others: readonly ColumnEvidence[],
): Omit<ProposedColumns, 'columns'> & { label: number | null } {
  const ask = (sentence: string) => ({ label: null, isSure: false, question: { asks: 'label' as const, sentence } });
  const known = others.filter(({ folded, cells }) => labelNames.has(folded) && cells.length > 0);
  const weak = others.filter(({ folded, cells }) => weakLabelNames.has(folded) && cells.length > 0);
  // A numbered class beside a column that says the same in words.
  const words = known.every(({ isNumeric }) => isNumeric)
    ? others.filter((column) => !column.isNumeric && known.some(({ at }) => areAlike(table, at, column.at)))
    : [];
  const byName = withoutTwins(table, [...known, ...words]);
  const [only] = byName;
  if (byName.length === 1 && only !== undefined) return { label: only.at, isSure: true, question: null };
  if (byName.length > 1) return ask(`${quote(byName)} of ${table.path} may be the label. Say which one it is.`);
  const byWeakName = withoutTwins(table, weak);
  const [onlyWeak] = byWeakName;
  if (byWeakName.length === 1 && onlyWeak !== undefined) return { label: onlyWeak.at, isSure: false, question: null };
  if (byWeakName.length > 1) return ask(`${quote(byWeakName)} of ${table.path} may be the label. Say which one it is.`);
  const repeating = others.filter(
    ({ cells, distinct }) =>
      distinct.size > 1 && distinct.size <= Math.max(2, cells.length / 2) && cells.every(({ length }) => length <= 100),
  );
  const byContent = withoutTwins(table, repeating);
  const [onlyContent] = byContent;
  // Without a header there is no name to go by: one column beside the files can only be the label.
  if (byContent.length === 1 && onlyContent !== undefined && (!table.hasHeader || others.length === 1))
    return { label: onlyContent.at, isSure: true, question: null };
  if (byContent.length > 0) return ask(`No column of ${table.path} is called label or class. Say which one it is.`);
  return ask(`No column of ${table.path} looks like a label. Say which one it is, or read the folders.`);
}

/**
 * Which column names the picture (its cells are files that were listed), which the label, which the split: by their names and by what is
 * in them. What is not clear becomes a question; `file` is null where no cell names a listed file.
 */
export function proposeColumns(table: ManifestTable, isListed: (cell: string) => boolean): ProposedColumns {
  const evidence = gather(table, isListed);
  const [file, fileQuestion] = chooseFile(evidence, table.path);
  const rest = evidence.filter(({ at }) => at !== file);
  const splits = rest.filter(({ isSplit }) => isSplit);
  const split = (splits.find(({ folded }) => splitNames.has(folded)) ?? splits[0])?.at ?? null;
  // What names files too (a mask), or was asked for as a file, is no label.
  const others = rest.filter(({ at, files }) => at !== split && files < 0.5);
  const { label, question, isSure } = chooseLabel(table, others);
  return { columns: { file, label, split }, question: fileQuestion ?? question, isSure: isSure && fileQuestion === null };
}
