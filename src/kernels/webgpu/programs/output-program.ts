import { lineMain, reluFunction, sizesBlock } from './sizes';
import { outputTransform, pairs, winogradConstants } from './winograd';

/** Where a tile's products lie and where its pixels go, for programs of one thread a tile of a channel. */
const tileOfOutput = `
  let channel = at / sizes.tiles;
  if (channel >= sizes.outChannels) { return; }
  let tile = at % sizes.tiles;
  let across = (sizes.width + 3u) / 4u;
  let each = across * ((sizes.height + 3u) / 4u);
  let picture = tile / each;
  let inside = tile % each;
  let begin = channel * sizes.columns + tile;
  let step = sizes.outChannels * sizes.columns;
  ${pairs(6, 6)
    .map(([i, j]) => `let m${i}${j} = products[begin + ${i * 6 + j}u * step];`)
    .join('\n  ')}
  ${outputTransform}`;

/**
 * M `[36][outChannels][columns]` -> `[pictures][outChannels][height][width]` with bias and ReLU: one thread a tile of a channel.
 * With `pool` the largest of each 2 x 2 instead, an odd last row or column left out.
 */
export function outputProgram(pool: boolean): string {
  const results = pool ? 2 : 4;
  const value = ([i, j]: readonly [number, number]) =>
    pool
      ? `max(max(y${2 * i}${2 * j}, y${2 * i}${2 * j + 1}), max(y${2 * i + 1}${2 * j}, y${2 * i + 1}${2 * j + 1}))`
      : `y${i}${j}`;
  return `
${sizesBlock}${reluFunction}${winogradConstants}
@group(0) @binding(0) var<storage, read> products: array<f32>;
@group(0) @binding(1) var<storage, read> biases: array<f32>;
@group(0) @binding(2) var<storage, read_write> output: array<f32>;
${lineMain(`
  ${tileOfOutput}
  let height = ${pool ? 'sizes.height / 2u' : 'sizes.height'};
  let width = ${pool ? 'sizes.width / 2u' : 'sizes.width'};
  let y = (inside / across) * ${results}u;
  let x = (inside % across) * ${results}u;
  let bias = biases[sizes.biasFrom + channel];
  let to = sizes.outputFrom + ((picture * sizes.outChannels + channel) * height + y) * width + x;
  let whole = y + ${results}u <= height && x + ${results}u <= width;
  ${pairs(results, results)
    .map(
      (at) =>
        `if (whole || (y + ${at[0]}u < height && x + ${at[1]}u < width)) { output[to + ${at[0]}u * width + ${at[1]}u] = relu(${value(at)} + bias); }`,
    )
    .join('\n  ')}`)}`;
}

/**
 * Gradient by a convolution's input through the ReLU before it: M `[36][outChannels][columns]` -> `[pictures][outChannels][height][width]`,
 * which holds that input and is overwritten where ReLU let it pass, else becomes zero; with `linear` it is overwritten everywhere. Channels are counted as the gradient's.
 */
export const maskedOutputProgram = `
${sizesBlock}${winogradConstants}
@group(0) @binding(0) var<storage, read> products: array<f32>;
@group(0) @binding(2) var<storage, read_write> output: array<f32>;
${lineMain(`
  ${tileOfOutput}
  let y = (inside / across) * 4u;
  let x = (inside % across) * 4u;
  let to = sizes.outputFrom + ((picture * sizes.outChannels + channel) * sizes.height + y) * sizes.width + x;
  ${pairs(4, 4)
    .map(
      ([i, j]) => `if (y + ${i}u < sizes.height && x + ${j}u < sizes.width) {
    let at${i}${j} = to + ${i}u * sizes.width + ${j}u;
    output[at${i}${j}] = select(0f, y${i}${j}, output[at${i}${j}] > 0f || sizes.linear == 1u);
  }`,
    )
    .join('\n  ')}`)}`;
