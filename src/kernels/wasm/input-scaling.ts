/** Of 8-bit values as numbers from 0 to 1, one a channel. */
export interface InputScaling {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** A byte's value in each channel, `(x / 255 - mean) / std`, every operation rounded to float32 as PyTorch does it: `[3][256]`. */
export function scaleTable({ mean, std }: InputScaling): Float32Array {
  const { fround } = Math;
  return Float32Array.from({ length: 3 * 256 }, (_, at) => {
    const channel = Math.floor(at / 256);
    return fround(fround(fround((at % 256) / 255) - fround(mean[channel] ?? 0)) / fround(std[channel] ?? 1));
  });
}
