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
