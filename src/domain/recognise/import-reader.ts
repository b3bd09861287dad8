import { describeError, toHeadstartError, type ErrorRecord } from '../errors';
import { decodeText } from './decode-text';
import { filesAtOnce, finishInPieces, type Pause, type Work } from '../in-pieces';
import { locatePath, type LocatedPath } from '../label-rules';
import type { ManifestColumn, ManifestColumns } from './manifest';
import { describeColumns, namesPicture, proposeColumns, type ProposedColumns } from './manifest-columns';
import { groupTables, isNamed, readManifest, type ManifestGroup } from './manifest-reading';
import { parseManifestTable, type ManifestTable } from './manifest-table';
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

/** The ways to read what was listed. Nothing here changes; a reading is made anew for each question, in pieces. */
export interface ImportReader {
  /** The way taken unless somebody chooses otherwise. */
  readonly first: ImportReading;
  readonly offers: readonly ReadingOffer[];
  /** Manifests that could not be used, and why. */
  readonly problems: readonly ErrorRecord[];
  read(id: string): Promise<ImportReading>;
  /** @throws HeadstartError `pattern-invalid`. */
  readPattern(text: string): Promise<ImportReading>;
  suggestPattern(): string;
  /** Ten names from all over the listing. @throws HeadstartError `pattern-invalid`. */
  previewPattern(text: string): readonly PatternPreview[];
  /** The columns of a manifest's reading; none for another. */
  columnsOf(id: string): readonly ManifestColumn[];
  readColumns(id: string, columns: ManifestColumns): Promise<ImportReading>;
}

interface Manifest {
  readonly group: ManifestGroup;
  readonly proposed: ProposedColumns;
}

const namesShown = 10;

function* locateAll(paths: readonly string[]): Work<readonly LocatedPath[]> {
  const located: LocatedPath[] = [];
  for (const [at, path] of paths.entries()) {
    if (at % filesAtOnce === 0) yield;
    located.push(locatePath(path));
  }
  return located;
}

/** Where no name has a picture's ending, files without any ending may be pictures: only their content can tell. */
function markNameless(located: readonly LocatedPath[]): readonly LocatedPath[] {
  if (located.some((file) => file.looksLikePicture)) return located;
  return located.map((file) => ({ ...file, looksLikePicture: !/\.[A-Za-z0-9]{1,5}$/.test(file.path) }));
}

/** Why a table is no manifest of these pictures. */
function explainMismatch(table: ManifestTable, pictureCount: number): ErrorRecord {
  const name = table.path;
  const namesFiles = table.rows.slice(0, 100).some((row) => row.some(namesPicture));
  if (pictureCount === 0) return describeError('manifest-alone', { name });
  return namesFiles
    ? describeError('manifest-no-match', { name, count: table.rows.length })
    : describeError('manifest-columns-unknown', { name });
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
  const isAnswered =
    (proposed.question?.asks === 'file' ? columns.file !== null : columns.label !== null) || proposed.question === null;
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
  const carryOut = <T>(work: Work<T>): Promise<T> => finishInPieces(work, pause, signal);
  const located = markNameless(await carryOut(locateAll(paths)));
  const makers = await carryOut(findReadings(located));
  const pictures = located.filter((file) => file.looksLikePicture);
  const index = await carryOut(createPathIndex(texts.length === 0 ? [] : pictures));
  const { tables, problems } = await parseTables(texts, index, pause, signal);

  const manifests = new Map<string, Manifest>();
  const mismatches: ErrorRecord[] = [];
  for (const group of groupTables(tables)) {
    const [first] = group.tables;
    const proposed = proposeColumns(first, (cell) => index.resolve(cell, folderOf(first.path)) !== null);
    if (proposed.columns.file === null) mismatches.push(...group.tables.map((table) => explainMismatch(table, pictures.length)));
    else manifests.set(group.id, { group, proposed });
    await pause();
  }
  const makeManifest = ({ group }: Manifest, { columns, question }: Omit<ProposedColumns, 'isSure'>): Promise<ImportReading> =>
    carryOut(readManifest(group, columns, question, located, index));
  const makeFromPaths = (id: string): Promise<ImportReading> => {
    const maker = makers.find((other) => other.id === id) ?? makers[0];
    if (maker === undefined) throw new Error('A listing can always be read as unlabelled.');
    return carryOut(maker.make());
  };

  const byPaths = await makeFromPaths('');
  const hasClasses = classesOf(byPaths.rows).length > 1;
  const ordered: { id: string; reading: ImportReading; named: number; isWished: boolean; leads: boolean }[] = [];
  for (const [id, manifest] of manifests) {
    const reading = await makeManifest(manifest, wishedColumns(wish.columns, manifest));
    const named = reading.rows.reduce((sum, row) => sum + (isNamed(row) ? row.pictures : 0), 0);
    const wished = wish.manifest;
    const isWished = wished !== undefined && manifest.group.tables.some(({ path }) => `/${path}`.endsWith(`/${wished}`));
    const leads = named * 2 >= pictures.length && (manifest.proposed.isSure || !hasClasses);
    ordered.push({ id, reading, named, isWished, leads });
  }
  ordered.sort((a, b) => Number(b.isWished) - Number(a.isWished) || Number(b.leads) - Number(a.leads) || b.named - a.named);
  const [best] = ordered;
  const byManifest = best !== undefined && (best.isWished || best.leads) ? best.reading : null;
  const first = wish.pattern === undefined ? (byManifest ?? byPaths) : await carryOut(readByPattern(located, wish.pattern));
  const isMissed = wish.manifest !== undefined && best?.isWished !== true && problems.length + mismatches.length === 0;

  const all: readonly ReadingOffer[] = [
    ...ordered.map(({ id, reading }) => ({ id, title: reading.title })),
    ...makers.map(({ id, title }) => ({ id, title })),
  ];
  const names = pictures.length > 0 ? pictures : located;
  return {
    first,
    offers: [...all.filter(({ id }) => id === first.id), ...all.filter(({ id }) => id !== first.id)],
    problems: [
      ...problems,
      ...mismatches,
      ...(isMissed ? [describeError('manifest-missing', { name: wish.manifest ?? '' })] : []),
    ],
    read: (id) => {
      const manifest = manifests.get(id);
      return manifest === undefined ? makeFromPaths(id) : makeManifest(manifest, wishedColumns(wish.columns, manifest));
    },
    readPattern: (text) => carryOut(readByPattern(located, text)),
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
    readColumns: (id, columns) => {
      const manifest = manifests.get(id);
      if (manifest === undefined) return makeFromPaths(id);
      // An answer answers; without a label the question stays.
      return makeManifest(manifest, { columns, question: columns.label === null ? manifest.proposed.question : null });
    },
  };
}
