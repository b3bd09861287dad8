import * as v from 'valibot';
import { HeadstartError } from '../../domain/errors';
import { widenFloat16 } from '../../domain/float16';

const bytesPerValue = { F16: 2, F32: 4 } as const;

const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const entrySchema = v.object({
  dtype: v.pipe(v.string(), v.regex(/^[A-Z0-9_]{1,16}$/)),
  shape: v.pipe(v.array(whole), v.maxLength(8)),
  data_offsets: v.tuple([whole, whole]),
});

/** A real header of this model has about 2 kB; a longer claim is not read at all. */
const largestHeaderBytes = 1_000_000;

/** A tensor as a header describes it: `begin` and `end` are bytes after the header. */
export interface HeaderEntry {
  /** `F32`, `BF16`, `I64`. */
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  /** In the header's order. */
  readonly tensors: ReadonlyMap<string, HeaderEntry>;
  /** `__metadata__`; what is not text there is left out. */
  readonly metadata: ReadonlyMap<string, string>;
}

function metadataOf(value: unknown): ReadonlyMap<string, string> {
  if (typeof value !== 'object' || value === null) return new Map();
  return new Map(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

/** Checks form and offsets of a header, not whether the values are there. What `refuse` makes of a fault and its place is thrown. */
export function parseHeader(text: Uint8Array, refuse: (where: string, cause?: unknown) => Error): SafetensorsHeader {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text));
  } catch (error) {
    throw refuse('its header', error);
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) throw refuse('its header');
  const tensors = new Map<string, HeaderEntry>();
  let metadata: ReadonlyMap<string, string> = new Map();
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') {
      metadata = metadataOf(value);
      continue;
    }
    const entry = v.safeParse(entrySchema, value);
    if (!entry.success || entry.output.data_offsets[1] < entry.output.data_offsets[0]) throw refuse(name);
    const {
      dtype,
      shape,
      data_offsets: [begin, end],
    } = entry.output;
    tensors.set(name, { dtype, shape, begin, end });
  }
  return { tensors, metadata };
}

/** A tensor as it lies in the file; `bytes` is a view, nothing is copied. */
export interface StoredTensor {
  readonly dtype: 'F16' | 'F32';
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/**
 * Reads a safetensors file: 8 bytes of header length (little-endian), the header as JSON, the values.
 * Throws `weights-tensor-invalid` when a length, a shape or an offset does not fit the bytes that are there.
 * Format: https://huggingface.co/docs/safetensors
 */
export function parseSafetensors(bytes: Uint8Array, file: string): ReadonlyMap<string, StoredTensor> {
  const refuse = (tensor: string, cause?: unknown) => new HeadstartError('weights-tensor-invalid', { file, tensor }, { cause });
  if (bytes.length < 8) throw refuse('its header');
  const headerBytes = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (headerBytes > BigInt(Math.min(largestHeaderBytes, bytes.length - 8))) throw refuse('its header');
  const values = bytes.subarray(8 + Number(headerBytes));
  const header = parseHeader(bytes.subarray(8, 8 + Number(headerBytes)), refuse);

  const tensors = new Map<string, StoredTensor>();
  for (const [name, { dtype, shape, begin, end }] of header.tensors) {
    if (dtype !== 'F16' && dtype !== 'F32') throw refuse(name);
    const expected = shape.reduce((product, side) => product * side, bytesPerValue[dtype]);
    if (expected === 0 || end > values.length || end - begin !== expected) throw refuse(name);
    tensors.set(name, { dtype, shape, bytes: values.subarray(begin, end) });
  }
  return tensors;
}

/** The values as float32; float16 is widened exactly. */
export function readFloat32({ dtype, bytes }: StoredTensor): Float32Array {
  // A typed array must begin at a multiple of its value's size; offsets in a file need not.
  const aligned = bytes.byteOffset % bytesPerValue[dtype] === 0 ? bytes : bytes.slice();
  const count = bytes.length / bytesPerValue[dtype];
  if (dtype === 'F16') return widenFloat16(new Uint16Array(aligned.buffer, aligned.byteOffset, count));
  return new Float32Array(aligned.buffer, aligned.byteOffset, count).slice();
}
