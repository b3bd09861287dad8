import { lineMain, sizesBlock } from './sizes';
import { inputTransform, pairs, winogradConstants } from './winograd';

const side = [0, 1, 2, 3, 4, 5] as const;

/** `[pictures][inChannels][height][width]` -> V `[36][inChannels][columns]`: one thread a tile of a channel, zeros around the picture. */
export const inputProgram = `
${sizesBlock}${winogradConstants}
@group(0) @binding(0) var<storage, read> input: array<f32>;
@group(0) @binding(2) var<storage, read_write> v: array<f32>;
${lineMain(`
  let channel = at / sizes.tiles;
  if (channel >= sizes.inChannels) { return; }
  let tile = at % sizes.tiles;
  let across = (sizes.width + 3u) / 4u;
  let each = across * ((sizes.height + 3u) / 4u);
  let picture = tile / each;
  let inside = tile % each;
  let height = i32(sizes.height);
  let width = i32(sizes.width);
  let y = i32(inside / across) * 4 - 1;
  let x = i32(inside % across) * 4 - 1;
  let plane = i32(sizes.inputFrom) + i32(picture * sizes.inChannels + channel) * height * width;
  ${side.map((j) => `let x${j} = clamp(x + ${j}, 0, width - 1); let xIn${j} = x + ${j} == x${j};`).join('\n  ')}
  ${side.map((i) => `let row${i} = clamp(y + ${i}, 0, height - 1); let yIn${i} = y + ${i} == row${i}; let y${i} = plane + row${i} * width;`).join('\n  ')}
  ${pairs(6, 6)
    .map(([i, j]) => `let d${i}${j} = select(0f, input[y${i} + x${j}], yIn${i} && xIn${j});`)
    .join('\n  ')}
  ${inputTransform}
  let to = channel * sizes.columns + tile;
  let step = sizes.inChannels * sizes.columns;
  ${pairs(6, 6)
    .map(([i, j]) => `v[to + ${i * 6 + j}u * step] = v${i}${j};`)
    .join('\n  ')}`)}`;
