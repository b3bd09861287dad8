/** Pixels; the log's lines never wrap. */
export const lineHeight = 19;

/** Logs up to this length stand in the page whole, so that find-in-page works. */
const wholeLog = 400;
/** Lines kept ready above and below the view. */
const margin = 20;

/** Which lines to draw, `first` included, `last` not. */
export function visibleLines(
  count: number,
  scrollTop: number,
  height: number,
): { readonly first: number; readonly last: number } {
  if (count <= wholeLog) return { first: 0, last: count };
  const inView = Math.ceil(height / lineHeight) + 2 * margin;
  const first = Math.min(Math.max(0, Math.floor(scrollTop / lineHeight) - margin), Math.max(0, count - inView));
  return { first, last: Math.min(count, first + inView) };
}
