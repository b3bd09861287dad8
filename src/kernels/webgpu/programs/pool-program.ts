import { lineMain, sizesBlock } from './sizes';

/** The largest of each 2 x 2, an odd last row or column left out: planes of `[height][width]`, `outChannels` of them a picture. */
export const poolProgram = `
${sizesBlock}
@group(0) @binding(0) var<storage, read> input: array<f32>;
@group(0) @binding(2) var<storage, read_write> output: array<f32>;
${lineMain(`
  let columns = sizes.width / 2u;
  let plane = (sizes.height / 2u) * columns;
  if (at >= sizes.pictures * sizes.outChannels * plane) { return; }
  let inside = at % plane;
  let begin = sizes.inputFrom + ((at / plane) * sizes.height + (inside / columns) * 2u) * sizes.width + (inside % columns) * 2u;
  output[sizes.outputFrom + at] = max(max(input[begin], input[begin + 1u]), max(input[begin + sizes.width], input[begin + sizes.width + 1u]));`)}`;

/** Where nothing of the four is above zero: ReLU lets no gradient pass. */
const none = 4;

/**
 * Which of each 2 x 2 is the first that is largest, row-major as PyTorch has it, and, without `linear`, `none` where it is not above zero: a byte a
 * pooled value, four of them a thread, `length` values in all. Input as in `pool`.
 */
export const picksProgram = `
${sizesBlock}
@group(0) @binding(0) var<storage, read> input: array<f32>;
@group(0) @binding(2) var<storage, read_write> picks: array<u32>;
fn pick(at: u32) -> u32 {
  let columns = sizes.width / 2u;
  let plane = (sizes.height / 2u) * columns;
  if (at >= sizes.length) { return ${none}u; }
  let inside = at % plane;
  let begin = ((at / plane) * sizes.height + (inside / columns) * 2u) * sizes.width + (inside % columns) * 2u;
  var best = input[begin];
  var own = 0u;
  let b = input[begin + 1u];
  if (b > best) { best = b; own = 1u; }
  let c = input[begin + sizes.width];
  if (c > best) { best = c; own = 2u; }
  let d = input[begin + sizes.width + 1u];
  if (d > best) { best = d; own = 3u; }
  return select(${none}u, own, best > 0f || sizes.linear == 1u);
}
${lineMain(`
  if (at * 4u >= sizes.length) { return; }
  picks[at] = pick(at * 4u) | (pick(at * 4u + 1u) << 8u) | (pick(at * 4u + 2u) << 16u) | (pick(at * 4u + 3u) << 24u);`)}`;

/**
 * Gradient before pooling and ReLU from that after them: planes of `[height][width]`, each value to the pixel that its pick names, zeros
 * elsewhere, also where pooling left an odd row or column out. One thread a pixel, `length` pixels.
 */
export const unpoolProgram = `
${sizesBlock}
@group(0) @binding(0) var<storage, read> input: array<f32>;
@group(0) @binding(1) var<storage, read> picks: array<u32>;
@group(0) @binding(2) var<storage, read_write> output: array<f32>;
${lineMain(`
  if (at >= sizes.length) { return; }
  let columns = sizes.width / 2u;
  let rows = sizes.height / 2u;
  let plane = sizes.height * sizes.width;
  let y = (at % plane) / sizes.width;
  let x = at % sizes.width;
  if (y / 2u >= rows || x / 2u >= columns) { output[at] = 0f; return; }
  let place = ((at / plane) * rows + y / 2u) * columns + x / 2u;
  let own = (picks[place / 4u] >> ((place & 3u) * 8u)) & 0xffu;
  output[at] = select(0f, input[place], own == (y & 1u) * 2u + (x & 1u));`)}`;
