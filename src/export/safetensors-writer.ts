import { narrowFloat16 } from '../domain/float16';
import type { ExportedTensor, ExportPrecision } from '../domain/model-export';

const bytesPerValue = { float32: 4, float16: 2 } as const;
const dtypes = { float32: 'F32', float16: 'F16' } as const;

/** The values as they lie in a file, little-endian. float16 is rounded to nearest, ties to even. */
export function encodeValues(values: Float32Array, precision: ExportPrecision): Uint8Array<ArrayBuffer> {
  if (precision === 'float32') {
    const copy = new Float32Array(values);
    return new Uint8Array(copy.buffer);
  }
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let at = 0; at < bits.length; at += 1) halves[at] = narrowFloat16(bits[at] ?? 0);
  return new Uint8Array(halves.buffer);
}

/**
 * A safetensors file, piece by piece: 8 bytes of header length, the header as JSON, the values of each tensor.
 * `metadata` stands in the header under `__metadata__`. Format: https://huggingface.co/docs/safetensors
 */
export async function* writeSafetensors(
  tensors: readonly ExportedTensor[],
  precision: ExportPrecision,
  metadata: Readonly<Record<string, string>>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let end = 0;
  const entries = tensors.map(({ name, shape, values }) => {
    const begin = end;
    end += values.length * bytesPerValue[precision];
    return [name, { dtype: dtypes[precision], shape, data_offsets: [begin, end] }] as const;
  });
  const json = JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) });
  const text = new TextEncoder().encode(json);
  // Padded with spaces, so that values begin at a multiple of 8.
  const length = Math.ceil(text.length / 8) * 8;
  const header = new Uint8Array(8 + length).fill(0x20, 8);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(text, 8);
  yield header;
  for (const { values } of tensors) {
    // A task of its own each, so that a cancel is heard in between.
    await Promise.resolve();
    yield encodeValues(values, precision);
  }
}
