import type { Split } from '../dataset';
import { filesAtOnce, type Work } from '../in-pieces';
import { createFolderJoiner, recogniseLocated, type LocatedPath, type RecognisedDataset } from '../label-rules';
import { splitOfFolder } from '../split-names';
import { commonFolders, fileNameOf } from './locate';
import { createNamePattern, suggestPattern } from './name-pattern';
import { petOfFileName } from './pet-names';
import type { ImportReading, ImportRow, ReadingKind } from './proposal';
import { groupIntoRows, restPlacement, type Placement } from './rows';
import { countWords, listWords } from './words';

/** A way to read paths that can be offered before it is carried out. */
export interface ReadingMaker {
  readonly id: string;
  readonly title: string;
  make(): Work<ImportReading>;
}

interface Seen {
  readonly located: readonly LocatedPath[];
  /** Those that decide: what looks like a picture, else all. */
  readonly deciding: readonly LocatedPath[];
  readonly recognised: RecognisedDataset;
}

export function classesOf(rows: readonly ImportRow[]): readonly string[] {
  return [...new Set(rows.flatMap(({ target }) => (target.kind === 'class' ? [target.className] : [])))];
}

function picturesOf(rows: readonly ImportRow[], keep: (row: ImportRow) => boolean = () => true): number {
  return rows.reduce((sum, row) => sum + (keep(row) ? row.pictures : 0), 0);
}

/** What is said of every reading: how many pictures, of how many classes, and what has none. */
function closingSentences(rows: readonly ImportRow[]): readonly string[] {
  const labelled = picturesOf(rows, ({ target }) => target.kind === 'class');
  const without = picturesOf(rows, ({ target }) => target.kind === 'unlabelled');
  const classes = classesOf(rows);
  const splits = (['train', 'val', 'test'] as const).flatMap((split) => {
    const count = picturesOf(rows, (row) => row.split === split && row.target.kind === 'class');
    return count === 0 ? [] : [`${countWords(count, 'picture')} in ${split}`];
  });
  return [
    ...(classes.length === 0 ? [] : [`${countWords(labelled, 'picture')} of ${countWords(classes.length, 'class', 'classes')}.`]),
    ...(splits.length === 0 ? [] : [`The folders give the splits: ${listWords(splits)}.`]),
    ...(without === 0
      ? []
      : [`${countWords(without, 'picture')} without a label ${without === 1 ? 'comes' : 'come'} in unlabelled.`]),
  ];
}

function createReading(
  kind: ReadingKind,
  title: string,
  seen: string,
  rows: readonly ImportRow[],
  pattern: string | null = null,
): ImportReading {
  return { id: kind, kind, title, reasoning: [seen, ...closingSentences(rows)], rows, pattern, manifest: null };
}

function classPlacement(found: string, foundAs: ImportRow['foundAs'], className: string, split: Split | null): Placement {
  return { found, foundAs, target: { kind: 'class', className }, split };
}

/** The nearest folder that names a split, or null. */
function splitAbove({ segments }: LocatedPath): Split | null {
  for (let at = segments.length - 2; at >= 0; at -= 1) {
    const split = splitOfFolder(segments[at] ?? '');
    if (split !== null) return split;
  }
  return null;
}

const titles = {
  'class-folders': 'A folder for each class',
  'split-folders': 'Folders for train, validation and test',
  'file-names': 'The class in the file’s name',
  'pets-species': 'Oxford-IIIT Pet: cats and dogs',
  'pets-breeds': 'Oxford-IIIT Pet: breeds',
  'innermost-folders': 'The innermost folder is the class',
  'outermost-folders': 'The outermost folder is the class',
  pattern: 'A pattern of the file’s name',
  'one-class': 'All of one class',
  unlabelled: 'No labels',
} as const;

