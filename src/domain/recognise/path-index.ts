import { filesAtOnce, type Work } from '../in-pieces';
import type { LocatedPath } from '../label-rules';
import { commonFolders, fileNameOf } from './locate';

/** Finds the listed file that a manifest means. */
export interface PathIndex {
  /**
   * `name` may be relative to the manifest's folder, to what was dropped or to a folder elsewhere, have backslashes, or lack its ending.
   * Null when no file, or more than one alike, can be meant.
   */
  resolve(name: string, manifestFolder: string): LocatedPath | null;
}

/** Folders of a manifest's path, `''` for none. */
export function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}

function stemOf(fileName: string): string {
  return fileName.replace(/\.[^.]{1,5}$/, '');
}

/** Segments with `.` and `..` carried out; `..` above the top is dropped. */
function tidy(path: string): readonly string[] {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  return segments;
}

function sharedEnd(a: readonly string[], b: readonly string[], same: (a: string, b: string) => boolean): number {
  let count = 0;
  while (count < a.length && count < b.length && same(a.at(-1 - count) ?? '', b.at(-1 - count) ?? '')) count += 1;
  return count;
}

const mostNamesakes = 500;

export function* createPathIndex(files: readonly LocatedPath[]): Work<PathIndex> {
  const byPath = new Map<string, LocatedPath>();
  const byName = new Map<string, LocatedPath[]>();
  const byFoldedName = new Map<string, LocatedPath[]>();
  const byStem = new Map<string, LocatedPath[]>();
  const add = (map: Map<string, LocatedPath[]>, key: string, file: LocatedPath): void => {
    const present = map.get(key);
    if (present === undefined) map.set(key, [file]);
    else present.push(file);
  };
  for (const [at, file] of files.entries()) {
    if (at % filesAtOnce === 0) yield;
    const name = fileNameOf(file);
    byPath.set(file.segments.join('/'), file);
    add(byName, name, file);
    add(byFoldedName, name.toLowerCase(), file);
    add(byStem, stemOf(name), file);
  }
  const wrapper = commonFolders(files).length;

  /** The one whose path shares the longest end with the name, if it shares all of either. */
  const choose = (
    candidates: readonly LocatedPath[] | undefined,
    folders: readonly string[],
    isFolded: boolean,
  ): LocatedPath | null => {
    const same = isFolded ? (a: string, b: string) => a.toLowerCase() === b.toLowerCase() : (a: string, b: string) => a === b;
    let best: LocatedPath | null = null;
    let most = -1;
    // So many of one name are told apart by their exact paths only: else every row would look at all of them.
    if (candidates === undefined || candidates.length > mostNamesakes) return null;
    for (const file of candidates) {
      const own = file.segments.slice(0, -1);
      const shared = sharedEnd(folders, own, same);
      if (shared < folders.length && shared < own.length - wrapper) continue;
      if (shared === most) best = null;
      if (shared > most) [best, most] = [file, shared];
    }
    return best;
  };

  return {
    resolve: (name, manifestFolder) => {
      const normal = name.normalize('NFC').replaceAll('\\', '/').trim();
      if (normal === '') return null;
      const exact = byPath.get(tidy(`${manifestFolder}/${normal}`).join('/')) ?? byPath.get(tidy(normal).join('/'));
      if (exact !== undefined) return exact;
      const segments = tidy(normal);
      const fileName = segments.at(-1) ?? '';
      const folders = segments.slice(0, -1);
      return (
        choose(byName.get(fileName), folders, false) ??
        choose(byStem.get(fileName), folders, false) ??
        choose(byFoldedName.get(fileName.toLowerCase()), folders, true)
      );
    },
  };
}
