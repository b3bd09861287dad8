import { looksLikePicture } from '../label-rules';

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

export function fileNameOf({ segments }: LocatedPath): string {
  return segments.at(-1) ?? '';
}

/** The folders that all of them lie in. */
export function commonFolders(located: readonly LocatedPath[]): readonly string[] {
  const [first] = located;
  if (first === undefined) return [];
  let common = first.segments.slice(0, -1);
  for (const { segments } of located) {
    let length = 0;
    while (length < common.length && length < segments.length - 1 && segments[length] === common[length]) length += 1;
    if (length < common.length) common = common.slice(0, length);
  }
  return common;
}
