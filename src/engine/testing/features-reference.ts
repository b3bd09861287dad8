import type { LayerTap } from '../backbone';
import { featureCount } from '../../domain/vgg16';
import { parseSafetensors, readFloat32 } from '../weights/safetensors';

/** As in reference/features.json and fixtures/drawings-reference.json, made by PyTorch. */
export interface FeaturesReference<Input = unknown> {
  readonly inputs: readonly Input[];
  readonly layers: readonly {
    /** `features.N` after torchvision. */
    readonly layer: string;
    /** `[c, h, w]`. */
    readonly shape: readonly [number, number, number];
    /** Places in the flattened CHW values. */
    readonly at: readonly number[];
    readonly pictures: readonly {
      readonly rms: number;
      readonly mean: number;
      readonly max: number;
      readonly values: readonly number[];
    }[];
  }[];
  readonly head?: { readonly logits: readonly (readonly number[])[] };
}

/** Compares each layer as it is computed; `seen` lists the layers in order with their worst error over the layer's rms. */
export function createLayerComparison(
  reference: FeaturesReference,
  picture: number,
): { tap: LayerTap; seen: { layer: string; worst: number }[] } {
  const seen: { layer: string; worst: number }[] = [];
  const tap: LayerTap = (layerIndex, [height, width, channels], values) => {
    const expected = reference.layers.find(({ layer }) => layer === `features.${String(layerIndex)}`);
    const stats = expected?.pictures[picture];
    if (expected === undefined || stats === undefined) throw new Error(`the reference has no layer ${String(layerIndex)}`);
    if (expected.shape.join() !== [channels, height, width].join())
      throw new Error(`layer ${String(layerIndex)} has another shape`);
    const places = height * width;
    const errors = expected.at.map((at, i) =>
      Math.abs((values[(at % places) * channels + Math.floor(at / places)] ?? NaN) - (stats.values[i] ?? NaN)),
    );
    let [sum, squares, max] = [0, 0, 0];
    for (const value of values) {
      sum += value;
      squares += value * value;
      if (value > max) max = value;
    }
    // The statistics see every value, the places only 64 of them.
    errors.push(
      Math.abs(sum / values.length - stats.mean),
      Math.abs(Math.sqrt(squares / values.length) - stats.rms),
      Math.abs(max - stats.max),
    );
    seen.push({ layer: expected.layer, worst: worstOf(errors) / stats.rms });
  };
  return { tap, seen };
}

function worstOf(errors: readonly number[]): number {
  // Math.max would let NaN through only by luck of order; here one NaN makes the result NaN, and every bound fails.
  return errors.reduce((worst, error) => (error > worst || Number.isNaN(error) ? error : worst), 0);
}

/** The largest error of the features over the reference's rms. `file` holds `features [pictures, 25088]`. */
export function worstFeatureError(features: Float32Array, file: Uint8Array, picture: number): number {
  const stored = parseSafetensors(file, 'reference').get('features');
  if (stored === undefined) throw new Error('the reference holds no features');
  const expected = readFloat32(stored).subarray(picture * featureCount, (picture + 1) * featureCount);
  const rms = Math.sqrt(expected.reduce((sum, value) => sum + value * value, 0) / featureCount);
  if (features.length !== featureCount || expected.length !== featureCount) return NaN;
  return worstOf(Array.from(features, (value, at) => Math.abs(value - (expected[at] ?? NaN)))) / rms;
}

/** One of the project's own drawings; the hash is that of its RGB pixels. */
export interface DrawingInput {
  readonly kind: 'cat' | 'dog';
  readonly index: number;
  readonly size: number;
  readonly sha256: string;
}

/** RGBA -> RGB. */
export function dropAlpha(rgba: ArrayLike<number>): Uint8Array {
  return Uint8Array.from({ length: (rgba.length / 4) * 3 }, (_, at) => rgba[Math.floor(at / 3) * 4 + (at % 3)] ?? 0);
}
