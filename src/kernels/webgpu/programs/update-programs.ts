import { adamNumbers } from '../../backbone-trainer';
import { lineMain, sizesBlock } from './sizes';

const { beta1, beta2, epsilon } = adamNumbers;
const bindings = `
${sizesBlock}
@group(0) @binding(0) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(1) var<storage, read> flag: array<u32>;
@group(0) @binding(2) var<storage, read_write> weights: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> first: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> second: array<vec4f>;
`;
/** Where the flag says that the gradient is not finite, nothing moves. */
const begin = `
  if (at >= sizes.length / 4u || flag[0] != 1u) { return; }
  var w = weights[at];
  var g = gradients[at] * sizes.scale;`;

/** torch.optim.SGD, dampening 0, four values a thread. `first`: the momentum, which begins as the first gradient. */
export const sgdProgram = `${bindings}
${lineMain(`${begin}
  if (sizes.decay != 0f) { g += w * sizes.decay; }
  if (sizes.sum == 1u) { g = first[at] * sizes.momentum + g; }
  first[at] = g;
  weights[at] = w - g * sizes.rate;`)}`;

/**
 * torch.optim.Adam, or AdamW where `shrink` is not 1, in PyTorch's order of operations. `first`: the mean, `second`: the mean of squares;
 * `rate` is the learning rate over 1 - beta1^t.
 */
export const adamProgram = `${bindings}
${lineMain(`${begin}
  if (sizes.shrink != 1f) { w *= sizes.shrink; }
  if (sizes.decay != 0f) { g += w * sizes.decay; }
  var mean = g * ${1 - beta1}f;
  var square = g * g * ${1 - beta2}f;
  if (sizes.sum == 1u) {
    let before = first[at];
    mean = before + (g - before) * ${1 - beta1}f;
    square = second[at] * ${beta2}f + square;
  }
  first[at] = mean;
  second[at] = square;
  weights[at] = w - mean / (sqrt(square) / sizes.root + ${epsilon}f) * sizes.rate;`)}`;
