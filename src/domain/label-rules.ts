import { compareCodePoints } from './commands';
import type { Split } from './dataset';
import { classOfFileName, classesOfFileNames } from './file-name-classes';
import { filesAtOnce, finish, type Work } from './in-pieces';
import { splitOfFolder } from './split-names';

export type DatasetShape = 'class-folders' | 'split-folders' | 'file-names' | 'unlabelled';

export interface LabelledPath {
  /** As given. */
  readonly path: string;
  readonly className: string;
  readonly folderSplit: Split | null;
  /** The folder that gave the label; null where the file's name did. */
  readonly folder: string | null;
}

/** What the paths of a drop say. Every path is in exactly one of `entries` and `unlabelled`. */
export interface RecognisedDataset {
  readonly kind: DatasetShape;
  /** Files that are not pictures are here too where their folder is a class, so that they can be reported. */
  readonly entries: readonly LabelledPath[];
  readonly unlabelled: readonly string[];
  /** Sorted by code point, as PyTorch's ImageFolder does. */
  readonly classNames: readonly string[];
  /** Classes whose names differ only in upper and lower case. */
  readonly caseClashes: readonly (readonly [string, string])[];
}

/** Segments of a path below the folder under examination: folders, then the file's name. */
type Segments = readonly string[];
interface Label extends Pick<LabelledPath, 'className' | 'folderSplit'> {
  /** How many folders below the wrapper gave it; null where the name did. */
  readonly depth: number | null;
}

interface Rule {
  readonly kind: DatasetShape;
  /** Folders around the dataset that say nothing. */
  readonly wrapper: Segments;
  readonly label: (segments: Segments) => Label | null;
}

const pictureExtension = /\.(jpe?g|jpe|jfif|pjpe?g|a?png|webp|gif|avif|bmp|heic|heif|tiff?|jxl)$/i;

/** Whether a file is a picture by its name, and not one that systems leave behind. */
function looksLikePicture(segments: Segments): boolean {
  const name = segments.at(-1) ?? '';
  // Archives made on macOS hold a shadow `__MACOSX/._x.jpg` of every file.
  return pictureExtension.test(name) && !segments.some((segment) => segment.startsWith('.') || segment === '__MACOSX');
}

function fileName(segments: Segments): string {
  return segments.at(-1) ?? '';
}

function byFirstFolder(nested: readonly Segments[]): Map<string, Segments[]> {
  const folders = new Map<string, Segments[]>();
  for (const [first = '', ...rest] of nested) {
    const inside = folders.get(first);
    if (inside === undefined) folders.set(first, [rest]);
    else inside.push(rest);
  }
  return folders;
}

function isSplitLayout(folders: ReadonlyMap<string, readonly Segments[]>): boolean {
  const named = [...folders].filter(([name]) => splitOfFolder(name) !== null);
  if (named.length === folders.size) return folders.size > 0;
  // Beside train and another split there may be a folder of something else, but then classes must be nested in the splits:
  // a class may itself be called “train”.
  const splits = new Set(named.map(([name]) => splitOfFolder(name)));
  return splits.size > 1 && splits.has('train') && named.every(([, inside]) => inside.every((segments) => segments.length > 1));
}

const noLabels: Rule = { kind: 'unlabelled', wrapper: [], label: () => null };

function fileNameRule(classes: ReadonlySet<string>): Rule {
  return {
    kind: 'file-names',
    wrapper: [],
    label: (segments) => {
      const className = classOfFileName(fileName(segments), classes);
      return className === null ? null : { className, folderSplit: null, depth: null };
    },
  };
}

function oneClassRule(className: string): Rule {
  return { kind: 'class-folders', wrapper: [], label: () => ({ className, folderSplit: null, depth: 0 }) };
}

const classFolderRule: Rule = {
  kind: 'class-folders',
  wrapper: [],
  label: ([first, ...rest]) =>
    first === undefined || rest.length === 0 ? null : { className: first, folderSplit: null, depth: 1 },
};

function splitRule(nested: readonly Segments[]): Rule {
  if (nested.some((segments) => segments.length > 2)) {
    return {
      kind: 'split-folders',
      wrapper: [],
      label: ([first = '', className, ...rest]) => {
        const folderSplit = splitOfFolder(first);
        return folderSplit === null || className === undefined || rest.length === 0 ? null : { className, folderSplit, depth: 2 };
      },
    };
  }
  // No class folder in any split: `train/cat.0.jpg`. A test folder often has numbers only and has no say.
  const learning = nested.filter(([first = '']) => splitOfFolder(first) !== 'test');
  const classes = classesOfFileNames((learning.length > 0 ? learning : nested).map(fileName));
  if (classes === null) return noLabels;
  return {
    kind: 'split-folders',
    wrapper: [],
    label: (segments) => {
      const folderSplit = segments.length === 2 ? splitOfFolder(segments[0] ?? '') : null;
      const className = classOfFileName(fileName(segments), classes);
      return folderSplit === null || className === null ? null : { className, folderSplit, depth: null };
    },
  };
}

