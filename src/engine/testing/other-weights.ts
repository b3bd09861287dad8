import { convLayers } from '../../domain/vgg16';
import { deriveRng } from '../../domain/rng';
import { readConvTensors, type BackboneWeights } from '../weights/conv-weights';

const shuffled = (count: number, purpose: string): number[] =>
  deriveRng(20261128, purpose).shuffle(Array.from({ length: count }, (_, at) => at));

/**
 * Other weights that give the very features of these, but for rounding: the channels between the convolutions are dealt anew, which the
 * next convolution takes back, and the input's standard deviation and the first filters are both twice as large. Where one of the 26
 * tensors, or the scaling, were not in force the features would be nonsense. So PyTorch's numbers hold for them too.
 */
export function createEqualWeights(weights: BackboneWeights): BackboneWeights {
  const given = new Map(readConvTensors(weights).map(({ name, values }) => [name, values]));
  const trained = new Map<string, Float32Array>();
  let ins = [0, 1, 2];
  convLayers.forEach(({ index, inChannels, outChannels }, step) => {
    const isLast = step === convLayers.length - 1;
    const outs = isLast
      ? Array.from({ length: outChannels }, (_, at) => at)
      : shuffled(outChannels, `channels of ${String(index)}`);
    const name = `features.${String(index)}`;
    const [kernel, bias] = [given.get(`${name}.weight`), given.get(`${name}.bias`)];
    if (kernel === undefined || bias === undefined) throw new Error(`${name} is absent`);
    const moved = new Float32Array(kernel.length);
    outs.forEach((out, o) => {
      ins.forEach((from, i) => {
        for (let place = 0; place < 9; place += 1)
          moved[(o * inChannels + i) * 9 + place] = (kernel[(out * inChannels + from) * 9 + place] ?? 0) * (step === 0 ? 2 : 1);
      });
    });
    trained.set(`${name}.weight`, moved);
    trained.set(
      `${name}.bias`,
      Float32Array.from(outs, (out) => bias[out] ?? 0),
    );
    ins = outs;
  });
  const { mean, std } = weights.scaling;
  const [r, g, b] = std;
  return { ...weights, scaling: { mean, std: [r * 2, g * 2, b * 2] }, trained, baseId: 'ab'.repeat(32) };
}

/** Corners, edges and places within the first convolution's map: `[row, column, channel]`. */
export const someCells = [
  [0, 0, 3],
  [0, 223, 11],
  [100, 57, 40],
  [223, 112, 63],
  [111, 90, 7],
] as const;

/** One cell of the first convolution after its ReLU, in float64 as it is written on paper: `[row, column, channel]`. */
export function firstCell(
  pixels: Uint8Array,
  { scaling, trained }: BackboneWeights,
  [row, column, channel]: readonly [number, number, number],
): number {
  const kernel = trained?.get('features.0.weight');
  let sum = trained?.get('features.0.bias')?.[channel] ?? NaN;
  for (let y = 0; y < 3; y += 1)
    for (let x = 0; x < 3; x += 1) {
      const [r, c] = [row + y - 1, column + x - 1];
      if (r < 0 || c < 0 || r > 223 || c > 223) continue;
      for (let colour = 0; colour < 3; colour += 1) {
        const value = (pixels[(r * 224 + c) * 3 + colour] ?? NaN) / 255;
        const scaled = (value - (scaling.mean[colour] ?? NaN)) / (scaling.std[colour] ?? NaN);
        sum += scaled * (kernel?.[(channel * 3 + colour) * 9 + y * 3 + x] ?? NaN);
      }
    }
  return Math.max(0, sum);
}
