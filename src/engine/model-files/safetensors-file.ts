import { HeadstartError } from '../../domain/errors';
import { parseHeader } from '../weights/safetensors';
import { type ByteSource, readPart } from './byte-source';
import { countOf, type FoundTensor, isReadable, toFloat32 } from './tensor-values';

/** Headers of the largest models there are have some megabytes; a longer claim is not read at all. */
export const largestHeaderBytes = 16_000_000;
/** Of the header's length, before the header. */
export const lengthBytes = 8;

/** What the format calls its types, as people call them, with the bytes of a value. */
const types: Readonly<Record<string, readonly [name: string, bytes: number]>> = {
  F64: ['float64', 8],
  F32: ['float32', 4],
  F16: ['float16', 2],
  BF16: ['bfloat16', 2],
  F8_E4M3: ['float8', 1],
  F8_E5M2: ['float8', 1],
  I64: ['int64', 8],
  I32: ['int32', 4],
  I16: ['int16', 2],
  I8: ['int8', 1],
  U64: ['uint64', 8],
  U32: ['uint32', 4],
  U16: ['uint16', 2],
  U8: ['uint8', 1],
  BOOL: ['bool', 1],
};

/** A tensor of a safetensors file: also where its values lie, bytes from the file's beginning. */
export interface SafetensorsTensor extends FoundTensor {
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsFile {
  /** In the header's order. */
  readonly tensors: readonly SafetensorsTensor[];
  readonly metadata: ReadonlyMap<string, string>;
  /** Where the values begin, bytes from the file's beginning. */
  readonly valuesAt: number;
}

/** The header's length that the first eight bytes tell, or null where no file of this format begins so. */
export function headerLength(first: Uint8Array): number | null {
  if (first.length < lengthBytes) return null;
  const length = new DataView(first.buffer, first.byteOffset, lengthBytes).getBigUint64(0, true);
  return length >= 2n && length <= BigInt(largestHeaderBytes) ? Number(length) : null;
}

/** Whether a file begins as safetensors files do: a length that is possible, and a header that opens a brace. */
export function isSafetensors(first: Uint8Array): boolean {
  return headerLength(first) !== null && first[lengthBytes] === 0x7b;
}

/**
 * Reads the header of a safetensors file and checks that every tensor lies inside; values are read tensor by tensor when asked for.
 * Format: https://huggingface.co/docs/safetensors
 * @throws HeadstartError `model-file-truncated`, `model-file-damaged`, `file-unreadable`
 */
export async function openSafetensors(source: ByteSource): Promise<SafetensorsFile> {
  const { name: file, size } = source;
  const damaged = (detail: string, cause?: unknown) =>
    new HeadstartError('model-file-damaged', { name: file, detail }, { cause });
  const length = headerLength(await readPart(source, 0, lengthBytes, 'its header'));
  if (length === null) throw damaged('its header has an impossible length');
  const valuesAt = lengthBytes + length;
  const text = await readPart(source, lengthBytes, valuesAt, 'its header');
  const { tensors, metadata } = parseHeader(text, (where, cause) =>
    damaged(where === 'its header' ? 'its header cannot be read' : `its header says nonsense of ${where}`, cause),
  );
  const found: SafetensorsTensor[] = [];
  let end = 0;
  for (const [name, entry] of tensors) {
    const [type, bytesPerValue] = (Object.hasOwn(types, entry.dtype) ? types[entry.dtype] : undefined) ?? [entry.dtype, null];
    const bytes = entry.end - entry.begin;
    if (bytesPerValue !== null && countOf(entry.shape) * bytesPerValue !== bytes)
      throw damaged(`its header gives ${name} ${String(bytes)} bytes, which is not its shape`);
    end = Math.max(end, entry.end);
    const [begin, last] = [valuesAt + entry.begin, valuesAt + entry.end];
    found.push({
      name,
      shape: entry.shape,
      type,
      bytes,
      begin,
      end: last,
      read: async () => {
        const values = await readPart(source, begin, last, name);
        if (!isReadable(type)) throw new HeadstartError('model-tensor-type', { tensor: name, name: file, found: type });
        return toFloat32(values, type);
      },
    });
  }
  if (valuesAt + end > size)
    throw new HeadstartError('model-file-truncated', {
      name: file,
      detail: `it should have ${(valuesAt + end).toLocaleString('en-GB')} bytes and has ${size.toLocaleString('en-GB')}`,
    });
  return { tensors: found, metadata, valuesAt };
}
