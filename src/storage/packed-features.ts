import { isFloat16Finite, narrowFloat16, widenFloat16 } from '../domain/float16';

/** Features, or another map, without their zeros (about 85 % of them after ReLU and pooling): one bit a value, and the rest. */
export interface PackedFeatures {
  /** Bit `i % 32` of word `i / 32` tells whether value `i` is stored. */
  readonly mask: Uint32Array;
  /** The stored values as float16 bit patterns, or as float32. */
  readonly values: Uint16Array | Float32Array;
}

/**
 * `float32` loses nothing. `float16` rounds every value to nearest, ties to even, about 11 kB a picture instead of 100; a picture with a
 * value that float16 cannot hold (beyond 65,504, or no number) stays float32 as a whole, so nothing ever becomes infinite.
 */
export type FeaturePrecision = 'float16' | 'float32';

/** Where values are gathered before they are counted: one for all, since a new one for each picture is much garbage. */
let gathered = new Float32Array(0);
let gatheredHalves = new Uint16Array(0);

export function packFeatures(features: Float32Array, precision: FeaturePrecision): PackedFeatures {
  // By bit pattern: a negative zero and every NaN come back as they were.
  const bits = new Uint32Array(features.buffer, features.byteOffset, features.length);
  return (precision === 'float16' ? packHalves(bits) : null) ?? packWhole(features, bits);
}

/** Null where a value does not fit. */
function packHalves(bits: Uint32Array): PackedFeatures | null {
  const mask = new Uint32Array(Math.ceil(bits.length / 32));
  if (gatheredHalves.length < bits.length) gatheredHalves = new Uint16Array(bits.length);
  let count = 0;
  for (let at = 0; at < bits.length; at++) {
    const own = bits[at] ?? 0;
    if (own === 0) continue;
    const half = narrowFloat16(own);
    if (half === 0) continue;
    if (!isFloat16Finite(half)) return null;
    mask[at >> 5] = (mask[at >> 5] ?? 0) | (1 << (at & 31));
    gatheredHalves[count++] = half;
  }
  return { mask, values: gatheredHalves.slice(0, count) };
}

function packWhole(features: Float32Array, bits: Uint32Array): PackedFeatures {
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
export function unpackFeatures(packed: PackedFeatures, norm: number | null, out: Float32Array, offset: number): void {
  const { mask } = packed;
  const values = packed.values instanceof Float32Array ? packed.values : widenFloat16(packed.values);
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

export function bytesOf({ mask, values }: PackedFeatures): number {
  return mask.byteLength + values.byteLength;
}

/** Bytes before mask and values: how many values the mask stands for, and how each is stored. */
const headBytes = 8;
const kinds = { float16: 1, float32: 2 } as const;

/**
 * The packed features as bytes, little-endian: `u32` 32 times the words of the mask, `u32` 1 for float16 or 2 for float32, the mask's words,
 * the stored values.
 */
export function encodeFeatures({ mask, values }: PackedFeatures): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(headBytes + mask.byteLength + values.byteLength);
  const head = new DataView(out.buffer);
  head.setUint32(0, mask.length * 32, true);
  head.setUint32(4, values instanceof Float32Array ? kinds.float32 : kinds.float16, true);
  out.set(new Uint8Array(mask.buffer, mask.byteOffset, mask.byteLength), headBytes);
  out.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), headBytes + mask.byteLength);
  return out;
}

/** Null when the bytes are not what `encodeFeatures` made of this many values. */
export function decodeFeatures(bytes: Uint8Array, length: number): PackedFeatures | null {
  const words = Math.ceil(length / 32);
  const valuesAt = headBytes + words * 4;
  if (bytes.length < valuesAt) return null;
  const head = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const kind = head.getUint32(4, true);
  if (head.getUint32(0, true) !== words * 32 || (kind !== kinds.float16 && kind !== kinds.float32)) return null;
  // Copied: what is read is longer, and need not lie at a multiple of four.
  const mask = new Uint32Array(bytes.slice(headBytes, valuesAt).buffer);
  const stored = bytes.slice(valuesAt).buffer;
  const size = kind === kinds.float16 ? 2 : 4;
  if (countBits(mask) * size !== stored.byteLength || hasBitsBeyond(mask, length)) return null;
  return { mask, values: kind === kinds.float16 ? new Uint16Array(stored) : new Float32Array(stored) };
}

function countBits(mask: Uint32Array): number {
  let count = 0;
  for (const word of mask) {
    let bits = word - ((word >>> 1) & 0x5555_5555);
    bits = (bits & 0x3333_3333) + ((bits >>> 2) & 0x3333_3333);
    count += Math.imul((bits + (bits >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
  }
  return count;
}

function hasBitsBeyond(mask: Uint32Array, length: number): boolean {
  const used = length % 32;
  return used !== 0 && (mask[mask.length - 1] ?? 0) >>> used !== 0;
}
