import { paletteSize } from '../palette';

/** Paths in a 12 x 12 box; neighbouring palette positions differ in outline, so that colour never stands alone. */
const shapes = [
  'M3 1h6a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H3a2 2 0 0 1-2-2V3a2 2 0 0 1 2-2z',
  'M6 .5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 1 1 0-11z',
  'M6 .6L11.6 11H.4z',
  'M6 0l6 6-6 6-6-6z',
  'M4.2 .8h3.6v3.4h3.4v3.6H7.8v3.4H4.2V7.8H.8V4.2h3.4z',
  'M.4 1h11.2L6 11.4z',
  'M6 .3l5.6 4.1-2.1 6.8H2.5L.4 4.4z',
] as const;

/** The outline of a class, as an SVG path in a 12 x 12 box: for swatches and for canvases. */
export function classShape(paletteIndex: number): string {
  // A class beyond the palette gets its colour again but another shape: 12 and 7 share no divisor.
  return shapes[(paletteIndex + Math.floor(paletteIndex / (paletteSize * shapes.length))) % shapes.length] ?? shapes[0];
}
