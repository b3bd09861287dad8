import type { Split } from '../dataset';
import { filesAtOnce, type Work } from '../in-pieces';
import type { LocatedPath } from '../label-rules';
import { fileNameOf } from './locate';
import type { ImportRow, ImportTarget } from './proposal';

/** Where a path belongs. */
export interface Placement {
  readonly found: string;
  readonly foundAs: ImportRow['foundAs'];
  readonly target: ImportTarget;
  readonly split: Split | null;
}

const examplesShown = 3;

/** By code point would cost an array a comparison; rows are sorted for people. */
const collator = new Intl.Collator('en', { numeric: true });

function compareRows(a: ImportRow, b: ImportRow): number {
  // What has no class comes last.
  const rank = ({ target }: ImportRow): number => (target.kind === 'class' ? 0 : 1);
  return rank(a) - rank(b) || collator.compare(a.found, b.found) || (a.key < b.key ? -1 : 1);
}

/** Puts every path into one row: those found in the same place and going the same way together. */
export function* groupIntoRows(
  located: readonly LocatedPath[],
  place: (located: LocatedPath) => Placement,
): Work<readonly ImportRow[]> {
  interface Draft extends Placement {
    readonly key: string;
    readonly files: LocatedPath[];
  }
  const drafts = new Map<string, Draft>();
  for (const [at, file] of located.entries()) {
    if (at % filesAtOnce === 0) yield;
    const placement = place(file);
    const { found, foundAs, target, split } = placement;

    const key = `${foundAs}\n${split ?? ''}\n${found}\n${target.kind}${target.kind === 'class' ? target.className : ''}`;
    const draft = drafts.get(key);
    if (draft === undefined) drafts.set(key, { ...placement, key, files: [file] });
    else draft.files.push(file);
  }
  const rows: ImportRow[] = [];
  for (const { key, found, foundAs, target, split, files } of drafts.values()) {
    const pictures = files.filter((file) => file.looksLikePicture);
    rows.push({
      key,
      found,
      foundAs,
      target,
      split,
      paths: files.map(({ path }) => path),
      pictures: pictures.length,
      // The same ones, in whatever order the paths come.
      examples: leastOf((pictures.length > 0 ? pictures : files).map(fileNameOf), examplesShown),
    });
    yield;
  }
  return rows.sort(compareRows);
}

/** The first few in order, without sorting all. */
function leastOf(names: readonly string[], count: number): readonly string[] {
  const least: string[] = [];
  for (const name of names) {
    if (least.length === count && name >= (least.at(-1) ?? '')) continue;
    const at = least.findIndex((other) => name < other);
    least.splice(at < 0 ? least.length : at, 0, name);
    if (least.length > count) least.pop();
  }
  return least;
}

/** Folder and the file's name are apart: the place of a file that nothing gave a class. */
export function restPlacement({ segments }: LocatedPath): Placement {
  return { found: segments.slice(0, -1).join('/'), foundAs: 'rest', target: { kind: 'unlabelled' }, split: null };
}
