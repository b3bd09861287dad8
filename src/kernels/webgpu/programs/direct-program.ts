import { lineGroup, reluFunction, sizesBlock } from './sizes';
import { pairs } from './winograd';

/** Pixels and output channels of a thread. */
const [across, down, outs] = [4, 2, 16];
const lanes = ['x', 'y', 'z', 'w'] as const;

/** A workgroup's places in a line are padded, so that four neighbours always work on the same output channels. */
function blocksOf({ pictures, height, width }: DirectShape): number {
  return Math.ceil((pictures * Math.ceil(height / down) * Math.ceil(width / across)) / 4) * 4;
}

interface DirectShape {
  readonly pictures: number;
  readonly height: number;
  readonly width: number;
  readonly outChannels: number;
}

/** Workgroups in a line. */
export function directGroups(shape: DirectShape): number {
  return Math.ceil((blocksOf(shape) * (shape.outChannels / outs)) / lineGroup);
}

/**
 * 3 x 3 convolution with zeros around, bias and ReLU, as it is written: `[pictures][inChannels][height][width]` ->
 * `[pictures][outChannels][height][width]`, any number of input channels, outChannels a multiple of 16. `filters`: `[inChannels][9][outChannels]`,
 * then the biases. With `quad` four neighbours each load a quarter of the filter values and hand them round.
 */
export function directProgram(quad: boolean): string {
  const sums = pairs(outs, across * down);
  const taps = [0, 1, 2] as const;
  const count = (length: number) => Array.from({ length }, (_, at) => at);
  return `${quad ? 'enable subgroups;\n' : ''}${sizesBlock}${reluFunction}
@group(0) @binding(0) var<storage, read> input: array<f32>;
@group(0) @binding(1) var<storage, read> filters: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> output: array<f32>;
@compute @workgroup_size(${lineGroup})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let columns = (sizes.width + ${across - 1}u) / ${across}u;
  let rows = (sizes.height + ${down - 1}u) / ${down}u;
  let blocks = sizes.pictures * rows * columns;
  let padded = (blocks + 3u) / 4u * 4u;
  let outs4 = sizes.outChannels / 4u;
  // Threads too many repeat others' work: nobody may leave before the last quadBroadcast.
  let at = min((sizes.first + group.x) * ${lineGroup}u + lane, padded * (sizes.outChannels / ${outs}u) - 4u + (lane & 3u));
  let block = min(at % padded, blocks - 1u);
  let out4 = (at / padded) * ${outs / 4}u;
  let picture = block / (rows * columns);
  let inside = block % (rows * columns);
  let height = i32(sizes.height);
  let width = i32(sizes.width);
  let y = i32(inside / columns) * ${down};
  let x = i32(inside % columns) * ${across};
  ${count(across + 2)
    .map((j) => `let x${j} = clamp(x + ${j - 1}, 0, width - 1); let xIn${j} = x + ${j - 1} == x${j};`)
    .join('\n  ')}
  ${sums.map(([out, place]) => `var c${out}_${place} = 0f;`).join(' ')}
  var begin = i32(sizes.inputFrom + picture * sizes.inChannels * sizes.height * sizes.width);
  var tap = out4${quad ? ' + (lane & 3u)' : ''};
  for (var channel = 0u; channel < sizes.inChannels; channel++) {
    // A row of taps a turn: all nine at once take drivers seconds to compile.
    for (var row = 0; row < 3; row++) {
      ${count(down)
        .map(
          (i) =>
            `let y${i} = clamp(y + row + ${i - 1}, 0, height - 1); let yIn${i} = y + row + ${i - 1} == y${i}; let row${i} = begin + y${i} * width;`,
        )
        .join('\n      ')}
      ${pairs(down, across + 2)
        .map(([i, j]) => `let d${i}${j} = select(0f, input[row${i} + x${j}], yIn${i} && xIn${j});`)
        .join('\n      ')}
      ${taps
        .flatMap((j) =>
          quad
            ? [
                `let q${j} = filters[tap + ${j}u * outs4];`,
                ...count(4).map((n) => `let b${j}_${n} = quadBroadcast(q${j}, ${n}u);`),
              ]
            : count(4).map((n) => `let b${j}_${n} = filters[tap + ${j}u * outs4 + ${n}u];`),
        )
        .join('\n      ')}
      ${sums
        .map(([out, place]) => {
          const [py, px] = [Math.floor(place / across), place % across];
          const sum = taps.reduce(
            (inner, j) => `fma(d${py}${j + px}, b${j}_${out >> 2}.${lanes[out & 3] ?? ''}, ${inner})`,
            `c${out}_${place}`,
          );
          return `c${out}_${place} = ${sum};`;
        })
        .join('\n      ')}
      tap += 3u * outs4;
    }
    begin += height * width;
  }
  let bias = sizes.inChannels * 9u * outs4 + out4;
  ${count(4)
    .map((n) => `let bias${n} = filters[bias + ${n}u];`)
    .join(' ')}
  let to = sizes.outputFrom + ((picture * sizes.outChannels + out4 * 4u) * sizes.height + u32(y)) * sizes.width + u32(x);
  ${pairs(down, across)
    .map(
      ([py, px]) => `if (y + ${py} < height && x + ${px} < width) {
    ${count(outs)
      .map(
        (out) =>
          `output[to + (${out}u * sizes.height + ${py}u) * sizes.width + ${px}u] = relu(c${out}_${py * across + px} + bias${out >> 2}.${lanes[out & 3] ?? ''});`,
      )
      .join('\n    ')}
  }`,
    )
    .join('\n  ')}
}`;
}
