import type { Fit } from '../domain/dataset';
import { featureCount } from '../domain/vgg16';

/** Features without their zeros (about 85 % of them after ReLU and pooling), lossless: one bit a value, and the rest as float32. */
export interface PackedFeatures {
  /** Bit `i % 32` of word `i / 32` tells whether value `i` is stored. */
  readonly mask: Uint32Array;
  readonly values: Float32Array;
}

const words = featureCount / 32;
/** Where values are gathered before they are counted: one for all, since a new one for each picture is much garbage. */
const gathered = new Float32Array(featureCount);

export function packFeatures(features: Float32Array): PackedFeatures {
  // By bit pattern: a negative zero and every NaN come back as they were.
  const bits = new Uint32Array(features.buffer, features.byteOffset, featureCount);
  const mask = new Uint32Array(words);
  let count = 0;
  for (let at = 0; at < featureCount; at++) {
    if (bits[at] === 0) continue;
    mask[at >> 5] = (mask[at >> 5] ?? 0) | (1 << (at & 31));
    gathered[count++] = features[at] ?? 0;
  }
  return { mask, values: gathered.slice(0, count) };
}

/**
 * Writes the 25,088 values to `out` from `offset` on; `out` must hold zeros there.
 * With a norm they are scaled to that L2 norm; features that are all zero stay so.
 */
export function unpackFeatures({ mask, values }: PackedFeatures, norm: number | null, out: Float32Array, offset: number): void {
  const scale = norm === null ? 1 : norm / l2Norm(values);
  let next = 0;
  for (let word = 0; word < words; word++) {
    // Clears the lowest set bit each time, so only stored values are visited.
    for (let bits = mask[word] ?? 0; bits !== 0; bits &= bits - 1) {
      const at = word * 32 + (31 - Math.clz32(bits & -bits));
      out[offset + at] = (values[next++] ?? 0) * scale;
    }
  }
}

function l2Norm(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum);
}

/** The features of pictures in memory, per sample and fit, as one device computed them. About 18 kB a picture. */
export class FeatureStore {
  readonly #packed = new Map<string, PackedFeatures>();
  #device = '';

  /** Features differ in the last digits from device to device: those of another one are dropped. */
  useDevice(device: string): void {
    if (device !== this.#device) this.#packed.clear();
    this.#device = device;
  }

  get(sampleId: string, fit: Fit): PackedFeatures | undefined {
    return this.#packed.get(`${fit}/${sampleId}`);
  }

  /** Packs and keeps 25,088 values. */
  put(sampleId: string, fit: Fit, features: Float32Array): PackedFeatures {
    const packed = packFeatures(features);
    this.#packed.set(`${fit}/${sampleId}`, packed);
    return packed;
  }

  forget(sampleIds: readonly string[]): void {
    const ids = new Set(sampleIds);
    for (const key of this.#packed.keys()) if (ids.has(key.slice(key.indexOf('/') + 1))) this.#packed.delete(key);
  }

  clear(): void {
    this.#packed.clear();
  }

  /** Bytes held. */
  get bytes(): number {
    let sum = 0;
    for (const { mask, values } of this.#packed.values()) sum += mask.byteLength + values.byteLength;
    return sum;
  }
}
