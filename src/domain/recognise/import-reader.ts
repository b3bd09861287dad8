import { describeError, toHeadstartError, type ErrorRecord } from '../errors';
import { decodeText } from './decode-text';
import { locatePath, type LocatedPath } from './locate';
import type { ManifestColumn, ManifestColumns } from './manifest';
import { describeColumns, proposeColumns, type ProposedColumns } from './manifest-columns';
import { groupTables, namesPicture, readManifest, titleOf, type ManifestGroup } from './manifest-reading';
import { parseManifestTable, type ManifestTable, type Pause } from './manifest-table';
import { createNamePattern, suggestPattern } from './name-pattern';
import { createPathIndex, folderOf, type PathIndex } from './path-index';
import type { ImportReading, ReadingOffer } from './proposal';
import { classesOf, findReadings, readByPattern } from './readings';

/** A file that may be a manifest, as its bytes. */
export interface ManifestBytes {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** What a script says in place of a person; columns by their names. */
export interface ReadingWish {
  /** The manifest to read by, as its path ends. */
  readonly manifest?: string;
  readonly columns?: { readonly file?: string; readonly label?: string; readonly split?: string };
  readonly pattern?: string;
}

/** How one name comes out under a pattern. */
export interface PatternPreview {
  readonly path: string;
  /** null: it does not fit. */
  readonly className: string | null;
}

/** The ways to read what was listed. Nothing here changes; a reading is made anew for each question. */
export interface ImportReader {
  /** The way taken unless somebody chooses otherwise. */
  readonly first: ImportReading;
  readonly offers: readonly ReadingOffer[];
  /** Manifests that could not be used, and why. */
  readonly problems: readonly ErrorRecord[];
  read(id: string): ImportReading;
  /** @throws HeadstartError `pattern-invalid`. */
  readPattern(text: string): ImportReading;
  suggestPattern(): string;
  /** Ten names from all over the listing. @throws HeadstartError `pattern-invalid`. */
  previewPattern(text: string): readonly PatternPreview[];
  /** The columns of a manifest's reading; none for another. */
  columnsOf(id: string): readonly ManifestColumn[];
  readColumns(id: string, columns: ManifestColumns): ImportReading;
}

interface Manifest {
  readonly group: ManifestGroup;
  readonly proposed: ProposedColumns;
}

const pathsAtOnce = 4000;
const namesShown = 10;

async function locateAll(paths: readonly string[], pause: Pause): Promise<readonly LocatedPath[]> {
  const located: LocatedPath[] = [];
  for (let from = 0; from < paths.length; from += pathsAtOnce) {
    if (from > 0) await pause();
    for (const path of paths.slice(from, from + pathsAtOnce)) located.push(locatePath(path));
  }
  return located;
}

/** Why a table is no manifest of these pictures. */
function explainMismatch(table: ManifestTable, pictureCount: number): ErrorRecord {
  const name = table.path;
  const namesFiles = table.rows.slice(0, 100).some((row) => row.some(namesPicture));
  if (pictureCount === 0) return describeError('manifest-alone', { name });
  return namesFiles ? describeError('manifest-no-match', { name, count: table.rows.length }) : describeError('manifest-columns-unknown', { name });
}

async function parseTables(
  texts: readonly ManifestBytes[],
  index: PathIndex,
  pause: Pause,
  signal: AbortSignal | undefined,
): Promise<{ tables: readonly ManifestTable[]; problems: readonly ErrorRecord[] }> {
  const tables: ManifestTable[] = [];
  const problems: ErrorRecord[] = [];
  for (const { path, bytes } of texts) {
    try {
      const isFile = (cell: string): boolean => namesPicture(cell) || index.resolve(cell, folderOf(path)) !== null;
      tables.push(await parseManifestTable(path, decodeText(path, bytes), isFile, pause, signal));
    } catch (thrown) {
      const error = toHeadstartError(thrown);
      if (error.code === 'cancelled') throw error;
      problems.push(error.toRecord());
    }
    await pause();
  }
  return { tables, problems };
}

function wishedColumns(wish: ReadingWish['columns'], { group, proposed }: Manifest): ProposedColumns {
  if (wish === undefined) return proposed;
  const find = (name: string | undefined, usual: number | null): number | null => {
    const at = name === undefined ? -1 : group.tables[0].columns.indexOf(name);
    return at < 0 ? usual : at;
  };
  const columns = {
    file: find(wish.file, proposed.columns.file),
    label: find(wish.label, proposed.columns.label),
    split: find(wish.split, proposed.columns.split),
  };
  const isAnswered = (proposed.question?.asks === 'file' ? columns.file !== null : columns.label !== null) || proposed.question === null;
  return { columns, question: isAnswered ? null : proposed.question, isSure: true };
}

/**
 * Finds out how listed files can be read, from their paths and from manifests among them.
 * A manifest whose columns are clear comes first; then the Oxford-IIIT Pet names, the folders, the names of files. A manifest that needs
 * an answer comes first only where folders and names tell less than two classes.
 * @throws HeadstartError `cancelled`; `pattern-invalid` or `manifest-missing` for a wish that cannot be met.
 */
export async function createImportReader(
  paths: readonly string[],
  texts: readonly ManifestBytes[],
  pause: Pause,
  wish: ReadingWish = {},
  signal?: AbortSignal,
): Promise<ImportReader> {
  const located = await locateAll(paths, pause);
  await pause();
  const makers = findReadings(located);
  await pause();
  const pictures = located.filter((file) => file.looksLikePicture);
  const index = createPathIndex(pictures);
  const { tables, problems } = await parseTables(texts, index, pause, signal);
  await pause();

  const manifests = new Map<string, Manifest>();
  const mismatches: ErrorRecord[] = [];
  for (const group of groupTables(tables)) {
    const [first] = group.tables;
    const proposed = proposeColumns(first, (cell) => index.resolve(cell, folderOf(first.path)) !== null);
    if (proposed.columns.file === null) mismatches.push(...group.tables.map((table) => explainMismatch(table, pictures.length)));
    else manifests.set(group.id, { group, proposed });
    await pause();
  }
  const readColumns = (id: string, columns: ManifestColumns): ImportReading => {
    const manifest = manifests.get(id);
    if (manifest === undefined) return read(id);
    // A person's answer answers.
    return readManifest(manifest.group, columns, columns.label === null ? manifest.proposed.question : null, located, index);
  };
  const read = (id: string): ImportReading => {
    const manifest = manifests.get(id);
    if (manifest !== undefined) {
      const { columns, question } = wishedColumns(wish.columns, manifest);
      return readManifest(manifest.group, columns, question, located, index);
    }
    const maker = makers.find((other) => other.id === id) ?? makers[0];
    if (maker === undefined) throw new Error('A listing can always be read as unlabelled.');
    return maker.make();
  };

  const byPaths = read('');
  await pause();
  const hasClasses = classesOf(byPaths.rows).length > 1;
  const ordered = [...manifests].map(([id, manifest]) => {
    const reading = read(id);
    const named = reading.rows.reduce((sum, row) => sum + (row.found === 'Not named in it' ? 0 : row.pictures), 0);
    const isWished = wish.manifest !== undefined && manifest.group.tables.some(({ path }) => `/${path}`.endsWith(`/${wish.manifest ?? ''}`));
    const leads = named * 2 >= pictures.length && (manifest.proposed.isSure || !hasClasses);
    return { id, reading, named, isWished, leads };
  });
  ordered.sort((a, b) => Number(b.isWished) - Number(a.isWished) || Number(b.leads) - Number(a.leads) || b.named - a.named);
  const [best] = ordered;
  const first =
    wish.pattern !== undefined
      ? readByPattern(located, wish.pattern)
      : best !== undefined && (best.isWished || best.leads)
        ? best.reading
        : byPaths;
  if (wish.manifest !== undefined && best?.isWished !== true)
    mismatches.unshift(...(mismatches.length + problems.length > 0 ? [] : [describeError('manifest-missing', { name: wish.manifest })]));

  const all: ReadingOffer[] = [
    ...ordered.map(({ id }) => ({ id, title: titleOf(manifests.get(id)?.group ?? { id, tables: [] as never }) })),
    ...makers.map(({ id, title }) => ({ id, title })),
  ];
  const offers = [...all.filter(({ id }) => id === first.id), ...all.filter(({ id }) => id !== first.id)];
  const names = pictures.length > 0 ? pictures : located;
  return {
    first,
    offers,
    problems: [...problems, ...mismatches],
    read,
    readPattern: (text) => readByPattern(located, text),
    suggestPattern: () => suggestPattern(names.map(({ path }) => path)),
    previewPattern: (text) => {
      const pattern = createNamePattern(text);
      const step = Math.max(1, Math.ceil(names.length / namesShown));
      return names
        .filter((_, at) => at % step === 0)
        .map(({ path }) => ({ path, className: pattern.read(path)?.className ?? null }));
    },
    columnsOf: (id) => {
      const manifest = manifests.get(id);
      return manifest === undefined ? [] : describeColumns(manifest.group.tables[0]);
    },
    readColumns,
  };
}