function recognisedSentence({ kind, entries, classNames }: RecognisedDataset): string {
  const byName = entries.some(({ folder }) => folder === null);
  switch (kind) {
    case 'class-folders':
      return classNames.length === 1
        ? `One folder of pictures, “${classNames[0] ?? ''}”: its name is the class.`
        : `${countWords(classNames.length, 'folder')} of pictures: the name of each is a class.`;
    case 'split-folders':
      return byName
        ? 'Folders for train, validation or test, and the class before the number in each file’s name.'
        : 'Folders for train, validation or test, with a folder for each class inside.';
    case 'file-names':
      return `The files’ names begin with ${countWords(classNames.length, 'word')} that come again and again: they are the classes.`;
    case 'unlabelled':
      return 'No folder and no name tells a class.';
  }
}

/** As the label rules see it. */
export function* readAsRecognised({ located, recognised }: Seen): Work<ImportReading> {
  const joinFolders = createFolderJoiner();
  // Entries come in the order of the paths.
  let next = 0;
  const rows = yield* groupIntoRows(located, (file) => {
    const label = recognised.entries[next];
    if (label?.path !== file.path) return restPlacement(file);
    next += 1;
    const { className, folderSplit, folder } = label;
    if (folder !== null) return classPlacement(folder, 'folder', className, folderSplit);
    const inside = joinFolders(file.segments, file.segments.length - 1);
    return classPlacement(inside === '' ? `${className}…` : `${inside}/${className}…`, 'name', className, folderSplit);
  });
  const byName = recognised.entries.some(({ folder }) => folder === null);
  return createReading(recognised.kind, titles[recognised.kind], recognisedSentence(recognised), rows, byName ? '' : null);
}

function* readPets({ located }: Seen, by: 'species' | 'breed'): Work<ImportReading> {
  const rows = yield* groupIntoRows(located, (file) => {
    const pet = petOfFileName(fileNameOf(file));
    return pet === null ? restPlacement(file) : classPlacement(`${pet.breed}…`, 'name', pet[by], splitAbove(file));
  });
  const kind = by === 'species' ? 'pets-species' : 'pets-breeds';
  const seen =
    by === 'species'
      ? 'The names are those of the Oxford-IIIT Pet pictures: a capital letter begins a cat, a small one a dog.'
      : 'The names are those of the Oxford-IIIT Pet pictures: the breed stands before the number.';
  return createReading(kind, titles[kind], seen, rows);
}

function* readByFolder({ located }: Seen, which: 'innermost' | 'outermost', common: number): Work<ImportReading> {
  const rows = yield* groupIntoRows(located, (file) => {
    const folders = file.segments.slice(common, -1);
    const at =
      which === 'innermost'
        ? folders.findLastIndex((folder) => splitOfFolder(folder) === null)
        : folders.findIndex((folder) => splitOfFolder(folder) === null);
    const className = folders[at];
    if (className === undefined) return restPlacement(file);
    const found = file.segments.slice(0, common + at + 1).join('/');
    return classPlacement(found, 'folder', className, splitAbove(file));
  });
  const kind = `${which}-folders` as const;
  const seen =
    which === 'innermost'
      ? 'The folder that a picture lies in is its class.'
      : 'The first folder on the way to a picture is its class.';
  return createReading(kind, titles[kind], seen, rows);
}

/**
 * The class from each path by a pattern (see name-pattern.ts).
 * @throws HeadstartError `pattern-invalid`.
 */
export function* readByPattern(located: readonly LocatedPath[], text: string): Work<ImportReading> {
  const pattern = createNamePattern(text);
  const rows = yield* groupIntoRows(located, (file) => {
    const label = pattern.read(file.path);
    if (label === null) return restPlacement(file);
    return classPlacement(`${label.className}…`, 'name', label.className, label.split ?? splitAbove(file));
  });
  const fitting = picturesOf(rows, ({ target }) => target.kind === 'class');
  const seen = `The pattern ${pattern.text} fits ${countWords(fitting, 'picture')} of ${picturesOf(rows).toLocaleString('en-GB')}.`;
  return createReading('pattern', titles.pattern, seen, rows, pattern.text);
}

