import Papa from 'papaparse';
import { HeadstartError, throwIfCancelled } from '../errors';
import type { Pause } from '../in-pieces';
import type { TextEncodingName } from './decode-text';

/** A manifest as rows of cells. */
export interface ManifestTable {
  /** Path in what was dropped. */
  readonly path: string;
  /** The names of the first row, or `Column 1` and on. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly hasHeader: boolean;
  readonly encoding: TextEncodingName;
  /** `comma`, `semicolon`, `tab`, `bar`, `JSON lines`. */
  readonly format: string;
  /** Lines that could not be understood. */
  readonly malformed: number;
}

const pieceLength = 1 << 18;
const longestRow = 1 << 21;
const mostRows = 1_000_000;
const mostColumns = 200;
/** Of a table of JSON lines, where a single key gives every row a cell: 16 columns for each of a million rows. */
const mostCells = 16_000_000;
/** Paths and labels are shorter; what is longer is text that nobody asks for here. */
const longestCell = 4096;

const delimiters = [
  [',', 'comma'],
  [';', 'semicolon'],
  ['\t', 'tab'],
  ['|', 'bar'],
] as const;

function clean(cell: string): string {
  return (cell.length > longestCell ? cell.slice(0, longestCell) : cell).trim();
}

/** By the first lines: the delimiter that cuts most of them into the same number of cells, more than one. */
function guessDelimiter(text: string): (typeof delimiters)[number] {
  const sample = text.slice(0, 65_536);
  let best: (typeof delimiters)[number] = delimiters[0];
  let most = 0;
  for (const candidate of delimiters) {
    const { data } = Papa.parse<string[]>(sample, { delimiter: candidate[0], preview: 50, skipEmptyLines: 'greedy' });
    const counts = new Map<number, number>();
    for (const row of data) if (row.length > 1) counts.set(row.length, (counts.get(row.length) ?? 0) + 1);
    // Lines that agree weigh most; of two alike the one with more cells.
    const score = Math.max(0, ...[...counts].map(([cells, rows]) => (rows / data.length) * 1000 + Math.min(cells, 50)));
    if (score > most) [best, most] = [candidate, score];
  }
  return best;
}

function malformed(path: string, problem: string): HeadstartError {
  return new HeadstartError('manifest-malformed', { name: path, problem });
}

async function parseDelimited(
  path: string,
  text: string,
  delimiter: string,
  pause: Pause,
  signal?: AbortSignal,
): Promise<string[][]> {
  const rows: string[][] = [];
  // A carriage return before it is trimmed from the last cell; alone it ends lines of old Macintosh files.
  const newline = text.includes('\n') ? '\n' : '\r';
  let length = pieceLength;
  for (let from = 0; from < text.length;) {
    const isLast = from + length >= text.length;
    const parser = new Papa.Parser({ delimiter, newline, skipEmptyLines: false });
    // The types leave this open: https://www.papaparse.com/docs#lowlevel
    const { data, meta } = parser.parse(text.slice(from, from + length), 0, !isLast) as Papa.ParseResult<string[]>;
    for (const row of data) {
      if (row.every((cell) => cell.trim() === '')) continue;
      rows.push(row.slice(0, mostColumns).map(clean));
    }
    if (rows.length > mostRows) throw malformed(path, `it has more than ${mostRows.toLocaleString('en-GB')} rows`);
    if (isLast) break;
    if (meta.cursor === 0) {
      length *= 2;
      if (length > longestRow) throw malformed(path, 'a row is longer than 2 MB; a quotation mark may never be closed');
      continue;
    }
    from += meta.cursor;
    length = pieceLength;
    await pause();
    throwIfCancelled(signal);
  }
  return rows;
}

/** A cell of what JSON gives; lists and objects are no cells. */
function cellOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? clean(String(value)) : '';
}

function parseObject(line: string): ReadonlyMap<string, string> | null {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    // A map, so that a key called __proto__ is a key.
    return new Map(
      Object.entries(value)
        .slice(0, mostColumns)
        .map(([key, cell]) => [key, cellOf(cell)]),
    );
  } catch {
    return null;
  }
}

const linesAtOnce = 5000;

function countLines(text: string): number {
  let count = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

async function parseJsonLines(
  path: string,
  text: string,
  pause: Pause,
  signal?: AbortSignal,
): Promise<Pick<ManifestTable, 'columns' | 'rows' | 'malformed'>> {
  // Counted before they are cut apart: 64 MB of empty lines are as many strings.
  const lines = countLines(text) > 2 * mostRows ? [] : text.split(/\r\n?|\n/).filter((line) => line.trim() !== '');
  if (lines.length > mostRows || (lines.length === 0 && text.trim() !== ''))
    throw malformed(path, `it has more than ${mostRows.toLocaleString('en-GB')} rows`);
  const columns = new Map<string, number>();
  const objects: ReadonlyMap<string, string>[] = [];
  let broken = 0;
  for (const [at, line] of lines.entries()) {
    if (at % linesAtOnce === linesAtOnce - 1) {
      await pause();
      throwIfCancelled(signal);
    }
    const object = line.length > longestRow ? null : parseObject(line);
    if (object === null) {
      broken += 1;
      continue;
    }
    objects.push(object);
    for (const key of object.keys()) if (!columns.has(key) && columns.size < mostColumns) columns.set(key, columns.size);
  }
  if (broken > lines.length / 2) throw malformed(path, 'most of its lines are no JSON objects');
  const names = [...columns.keys()];
  if (names.length * objects.length > mostCells)
    throw malformed(
      path,
      `its rows have ${names.length.toLocaleString('en-GB')} different keys together, too many for so many rows`,
    );
  return { columns: names, rows: objects.map((object) => names.map((name) => object.get(name) ?? '')), malformed: broken };
}

/**
 * Reads a manifest: JSON lines by the file's name, else cells between commas, semicolons, tabs or bars, quoted or not. Its first row names
 * the columns unless a cell of it is a file (`isFile`). In pieces, so that a page does not stand still.
 * @throws HeadstartError `manifest-malformed`, `cancelled`.
 */
export async function parseManifestTable(
  path: string,
  decoded: { readonly text: string; readonly encoding: TextEncodingName },
  isFile: (cell: string) => boolean,
  pause: Pause,
  signal?: AbortSignal,
): Promise<ManifestTable> {
  const { encoding } = decoded;
  const text = decoded.text.replace(/^\uFEFF/, '');
  if (/\.(jsonl|ndjson)$/i.test(path)) {
    const parsed = await parseJsonLines(path, text, pause, signal);
    return { path, ...parsed, hasHeader: true, encoding, format: 'JSON lines' };
  }
  // Excel's own word about the delimiter.
  const told = /^sep=(.)\r?\n/i.exec(text);
  const body = told === null ? text : text.slice(told[0].length);
  const [delimiter, format] = delimiters.find(([character]) => character === told?.[1]) ?? guessDelimiter(body);
  const rows = await parseDelimited(path, body, delimiter, pause, signal);
  const [first = [], ...rest] = rows;
  const width = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const hasHeader = !first.some(isFile);
  const columns = Array.from({ length: width }, (_, at) => (hasHeader ? first[at] : undefined) ?? '').map((name, at) =>
    name === '' ? `Column ${String(at + 1)}` : name,
  );
  return { path, columns, rows: hasHeader ? rest : rows, hasHeader, encoding, format, malformed: 0 };
}
