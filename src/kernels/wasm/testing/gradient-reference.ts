import type { ConvShape } from './reference';

/** Plain double-precision gradients to compare the kernels with; `gradient-reference.test.ts` compares them with slopes. */

export interface PlainGradients {
  /** OIHW. */
  readonly byFilter: Float64Array;
  readonly byBias: Float64Array;
  /** As the input. */
  readonly byInput: Float64Array;
}

function value(values: ArrayLike<number>, at: number): number {
  const found = values[at];
  if (found === undefined) throw new RangeError(`nothing at ${at}`);
  return found;
}

function addTo(values: Float64Array, at: number, more: number): void {
  values[at] = value(values, at) + more;
}

/** Of a 3 x 3 convolution (padding 1) before ReLU: `gradient` is by its result, [pictures][height][width][outChannels]. */
export function gradientsPlainly(
  input: ArrayLike<number>,
  kernel: ArrayLike<number>,
  gradient: ArrayLike<number>,
  { pictures, height, width, inChannels, outChannels }: ConvShape,
): PlainGradients {
  const byFilter = new Float64Array(outChannels * inChannels * 9);
  const byBias = new Float64Array(outChannels);
  const byInput = new Float64Array(pictures * height * width * inChannels);
  for (let place = 0; place < pictures * height * width; place++) {
    const [y, x] = [Math.floor(place / width) % height, place % width];
    for (let o = 0; o < outChannels; o++) {
      const slope = value(gradient, place * outChannels + o);
      addTo(byBias, o, slope);
      for (let tap = 0; tap < 9; tap++) {
        const [dy, dx] = [Math.floor(tap / 3) - 1, (tap % 3) - 1];
        if (y + dy < 0 || y + dy >= height || x + dx < 0 || x + dx >= width) continue;
        const from = (place + dy * width + dx) * inChannels;
        for (let c = 0; c < inChannels; c++) {
          const weight = (o * inChannels + c) * 9 + tap;
          addTo(byFilter, weight, slope * value(input, from + c));
          addTo(byInput, from + c, slope * value(kernel, weight));
        }
      }
    }
  }
  return { byFilter, byBias, byInput };
}

/** Gradient before ReLU and 2 x 2 pooling, from that after them: to the first of the largest four, where it is above zero. */
export function unpoolPlainly(
  input: ArrayLike<number>,
  gradient: ArrayLike<number>,
  { pictures, height, width, outChannels }: ConvShape,
): Float64Array {
  const to = new Float64Array(pictures * height * width * outChannels);
  const [rows, columns] = [height >> 1, width >> 1];
  for (let at = 0; at < pictures * rows * columns * outChannels; at++) {
    const channel = at % outChannels;
    const place = Math.floor(at / outChannels);
    const [picture, y, x] = [Math.floor(place / (rows * columns)), Math.floor(place / columns) % rows, place % columns];
    let best = -1;
    for (let four = 0; four < 4; four++) {
      const [dy, dx] = [four >> 1, four & 1];
      const from = ((picture * height + 2 * y + dy) * width + 2 * x + dx) * outChannels + channel;
      if (best < 0 || value(input, from) > value(input, best)) best = from;
    }
    if (value(input, best) > 0) to[best] = value(gradient, at);
  }
  return to;
}
