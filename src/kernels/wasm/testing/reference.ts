/** Plain double-precision answers to compare the kernels with. Layouts as in `assembly/`. */

export interface ConvShape {
  readonly pictures: number;
  readonly height: number;
  readonly width: number;
  readonly inChannels: number;
  readonly outChannels: number;
}

function value(values: ArrayLike<number>, at: number): number {
  const found = values[at];
  if (found === undefined) throw new RangeError(`nothing at ${at}`);
  return found;
}

/** 3 x 3, padding 1, bias, ReLU: [pictures][height][width][inChannels] and OIHW -> [pictures][height][width][outChannels]. */
export function convolvePlainly(
  input: ArrayLike<number>,
  kernel: ArrayLike<number>,
  bias: ArrayLike<number>,
  shape: ConvShape,
): Float64Array {
  const { pictures, height, width, inChannels, outChannels } = shape;
  const output = new Float64Array(pictures * height * width * outChannels);
  let to = 0;
  for (let picture = 0; picture < pictures; picture++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        for (let o = 0; o < outChannels; o++) {
          let sum = value(bias, o);
          for (let ky = Math.max(0, 1 - y); ky < Math.min(3, height + 1 - y); ky++) {
            for (let kx = Math.max(0, 1 - x); kx < Math.min(3, width + 1 - x); kx++) {
              const from = ((picture * height + y + ky - 1) * width + x + kx - 1) * inChannels;
              for (let c = 0; c < inChannels; c++)
                sum += value(input, from + c) * value(kernel, (o * inChannels + c) * 9 + ky * 3 + kx);
            }
          }
          output[to++] = Math.max(0, sum);
        }
      }
    }
  }
  return output;
}

/** Largest of each 2 x 2, an odd last row or column left out. */
export function poolPlainly(input: ArrayLike<number>, { pictures, height, width, outChannels }: ConvShape): Float64Array {
  const [rows, columns] = [height >> 1, width >> 1];
  return Float64Array.from({ length: pictures * rows * columns * outChannels }, (_, at) => {
    const channel = at % outChannels;
    const place = Math.floor(at / outChannels);
    const x = place % columns;
    const y = Math.floor(place / columns) % rows;
    const picture = Math.floor(place / (columns * rows));
    const read = (dy: number, dx: number) =>
      value(input, ((picture * height + 2 * y + dy) * width + 2 * x + dx) * outChannels + channel);
    return Math.max(read(0, 0), read(0, 1), read(1, 0), read(1, 1));
  });
}

const near = Math.SQRT1_2;
const far = Math.SQRT2;

/** F(4 x 4, 3 x 3) at the points 0, +-sqrt(1/2), +-sqrt(2) and infinity, after Lavin and Gray (2015), who took 1 and 2. */
export const inputMatrix = [
  [1, 0, -2.5, 0, 1, 0],
  [0, -2 * near, -2, near, 1, 0],
  [0, 2 * near, -2, -near, 1, 0],
  [0, -far / 2, -0.5, far, 1, 0],
  [0, far / 2, -0.5, -far, 1, 0],
  [0, 1, 0, -2.5, 0, 1],
];
export const filterMatrix = [
  [1, 0, 0],
  [-2 / 3, (-2 / 3) * near, -1 / 3],
  [-2 / 3, (2 / 3) * near, -1 / 3],
  [1 / 6, far / 6, 1 / 3],
  [1 / 6, -far / 6, 1 / 3],
  [0, 0, 1],
];
export const outputMatrix = [
  [1, 1, 1, 1, 1, 0],
  [0, near, -near, far, -far, 0],
  [0, 0.5, 0.5, 2, 2, 0],
  [0, near / 2, -near / 2, 2 * far, -2 * far, 1],
];

/** M x M^T of a square `x`, row-major. */
export function sandwich(matrix: readonly (readonly number[])[], x: ArrayLike<number>): number[] {
  const side = Math.sqrt(x.length);
  return matrix.flatMap((left) =>
    matrix.map((right) =>
      left.reduce((sum, a, i) => sum + right.reduce((inner, b, j) => inner + a * b * value(x, i * side + j), 0), 0),
    ),
  );
}

/** The largest difference; NaN when any value is. */
export function largestDifference(own: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (own.length !== expected.length) return NaN;
  let worst = 0;
  for (let at = 0; at < own.length; at++) {
    const difference = Math.abs(value(own, at) - value(expected, at));
    if (difference > worst || Number.isNaN(difference)) worst = difference;
    if (Number.isNaN(worst)) return NaN;
  }
  return worst;
}

/** Numbers in [-1, 1) that only depend on the seed. */
export function createNoise(seed: number): (count: number) => Float32Array {
  let state = seed >>> 0;
  return (count) =>
    Float32Array.from({ length: count }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 31 - 1;
    });
}

/** Of finite float16 bits, exactly. */
export function widenPlainly(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