function* readAsOneClass({ located }: Seen, className: string): Work<ImportReading> {
  const rows = yield* groupIntoRows(located, (file) =>
    file.looksLikePicture ? classPlacement(className, 'folder', className, splitAbove(file)) : restPlacement(file),
  );
  return createReading('one-class', titles['one-class'], `Everything is taken for “${className}”.`, rows);
}

function* readUnlabelled({ located }: Seen): Work<ImportReading> {
  return createReading(
    'unlabelled',
    titles.unlabelled,
    'Nothing is taken for a label.',
    yield* groupIntoRows(located, restPlacement),
  );
}

const nearlyAll = 0.9;
const namesTried = 100;

/** How the pictures can be read from their paths, the best way first. */
export function* findReadings(located: readonly LocatedPath[]): Work<readonly ReadingMaker[]> {
  const pictures = located.filter((file) => file.looksLikePicture);
  const deciding = pictures.length > 0 ? pictures : located;
  const recognised = yield* recogniseLocated(located);
  yield;
  const seen: Seen = { located, deciding, recognised };
  const makers: ReadingMaker[] = [{ id: recognised.kind, title: titles[recognised.kind], make: () => readAsRecognised(seen) }];
  const add = (id: keyof typeof titles, make: () => Work<ImportReading>, isFirst = false): void => {
    const maker = { id, title: titles[id], make };
    if (makers.some((other) => other.id === id)) return;
    if (isFirst) makers.unshift(maker);
    else makers.push(maker);
  };

  const isPet = (file: LocatedPath): boolean => petOfFileName(fileNameOf(file)) !== null;
  // Most listings are none of pets: a few names tell.
  const mayBePets = deciding.slice(0, namesTried).filter(isPet).length >= Math.min(deciding.length, namesTried) / 2;
  const pets = mayBePets ? deciding.flatMap((file) => petOfFileName(fileNameOf(file)) ?? []) : [];
  if (deciding.length > 0 && pets.length >= deciding.length * nearlyAll) {
    const hasBoth = new Set(pets.map(({ species }) => species)).size === 2;
    // Where folders give classes they were put there by somebody.
    const namesDecide = recognised.kind === 'file-names' || recognised.kind === 'unlabelled' || recognised.classNames.length < 2;
    if (hasBoth) add('pets-species', () => readPets(seen, 'species'), namesDecide);
    add('pets-breeds', () => readPets(seen, 'breed'));
  }

  yield;
  const common = commonFolders(deciding);
  yield;
  const splitNames = new Map<string, boolean>();
  const isSplitFolder = (folder: string): boolean => {
    const known = splitNames.get(folder) ?? splitOfFolder(folder) !== null;
    splitNames.set(folder, known);
    return known;
  };
  let deepest = 0;
  for (const [at, { segments }] of deciding.entries()) {
    if (at % filesAtOnce === 0) yield;
    let depth = 0;
    for (let folder = common.length; folder < segments.length - 1; folder += 1)
      if (!isSplitFolder(segments[folder] ?? '')) depth += 1;
    deepest = Math.max(deepest, depth);
  }
  if (deepest > 1 || (deepest === 1 && recognised.kind !== 'class-folders' && recognised.kind !== 'split-folders')) {
    add('innermost-folders', () => readByFolder(seen, 'innermost', common.length));
    if (deepest > 1) add('outermost-folders', () => readByFolder(seen, 'outermost', common.length));
  }
  if (deciding.length > 0) add('pattern', () => readByPattern(located, suggestPattern(deciding.map(({ path }) => path))));
  const around = common.findLast((folder) => splitOfFolder(folder) === null);
  if (around !== undefined && !(recognised.classNames.length === 1 && recognised.classNames[0] === around))
    add('one-class', () => readAsOneClass(seen, around));
  add('unlabelled', () => readUnlabelled(seen));
  return makers;
}
