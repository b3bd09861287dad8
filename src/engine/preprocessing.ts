import { inputValues } from '../domain/vgg16';
import type { InputScaling } from './weights/weights-index';

/** Scales 8-bit RGB pixels for the network. */
export type Preprocess = (pixels: Uint8Array) => Float32Array;

/**
 * `(x / 255 - mean) / std`, each operation rounded to float32 as PyTorch does it.
 * Takes 224 x 224 RGB, row-major (150,528 values), and gives as many in the same order, `[1, 224, 224, 3]`.
 */
export function createPreprocess({ mean, std }: InputScaling): Preprocess {
  const { fround } = Math;
  const scaled = Float32Array.from({ length: 256 * 3 }, (_, at) => {
    const channel = at % 3;
    const value = fround((at - channel) / 3 / 255);
    return fround(value - fround(mean[channel] ?? 0)) / fround(std[channel] ?? 1);
  });
  return (pixels) => {
    if (pixels.length !== inputValues)
      throw new RangeError(`expected ${String(inputValues)} values, not ${String(pixels.length)}`);
    const out = new Float32Array(inputValues);
    for (let at = 0; at < inputValues; at++) out[at] = scaled[(pixels[at] ?? 0) * 3 + (at % 3)] ?? 0;
    return out;
  };
}
