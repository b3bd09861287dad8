import type { PictureSource, SkippedFile } from '../domain/dataset';
import { describeError, throwIfCancelled, type ErrorRecord } from '../domain/errors';
import type { ImportListing, ListedEntry } from '../domain/import-listing';
import type { Pause } from '../domain/in-pieces';
import { looksLikePicturePath } from '../domain/label-rules';
import { filesOf, totalsOf } from '../domain/recognise/decision';
import { createImportReader, type ImportReader, type ManifestBytes, type ReadingWish } from '../domain/recognise/import-reader';
import type { ImportRow } from '../domain/recognise/proposal';
import type { EngineApi } from '../protocol/engine-api';

function skip({ path, bytes }: ListedEntry): SkippedFile {
  return { path, reason: describeError(bytes === 0 ? 'file-empty' : 'not-a-picture') };
}

/** A picture by its name, or a file without an ending, which only its content can tell. */
function mayBePicture({ path }: ListedEntry): boolean {
  return looksLikePicturePath(path) || !/\.[A-Za-z0-9]{1,5}$/.test(path);
}

/** Why nothing of a listing can come in, and each file with its reason; null when something can. */
export function findNothing({ entries, texts, skipped }: ImportListing): {
  readonly error: ErrorRecord;
  readonly skipped: readonly SkippedFile[];
} | null {
  if (entries.some(mayBePicture)) return null;
  const [refused] = skipped;
  const [text] = texts;
  const error =
    refused?.reason ??
    (text !== undefined && entries.length === 0
      ? describeError('manifest-alone', { name: text.path })
      : entries.length === 0
        ? describeError('folder-empty', { name: 'what you added' })
        : describeError('no-readable-picture', { count: entries.length }));
  return { error, skipped: [...skipped, ...entries.map(skip)] };
}

/** @throws HeadstartError `cancelled`, `worker-dead`, `pattern-invalid` for a wish that cannot be met */
export async function openReader(
  engine: EngineApi,
  { importId, entries, texts }: ImportListing,
  pause: Pause,
  wish: ReadingWish,
  signal: AbortSignal,
): Promise<ImportReader> {
  const manifests: ManifestBytes[] = [];
  for (const { path } of texts) {
    manifests.push({ path, bytes: await engine.readImportText(importId, path) });
    throwIfCancelled(signal);
  }
  return createImportReader(
    entries.map(({ path }) => path),
    manifests,
    pause,
    wish,
    signal,
  );
}

export interface ResolvedImport {
  readonly sources: readonly PictureSource[];
  readonly skipped: readonly SkippedFile[];
  /** A name for a project that has none: the folder that holds everything. */
  readonly name: string | null;
}

/** What comes in of a listing by the rows decided on, and what does not. */
export function resolveImport(listing: ImportListing, rows: readonly ImportRow[]): ResolvedImport {
  const { importId } = listing;
  const hasPictures = listing.entries.some(({ path }) => looksLikePicturePath(path));
  const files = filesOf(rows);
  const skipped: SkippedFile[] = [...listing.skipped];
  const sources: PictureSource[] = [];
  // In the listing's order, whatever the order of the rows: a seed then always means the same run.
  for (const entry of listing.entries) {
    const { path } = entry;
    const file = files.get(path);
    if (file === undefined) continue;
    const { className, split } = file;
    // In a class's folder the worker looks into the file; elsewhere its name decides.
    if (className === null && hasPictures && !looksLikePicturePath(path)) skipped.push(skip(entry));
    else sources.push({ path, className, folderSplit: split, importId });
  }
  const paths = listing.entries.map(({ path }) => path);
  return { sources, skipped, name: commonFolder(paths, totalsOf(rows).classes) };
}

/** The outermost folder, when it holds everything and is not itself a class. */
function commonFolder(paths: readonly string[], classNames: readonly string[]): string | null {
  const [folder = ''] = paths[0]?.split('/') ?? [];
  const holdsAll = paths.every((path) => path.startsWith(`${folder}/`));
  return holdsAll && folder !== '' && !classNames.includes(folder) && !/^(train|val|valid|validation|test)$/i.test(folder)
    ? folder
    : null;
}
