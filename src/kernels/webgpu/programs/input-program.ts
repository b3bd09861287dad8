import { lineMain, sizesBlock } from './sizes';
import { gradientTransform, inputTransform, pairs, winogradConstants } from './winograd';

/** Reads `d`, a patch of `side` x `side` of `channel` and `tile` that begins `before` pixels before the tile; zeros around the picture. */
function readPatch(side: number, before: number, channels: string): string {
  const all = Array.from({ length: side }, (_, at) => at);
  return `
  let across = (sizes.width + 3u) / 4u;
  let each = across * ((sizes.height + 3u) / 4u);
  let picture = tile / each;
  let inside = tile % each;
  let height = i32(sizes.height);
  let width = i32(sizes.width);
  let y = i32(inside / across) * 4 - ${before};
  let x = i32(inside % across) * 4 - ${before};
  let plane = i32(sizes.inputFrom) + i32(picture * ${channels} + channel) * height * width;
  ${all.map((j) => `let x${j} = clamp(x + ${j}, 0, width - 1); let xIn${j} = x + ${j} == x${j};`).join('\n  ')}
  ${all.map((i) => `let row${i} = clamp(y + ${i}, 0, height - 1); let yIn${i} = y + ${i} == row${i}; let y${i} = plane + row${i} * width;`).join('\n  ')}
  ${pairs(side, side)
    .map(([i, j]) => `let d${i}${j} = select(0f, input[y${i} + x${j}], yIn${i} && xIn${j});`)
    .join('\n  ')}`;
}

/** `[pictures][inChannels][height][width]` -> V `[36][inChannels][columns]`: one thread a tile of a channel, zeros around the picture. */
export const inputProgram = `
${sizesBlock}${winogradConstants}
@group(0) @binding(0) var<storage, read> input: array<f32>;
@group(0) @binding(2) var<storage, read_write> v: array<f32>;
${lineMain(`
  let channel = at / sizes.tiles;
  if (channel >= sizes.inChannels) { return; }
  let tile = at % sizes.tiles;
  ${readPatch(6, 1, 'sizes.inChannels')}
  ${inputTransform}
  let to = channel * sizes.columns + tile;
  let step = sizes.inChannels * sizes.columns;
  ${pairs(6, 6)
    .map(([i, j]) => `v[to + ${i * 6 + j}u * step] = v${i}${j};`)
    .join('\n  ')}`)}`;

/** Of which map the rows are made: a convolution's input, or the gradient by its result. */
export type RowsOf = 'input' | 'gradient';

/**
 * For the gradient by filter, whose products are summed over tiles: `[pictures][channels][height][width]` -> `[36][rows][columns]`, one row
 * a tile and one column a channel. `length` is the number of rows; rows from `tiles` on and columns from `channels` on become zeros.
 */
export function rowsProgram(of: RowsOf): string {
  const name = of === 'input' ? 'v' : 'w';
  return `
${sizesBlock}${winogradConstants}
@group(0) @binding(0) var<storage, read> input: array<f32>;
@group(0) @binding(2) var<storage, read_write> output: array<f32>;
${lineMain(`
  let row = at / sizes.columns;
  if (row >= sizes.length) { return; }
  let column = at % sizes.columns;
  let isIn = row < sizes.tiles && column < sizes.channels;
  let tile = min(row, sizes.tiles - 1u);
  let channel = min(column, sizes.channels - 1u);
  ${of === 'input' ? readPatch(6, 1, 'sizes.channels') : readPatch(4, 0, 'sizes.channels')}
  ${of === 'input' ? inputTransform : gradientTransform}
  let step = sizes.length * sizes.columns;
  ${pairs(6, 6)
    .map(([i, j]) => `output[at + ${i * 6 + j}u * step] = select(0f, ${name}${i}${j}, isIn);`)
    .join('\n  ')}`)}`;
}
