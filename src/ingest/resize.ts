/**
 * Antialiased bilinear resize, equal to Pillow's `Image.resize(size, BILINEAR)` for 8-bit RGB to the last bit: a triangle filter whose
 * support grows with the scale when shrinking, weights in fixed point of 22 bits, a horizontal and then a vertical pass, each rounded to 8 bits.
 * (Pillow 13 runs the vertical pass first for some shapes, where it is cheaper; that moves values by at most 1. Up to Pillow 12 it is as here.)
 * Only the asked part of the result is computed, and only the source rows and columns that it needs are read.
 */

const fractionBits = 22;
const half = 1 << (fractionBits - 1);

/** Where source rows come from, so that a large picture need never stand in memory as a whole. */
export interface RowSource {
  readonly width: number;
  readonly height: number;
  /** Values per pixel; the first three are red, green and blue. */
  readonly channels: 3 | 4;
  /** Pixels of columns `left..right-1` of rows `top..bottom-1`, row-major, without padding. */
  read(left: number, top: number, right: number, bottom: number): Uint8Array | Uint8ClampedArray;
  /** How many rows to ask for at once. */
  readonly rowsAtOnce: number;
}

/** Part of the resized picture, in its pixels. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** For each output position: the first source position, the number of weights, and the weights (`size` apart, 22-bit fixed point). */
interface Taps {
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly weights: Int32Array;
  readonly size: number;
}

function createTaps(inputLength: number, outputLength: number, from: number, count: number): Taps {
  const scale = inputLength / outputLength;
  const support = Math.max(scale, 1);
  const inverse = 1 / support;
  const size = Math.ceil(support) * 2 + 1;
  const taps: Taps = { first: new Int32Array(count), count: new Int32Array(count), weights: new Int32Array(count * size), size };
  const exact = new Float64Array(size);
  for (let i = 0; i < count; i += 1) {
    const center = (from + i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(center - support + 0.5));
    const used = Math.min(inputLength, Math.trunc(center + support + 0.5)) - first;
    let sum = 0;
    for (let k = 0; k < used; k += 1) {
      const weight = Math.max(0, 1 - Math.abs((k + first - center + 0.5) * inverse));
      exact[k] = weight;
      sum += weight;
    }
    for (let k = 0; k < used; k += 1)
      taps.weights[i * size + k] = Math.trunc(0.5 + ((exact[k] ?? 0) / sum) * (1 << fractionBits));
    taps.first[i] = first;
    taps.count[i] = used;
  }
  return taps;
}

/** First and one past the last source position that any tap reads. */
function span(taps: Taps): readonly [number, number] {
  const last = taps.first.length - 1;
  return [taps.first[0] ?? 0, (taps.first[last] ?? 0) + (taps.count[last] ?? 0)];
}

/** Horizontal pass of `rows` rows: `input` starts at source column `origin` with `inputWidth` pixels a row. */
function resizeRows(
  input: Uint8Array | Uint8ClampedArray,
  channels: number,
  inputWidth: number,
  origin: number,
  rows: number,
  taps: Taps,
  output: Uint8ClampedArray,
  outputRow: number,
): void {
  const width = taps.first.length;
  for (let y = 0; y < rows; y += 1) {
    const line = y * inputWidth * channels;
    let to = (outputRow + y) * width * 3;
    for (let x = 0; x < width; x += 1) {
      let at = line + ((taps.first[x] as number) - origin) * channels;
      const begin = x * taps.size;
      const end = begin + (taps.count[x] as number);
      let red = half;
      let green = half;
      let blue = half;
      for (let k = begin; k < end; k += 1) {
        const weight = taps.weights[k] as number;
        red += (input[at] as number) * weight;
        green += (input[at + 1] as number) * weight;
        blue += (input[at + 2] as number) * weight;
        at += channels;
      }
      output[to] = red >> fractionBits;
      output[to + 1] = green >> fractionBits;
      output[to + 2] = blue >> fractionBits;
      to += 3;
    }
  }
}

/** Vertical pass over RGB rows that start at source row `origin`. */
function resizeColumns(input: Uint8ClampedArray, rowLength: number, origin: number, taps: Taps): Uint8Array<ArrayBuffer> {
  const height = taps.first.length;
  const output = new Uint8ClampedArray(height * rowLength);
  for (let y = 0; y < height; y += 1) {
    const begin = y * taps.size;
    const count = taps.count[y] as number;
    const start = ((taps.first[y] as number) - origin) * rowLength;
    for (let x = 0; x < rowLength; x += 1) {
      let sum = half;
      let at = start + x;
      for (let k = begin; k < begin + count; k += 1) {
        sum += (input[at] as number) * (taps.weights[k] as number);
        at += rowLength;
      }
      output[y * rowLength + x] = sum >> fractionBits;
    }
  }
  return new Uint8Array(output.buffer);
}

/**
 * `region` of `source` resized to `width` x `height`.
 * @returns RGB, 8 bit, row-major, `region.width * region.height * 3` values.
 */
export function resize(
  source: RowSource,
  width: number,
  height: number,
  region: Region = { left: 0, top: 0, width, height },
): Uint8Array<ArrayBuffer> {
  const across = createTaps(source.width, width, region.left, region.width);
  const down = createTaps(source.height, height, region.top, region.height);
  const [left, right] = span(across);
  const [top, bottom] = span(down);
  const narrow = new Uint8ClampedArray((bottom - top) * region.width * 3);
  for (let y = top; y < bottom; y += source.rowsAtOnce) {
    const end = Math.min(bottom, y + source.rowsAtOnce);
    resizeRows(source.read(left, y, right, end), source.channels, right - left, left, end - y, across, narrow, y - top);
  }
  return resizeColumns(narrow, region.width * 3, top, down);
}

/** Rows of a picture that already stands in memory. */
export function rowsOf(pixels: Uint8Array | Uint8ClampedArray, width: number, height: number, channels: 3 | 4): RowSource {
  if (pixels.length !== width * height * channels)
    throw new RangeError(`expected ${String(width * height * channels)} values, got ${String(pixels.length)}`);
  const read: RowSource['read'] = (left, top, right, bottom) => {
    if (left === 0 && right === width) return pixels.subarray(top * width * channels, bottom * width * channels);
    const part = new Uint8Array((right - left) * (bottom - top) * channels);
    for (let y = top; y < bottom; y += 1) {
      part.set(
        pixels.subarray((y * width + left) * channels, (y * width + right) * channels),
        (y - top) * (right - left) * channels,
      );
    }
    return part;
  };
  return { width, height, channels, read, rowsAtOnce: Math.max(1, height) };
}