/** The rule that the pictures follow below one folder, called `parent`; null for what was dropped itself. */
function* findRule(pictures: readonly Segments[], parent: string | null): Work<Rule> {
  yield;
  const direct = pictures.filter((segments) => segments.length === 1);
  const nested = pictures.filter((segments) => segments.length > 1);
  yield;
  const folders = byFirstFolder(nested);
  yield;
  const [only] = folders.size === 1 && direct.length === 0 ? folders : [];

  if (only !== undefined) {
    const [name, inside] = only;
    const isAroundSplits = isSplitLayout(byFirstFolder(inside.filter((segments) => segments.length > 1)));
    if (splitOfFolder(name) === null || isAroundSplits) {
      const rule = yield* findRule(inside, name);
      return { ...rule, wrapper: [name, ...rule.wrapper] };
    }
  }
  if (isSplitLayout(folders)) return splitRule(nested);

  const classes = nested.length * 9 <= direct.length ? classesOfFileNames(direct.map(fileName)) : null;
  if (classes !== null) return fileNameRule(classes);
  // Pictures in the folder itself and at most one folder beside them: the folder is a class, what is deeper belongs to it.
  if (direct.length > 0 && folders.size <= 1 && direct.length >= nested.length && parent !== null) return oneClassRule(parent);
  return folders.size === 0 ? noLabels : classFolderRule;
}

function findCaseClashes(classNames: readonly string[]): [string, string][] {
  const seen = new Map<string, string>();
  return classNames.flatMap((name): [string, string][] => {
    const folded = name.toLowerCase();
    const former = seen.get(folded);
    seen.set(folded, former ?? name);
    return former === undefined ? [] : [[former, name]];
  });
}

/**
 * Joins the first folders of paths; neighbours mostly lie in the same folder, whose text is then the same object and not made again.
 */
export function createFolderJoiner(): (segments: readonly string[], count: number) => string {
  let last: readonly string[] = [];
  let joined = '';
  return (segments, count) => {
    let isSame = count === last.length;
    for (let at = 0; isSame && at < count; at += 1) isSame = segments[at] === last[at];
    if (!isSame) {
      last = segments.slice(0, count);
      joined = last.join('/');
    }
    return joined;
  };
}

/** As `looksLikePicture` of a path that is not taken apart. */
export function looksLikePicturePath(path: string): boolean {
  return looksLikePicture(path.split('/'));
}

/** A path taken apart once. */
export interface LocatedPath {
  /** As it was given. */
  readonly path: string;
  /** Folders, then the file's name, in NFC; never empty. */
  readonly segments: readonly string[];
  readonly looksLikePicture: boolean;
}

export function locatePath(path: string): LocatedPath {
  const segments = path
    .normalize('NFC')
    .split('/')
    .filter((segment) => segment !== '' && segment !== '.');
  const kept = segments.length === 0 ? [path] : segments;
  return { path, segments: kept, looksLikePicture: looksLikePicture(kept) };
}

/**
 * Finds out how dropped files are labelled, from their paths (`/` between folders) alone:
 * - class folders, dropped together or inside any number of single folders; deeper folders belong to the class above, as in ImageFolder;
 * - `train`, `val` (`valid`, `validation`) and `test` folders of class folders, or of files whose names tell the class;
 * - a flat folder whose names tell the class (`cat.0.jpg`); else one class called as the folder.
 * Only files that look like pictures decide; the others are labelled by the rule found. Names are compared in Unicode's NFC.
 */
export function recogniseDataset(paths: readonly string[]): RecognisedDataset {
  return finish(recogniseLocated(paths.map(locatePath)));
}

/** `recogniseDataset` of paths that were taken apart already, in pieces. */
export function* recogniseLocated(located: readonly LocatedPath[]): Work<RecognisedDataset> {
  const pictures = located.filter((file) => file.looksLikePicture);
  const deciding = pictures.length > 0 ? pictures : located;
  const { kind, wrapper, label } = yield* findRule(
    deciding.map(({ segments }) => segments),
    null,
  );

  const labelOf = (segments: Segments): Label | null =>
    wrapper.every((folder, at) => segments[at] === folder) && segments.length > wrapper.length
      ? label(segments.slice(wrapper.length))
      : null;

  const known = new Set<string>();
  for (const [at, { segments }] of deciding.entries()) {
    if (at % filesAtOnce === 0) yield;
    const found = labelOf(segments);
    if (found !== null) known.add(found.className);
  }
  const joinFolders = createFolderJoiner();
  const entries: LabelledPath[] = [];
  const unlabelled: string[] = [];
  for (const [at, { path, segments }] of located.entries()) {
    if (at % filesAtOnce === 0) yield;
    const found = labelOf(segments);
    // A folder without any picture is no class.
    if (found !== null && known.has(found.className)) {
      const { className, folderSplit, depth } = found;
      const folder = depth === null ? null : joinFolders(segments, wrapper.length + depth);
      entries.push({ path, className, folderSplit, folder });
    } else unlabelled.push(path);
  }
  const classNames = [...known].sort(compareCodePoints);
  return {
    kind: classNames.length === 0 ? 'unlabelled' : kind,
    entries,
    unlabelled,
    classNames,
    caseClashes: findCaseClashes(classNames),
  };
}
