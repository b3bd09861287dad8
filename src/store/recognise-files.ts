import type { PictureSource, SkippedFile } from '../domain/dataset';
import { describeError, type ErrorCode, type ErrorRecord } from '../domain/errors';
import type { ImportListing, ListedEntry } from '../domain/import-listing';
import { recogniseDataset } from '../domain/label-rules';
import type { ProjectDocument } from '../domain/project';

export interface RecognisedFiles {
  readonly sources: readonly PictureSource[];
  readonly skipped: readonly SkippedFile[];
  /** Why there is nothing to read; null when there is. */
  readonly error: ErrorRecord | null;
  readonly warnings: readonly ErrorRecord[];
  /** A name for a project that has none: the folder that holds everything. */
  readonly name: string | null;
}

const pictureExtension = /\.(jpe?g|jpe|jfif|pjpe?g|a?png|webp|gif|avif|bmp|heic|heif|tiff?|jxl)$/i;

function skipUnlabelled({ path, bytes }: ListedEntry): SkippedFile {
  const code: ErrorCode = bytes === 0 ? 'file-empty' : pictureExtension.test(path) ? 'no-labels' : 'not-a-picture';
  return { path, reason: describeError(code) };
}

/** Gives listed files their classes, and says in words what cannot be used. */
export function recogniseFiles(listing: ImportListing, document: ProjectDocument): RecognisedFiles {
  const listed = [...listing.entries, ...listing.texts];
  const nothing = { sources: [], skipped: listing.skipped, warnings: [], name: null };
  const [refusedArchive] = listing.skipped;
  if (listed.length === 0)
    return { ...nothing, error: refusedArchive?.reason ?? describeError('folder-empty', { name: 'what you added' }) };

  const files = new Map(listed.map((entry) => [entry.path, entry]));
  const { entries, unlabelled, classNames, caseClashes } = recogniseDataset([...files.keys()]);
  const skipped = [
    ...listing.skipped,
    ...unlabelled.flatMap((path) => {
      const entry = files.get(path);
      return entry === undefined ? [] : [skipUnlabelled(entry)];
    }),
  ];
  const { importId } = listing;
  const sources = entries.map((entry): PictureSource => ({ ...entry, importId }));
  if (sources.length === 0) {
    if (document.classNames.length > 0) return { ...nothing, skipped, error: null };
    const hasPictures = [...files.keys()].some((path) => pictureExtension.test(path));
    return {
      ...nothing,
      skipped,
      error: hasPictures ? describeError('no-labels') : describeError('no-readable-picture', { count: files.size }),
    };
  }

  const allClasses = new Set([...document.classNames, ...classNames]);
  const [onlyClass = ''] = allClasses;
  const clashes = [...caseClashes, ...clashesBetween(document.classNames, classNames)];
  return {
    sources,
    skipped,
    error: null,
    warnings: [
      ...(allClasses.size === 1 ? [describeError('one-class', { className: onlyClass })] : []),
      ...clashes.map(([first, second]) => describeError('class-names-differ-in-case', { first, second })),
    ],
    name: document.samples.length === 0 ? commonFolder([...files.keys()], classNames) : null,
  };
}

function clashesBetween(present: readonly string[], added: readonly string[]): (readonly [string, string])[] {
  return added.flatMap((name) =>
    present
      .filter((other) => other !== name && other.toLowerCase() === name.toLowerCase())
      .map((other) => [other, name] as const),
  );
}

/** The outermost folder, when it holds everything and is not itself a class. */
function commonFolder(paths: readonly string[], classNames: readonly string[]): string | null {
  const [folder = ''] = paths[0]?.split('/') ?? [];
  const holdsAll = paths.every((path) => path.startsWith(`${folder}/`));
  return holdsAll && folder !== '' && !classNames.includes(folder) && !/^(train|val|valid|validation|test)$/i.test(folder)
    ? folder
    : null;
}
