import { lineMain, sizesBlock } from './sizes';

/**
 * 8-bit RGB, row-major -> `[pictures][3][height][width]` float32. A byte's value is looked up in `table` (`[3][256]`), since WGSL
 * promises no correctly rounded division: so it is bit for bit what the processor gives.
 */
export const pixelsProgram = `
${sizesBlock}
@group(0) @binding(0) var<storage, read> bytes: array<u32>;
@group(0) @binding(1) var<storage, read> table: array<f32>;
@group(0) @binding(2) var<storage, read_write> output: array<f32>;
fn readByte(at: u32) -> u32 { return (bytes[at / 4u] >> ((at & 3u) * 8u)) & 0xffu; }
${lineMain(`
  let plane = sizes.height * sizes.width;
  if (at >= sizes.pictures * plane) { return; }
  let begin = sizes.inputFrom + at * 3u;
  let to = sizes.outputFrom + (at / plane) * plane * 3u + at % plane;
  output[to] = table[readByte(begin)];
  output[to + plane] = table[256u + readByte(begin + 1u)];
  output[to + 2u * plane] = table[512u + readByte(begin + 2u)];`)}`;
