import type { LocatedPath } from '../label-rules';

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
