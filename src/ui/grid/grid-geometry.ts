/** Where the tiles of a virtual grid stand. All lengths in pixels. */
export interface GridGeometry {
  readonly columns: number;
  readonly tile: number;
  readonly rows: number;
  readonly height: number;
}

export function layOutGrid(count: number, width: number, minTile: number, gap: number): GridGeometry {
  const columns = Math.max(1, Math.floor((width + gap) / (minTile + gap)));
  const tile = Math.max(1, (width - gap * (columns - 1)) / columns);
  const rows = Math.ceil(count / columns);
  return { columns, tile, rows, height: rows === 0 ? 0 : rows * (tile + gap) - gap };
}

/** First tile to draw and the one after the last, with `spare` rows above and below what is seen. */
export function visibleRange(
  geometry: GridGeometry,
  gap: number,
  count: number,
  scrollTop: number,
  viewHeight: number,
  spare: number,
): readonly [number, number] {
  const pitch = geometry.tile + gap;
  const firstRow = Math.max(0, Math.floor(scrollTop / pitch) - spare);
  const lastRow = Math.min(geometry.rows, Math.ceil((scrollTop + viewHeight) / pitch) + spare);
  return [Math.min(count, firstRow * geometry.columns), Math.min(count, lastRow * geometry.columns)];
}

/** Where a key leads from tile `from`; null for a key that does not move. `page` is the rows seen at once. */
export function moveInGrid(key: string, from: number, count: number, columns: number, page: number): number | null {
  const last = count - 1;
  const moved: Readonly<Record<string, number>> = {
    ArrowRight: from + 1,
    ArrowLeft: from - 1,
    ArrowDown: from + columns,
    ArrowUp: from - columns,
    PageDown: from + columns * page,
    PageUp: from - columns * page,
    Home: 0,
    End: last,
  };
  const to = moved[key];
  if (to === undefined) return null;
  // Up and down stay in their column rather than jump to a corner.
  if ((key === 'ArrowDown' || key === 'ArrowUp') && (to < 0 || to > last)) return from;
  return Math.min(last, Math.max(0, to));
}
