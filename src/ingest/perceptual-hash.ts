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

/** Mean brightness of each of 32 x 32 equal parts of a square picture; parts may cut pixels. */
function averageBrightness(rgba: Uint8ClampedArray, from: number): Float64Array {
  const columns = new Float64Array(side * from);
  const scale = from / side;
  // First across, then down: each output takes the pixels under it by the share that lies under it.
  const share = (index: number, pixel: number): number =>
    Math.max(0, Math.min((index + 1) * scale, pixel + 1) - Math.max(index * scale, pixel)) / scale;
  for (let y = 0; y < from; y += 1)
    for (let index = 0; index < side; index += 1) {
      let sum = 0;
      for (let x = Math.floor(index * scale); x < Math.min(from, Math.ceil((index + 1) * scale)); x += 1) {
        const at = 4 * (y * from + x);
        const brightness = 0.299 * (rgba[at] ?? 0) + 0.587 * (rgba[at + 1] ?? 0) + 0.114 * (rgba[at + 2] ?? 0);
        sum += brightness * share(index, x);
      }
      columns[y * side + index] = sum;
    }
  const means = new Float64Array(side * side);
  for (let index = 0; index < side; index += 1)
    for (let y = Math.floor(index * scale); y < Math.min(from, Math.ceil((index + 1) * scale)); y += 1) {
      const weight = share(index, y);
      for (let x = 0; x < side; x += 1)
        means[index * side + x] = (means[index * side + x] ?? 0) + (columns[y * side + x] ?? 0) * weight;
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
