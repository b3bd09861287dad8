/** The picture is averaged to this side before its frequencies are taken. */
const side = 32;
/** Frequencies kept each way, from the second on: the first is the brightness of the whole. */
const kept = 8;
/** Beneath this the frequencies are rounding and noise of a plain surface, in levels of 0 to 255. */
const noise = 0.5;

/** cos((2x + 1) u pi / 2n) for u = 1 … 8, row u, column x. */
const cosines = Float64Array.from({ length: kept * side }, (_, at) => {
  const frequency = Math.floor(at / side) + 1;
  return Math.cos(((2 * (at % side) + 1) * frequency * Math.PI) / (2 * side));
});

/** How much of each of `from` pixels lies under each of the 32 parts: first pixel and weights, which add up to 1. */
function sharesOf(from: number): { readonly first: number; readonly weights: readonly number[] }[] {
  const scale = from / side;
  return Array.from({ length: side }, (_, index) => {
    const [start, end] = [index * scale, Math.min(from, (index + 1) * scale)];
    const first = Math.floor(start);
    const weights = Array.from(
      { length: Math.max(1, Math.ceil(end) - first) },
      (_unused, at) => (Math.min(end, first + at + 1) - Math.max(start, first + at)) / (end - start),
    );
    return { first, weights };
  });
}

/** Mean brightness of each of 32 x 32 equal parts of a square picture; parts may cut pixels. */
function averageBrightness(rgba: Uint8ClampedArray, from: number): Float64Array {
  const shares = sharesOf(from);
  const columns = new Float64Array(side * from);
  for (let y = 0; y < from; y += 1)
    for (const [index, { first, weights }] of shares.entries()) {
      let sum = 0;
      for (const [offset, weight] of weights.entries()) {
        const at = 4 * (y * from + first + offset);
        sum += weight * (0.299 * (rgba[at] ?? 0) + 0.587 * (rgba[at + 1] ?? 0) + 0.114 * (rgba[at + 2] ?? 0));
      }
      columns[y * side + index] = sum;
    }
  const means = new Float64Array(side * side);
  for (const [index, { first, weights }] of shares.entries())
    for (const [offset, weight] of weights.entries())
      for (let x = 0; x < side; x += 1) {
        const at = index * side + x;
        means[at] = (means[at] ?? 0) + weight * (columns[(first + offset) * side + x] ?? 0);
      }
  return means;
}

/** Of the frequencies 1 … 8 each way of a 32 x 32 picture: the discrete cosine transform, row-major, in levels. */
function lowFrequencies(means: Float64Array): Float64Array {
  const rows = new Float64Array(side * kept);
  for (let y = 0; y < side; y += 1)
    for (let u = 0; u < kept; u += 1) {
      let sum = 0;
      for (let x = 0; x < side; x += 1) sum += (means[y * side + x] ?? 0) * (cosines[u * side + x] ?? 0);
      rows[y * kept + u] = sum;
    }
  const frequencies = new Float64Array(kept * kept);
  for (let v = 0; v < kept; v += 1)
    for (let u = 0; u < kept; u += 1) {
      let sum = 0;
      for (let y = 0; y < side; y += 1) sum += (rows[y * kept + u] ?? 0) * (cosines[v * side + y] ?? 0);
      frequencies[v * kept + u] = (sum * 2) / side;
    }
  return frequencies;
}

/**
 * What a picture looks like in 64 bits: which of its 64 lowest frequencies (without those that are constant one way) lie above their
 * median. Resized, recompressed or slightly cropped it differs in few bits; another picture in about 32. pHash's idea (Zauner 2010).
 * @param rgba a square picture, 8 bit, row-major, `from` x `from` pixels.
 * @returns 16 hexadecimal digits; all `0` for a plain surface, which looks like nothing in particular.
 */
export function hashAppearance(rgba: Uint8ClampedArray, from: number): string {
  const frequencies = lowFrequencies(averageBrightness(rgba, from));
  if (frequencies.every((value) => Math.abs(value) < noise * side)) return '0'.repeat(16);
  const sorted = frequencies.toSorted();
  const median = ((sorted[31] ?? 0) + (sorted[32] ?? 0)) / 2;
  let digits = '';
  for (let at = 0; at < frequencies.length; at += 4) {
    let digit = 0;
    for (let bit = 0; bit < 4; bit += 1) digit = digit * 2 + ((frequencies[at + bit] ?? 0) > median ? 1 : 0);
    digits += digit.toString(16);
  }
  return digits;
}
