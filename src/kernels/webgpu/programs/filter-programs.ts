import { lineMain, sizesBlock } from './sizes';
import { filterGradientTransform, filterTransform, pairs, winogradConstants } from './winograd';

/** Reads OIHW filters as they lie in the file. Every float16 is widened exactly, by whole numbers: drivers may flush small ones. */
const readFilter = `
@group(0) @binding(0) var<storage, read> source: array<u32>;
fn widen(bits: u32) -> f32 {
  let magnitude = bits & 0x7fffu;
  let exponent = magnitude >> 10u;
  let normal = bitcast<f32>((magnitude << 13u) + select(0x38000000u, 0x70000000u, exponent == 31u));
  let small = f32(magnitude) * 5.9604644775390625e-8f;
  let value = select(normal, small, exponent == 0u);
  return select(value, -value, (bits & 0x8000u) != 0u);
}
fn readValue(at: u32) -> f32 {
  if (sizes.half == 0u) { return bitcast<f32>(source[at]); }
  return widen((source[at / 2u] >> ((at & 1u) * 16u)) & 0xffffu);
}
`;

/** U = G g G^T: one thread an input and an output channel; `[36][inChannels][outChannels]`. */
export const transformFiltersProgram = `
${sizesBlock}${winogradConstants}${readFilter}
@group(0) @binding(2) var<storage, read_write> filters: array<f32>;
${lineMain(`
  let plane = sizes.inChannels * sizes.outChannels;
  if (at >= plane) { return; }
  let begin = ((at % sizes.outChannels) * sizes.inChannels + at / sizes.outChannels) * 9u;
  ${pairs(3, 3)
    .map(([i, j]) => `let g${i}${j} = readValue(begin + ${i * 3 + j}u);`)
    .join('\n  ')}
  ${filterTransform}
  ${pairs(6, 6)
    .map(([i, j]) => `filters[at + ${i * 6 + j}u * plane] = u${i}${j};`)
    .join('\n  ')}`)}`;

/** Filters for the direct program: `[inChannels][9][outChannels]`; the biases lie behind them. */
export const packFiltersProgram = `
${sizesBlock}${readFilter}
@group(0) @binding(2) var<storage, read_write> filters: array<f32>;
${lineMain(`
  let plane = sizes.inChannels * sizes.outChannels;
  if (at >= plane) { return; }
  let channel = at / sizes.outChannels;
  let out = at % sizes.outChannels;
  let begin = (out * sizes.inChannels + channel) * 9u;
  for (var tap = 0u; tap < 9u; tap++) { filters[(channel * 9u + tap) * sizes.outChannels + out] = readValue(begin + tap); }`)}`;

/**
 * U = G g G^T of float32 filters `[outChannels][inChannels][3][3]` that begin at `inputFrom`: `[36][inChannels][outChannels]`. With `back` it
 * is for the gradient by input: filters turned by half, `inChannels` counts what were the outputs and `outChannels` what were the inputs.
 */
export const transformMastersProgram = `
${sizesBlock}${winogradConstants}
@group(0) @binding(0) var<storage, read> source: array<f32>;
@group(0) @binding(2) var<storage, read_write> filters: array<f32>;
${lineMain(`
  let plane = sizes.inChannels * sizes.outChannels;
  if (at >= plane) { return; }
  let out = at % sizes.outChannels;
  let channel = at / sizes.outChannels;
  let isBack = sizes.back == 1u;
  let own = select(out * sizes.inChannels + channel, channel * sizes.outChannels + out, isBack);
  let begin = sizes.inputFrom + own * 9u;
  ${pairs(3, 3)
    .map(([i, j]) => `let g${i}${j} = source[begin + select(${i * 3 + j}u, ${8 - i * 3 - j}u, isBack)];`)
    .join('\n  ')}
  ${filterTransform}
  ${pairs(6, 6)
    .map(([i, j]) => `filters[at + ${i * 6 + j}u * plane] = u${i}${j};`)
    .join('\n  ')}`)}`;

/** Float32 filters from `inputFrom` on and biases from `biasFrom` on -> as the direct program reads them. One thread a value. */
export const packMastersProgram = `
${sizesBlock}
@group(0) @binding(0) var<storage, read> source: array<f32>;
@group(0) @binding(2) var<storage, read_write> filters: array<f32>;
${lineMain(`
  let row = at / sizes.outChannels;
  let out = at % sizes.outChannels;
  let rows = sizes.inChannels * 9u;
  if (row > rows) { return; }
  filters[at] = source[select(sizes.inputFrom + out * rows + row, sizes.biasFrom + out, row == rows)];`)}`;

/**
 * Gradient by filters, G^T m G: `[36][outChannels][columns]`, products summed over tiles -> `[outChannels][channels][3][3]` from `outputFrom`
 * on, added to what is there with `sum`. One thread a pair of channels.
 */
export const filterGradientProgram = `
${sizesBlock}${winogradConstants}
@group(0) @binding(0) var<storage, read> products: array<f32>;
@group(0) @binding(2) var<storage, read_write> gradients: array<f32>;
${lineMain(`
  let plane = sizes.outChannels * sizes.columns;
  let channel = at % sizes.columns;
  if (at >= plane || channel >= sizes.channels) { return; }
  ${pairs(6, 6)
    .map(([i, j]) => `let m${i}${j} = products[at + ${i * 6 + j}u * plane];`)
    .join('\n  ')}
  ${filterGradientTransform}
  let to = sizes.outputFrom + ((at / sizes.columns) * sizes.channels + channel) * 9u;
  let isSum = sizes.sum == 1u;
  ${pairs(3, 3)
    .map(([i, j]) => `gradients[to + ${i * 3 + j}u] = g${i}${j} + select(0f, gradients[to + ${i * 3 + j}u], isSum);`)
    .join('\n  ')}`)}`;
