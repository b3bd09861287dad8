/** `[pixels][channels]` -> `[channels][pixels]`. */
export function toPlanes(pixels: Float32Array, channels: number): Float32Array<ArrayBuffer> {
  return exchange(pixels, pixels.length / channels);
}

/** `[channels][pixels]` -> `[pixels][channels]`. */
export function toPixels(planes: Float32Array, channels: number): Float32Array<ArrayBuffer> {
  return exchange(planes, channels);
}

/** `[rows][columns]` -> `[columns][rows]`. */
function exchange(from: Float32Array, rows: number): Float32Array<ArrayBuffer> {
  const to = new Float32Array(from.length);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    for (let place = row; place < to.length; place += rows) to[place] = from[at++] ?? NaN;
  }
  return to;
}
