import type { Fit } from '../domain/dataset';

/** Features, or another map, without their zeros (about 85 % of them after ReLU and pooling), lossless: one bit a value, and the rest as float32. */
export interface PackedFeatures {
  /** Bit `i % 32` of word `i / 32` tells whether value `i` is stored. */
  readonly mask: Uint32Array;
  readonly values: Float32Array;
}

/** Where values are gathered before they are counted: one for all, since a new one for each picture is much garbage. */
let gathered = new Float32Array(0);

export function packFeatures(features: Float32Array): PackedFeatures {
  // By bit pattern: a negative zero and every NaN come back as they were.
  const bits = new Uint32Array(features.buffer, features.byteOffset, features.length);
  const mask = new Uint32Array(Math.ceil(features.length / 32));
  if (gathered.length < features.length) gathered = new Float32Array(features.length);
  let count = 0;
  for (let at = 0; at < bits.length; at++) {
    if (bits[at] === 0) continue;
    mask[at >> 5] = (mask[at >> 5] ?? 0) | (1 << (at & 31));
    gathered[count++] = features[at] ?? 0;
  }
  return { mask, values: gathered.slice(0, count) };
}

/**
 * Writes the values to `out` from `offset` on; `out` must hold zeros there.
 * With a norm they are scaled to that L2 norm; features that are all zero stay so.
 */
export function unpackFeatures({ mask, values }: PackedFeatures, norm: number | null, out: Float32Array, offset: number): void {
  const scale = norm === null ? 1 : norm / l2Norm(values);
  let next = 0;
  for (let word = 0; word < mask.length; word++) {
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

function bytesOf({ mask, values }: PackedFeatures): number {
  return mask.byteLength + values.byteLength;
}

/**
 * What one device computed of pictures, in memory, per sample and fit: their features, about 18 kB a picture, or the maps before the
 * first trained convolution.
 */
export class FeatureStore {
  readonly #packed = new Map<string, PackedFeatures>();
  #device = '';
  #bytes = 0;
  #isFull = false;

  /** Beyond `budget` bytes nothing more is kept: what was kept first serves every epoch, what was not is computed again. */
  constructor(private readonly budget = Infinity) {}

  /** Features differ in the last digits from device to device: those of another one are dropped. */
  useDevice(device: string): void {
    if (device !== this.#device) this.clear();
    this.#device = device;
  }

  get(sampleId: string, fit: Fit): PackedFeatures | undefined {
    return this.#packed.get(`${fit}/${sampleId}`);
  }

  /** Packs the values, and keeps them where there is room. */
  put(sampleId: string, fit: Fit, features: Float32Array): PackedFeatures {
    const packed = packFeatures(features);
    const key = `${fit}/${sampleId}`;
    this.#drop(key);
    if (this.#bytes + bytesOf(packed) > this.budget) {
      this.#isFull = true;
      return packed;
    }
    this.#packed.set(key, packed);
    this.#bytes += bytesOf(packed);
    return packed;
  }

  forget(sampleIds: readonly string[]): void {
    const ids = new Set(sampleIds);
    for (const key of this.#packed.keys()) if (ids.has(key.slice(key.indexOf('/') + 1))) this.#drop(key);
  }

  clear(): void {
    this.#packed.clear();
    this.#bytes = 0;
    this.#isFull = false;
  }

  /** Bytes held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether something was not kept for want of room. */
  get isFull(): boolean {
    return this.#isFull;
  }

  #drop(key: string): void {
    const packed = this.#packed.get(key);
    if (packed === undefined) return;
    this.#packed.delete(key);
    this.#bytes -= bytesOf(packed);
    this.#isFull = false;
  }
}
