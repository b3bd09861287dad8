import type { ExportedTensor } from '../../domain/model-export';

/** Tensors as a safetensors file, float32, one after the other in their order. */
export function encodeSafetensors(
  tensors: readonly ExportedTensor[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt', ...metadata } };
  let end = 0;
  for (const { name, shape, values } of tensors)
    header[name] = { dtype: 'F32', shape, data_offsets: [end, (end += values.byteLength)] };
  const text = new TextEncoder().encode(JSON.stringify(header));
  // Values begin at a multiple of eight, as the format asks.
  const valuesAt = 8 + Math.ceil(text.length / 8) * 8;
  const out = new Uint8Array(valuesAt + end);
  new DataView(out.buffer).setBigUint64(0, BigInt(valuesAt - 8), true);
  out.fill(0x20, 8, valuesAt);
  out.set(text, 8);
  let at = valuesAt;
  for (const { values } of tensors) {
    out.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return out;
}
