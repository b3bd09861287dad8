import { HeadstartError } from '../../../domain/errors';
import { type ByteSource, readPart } from '../byte-source';
import type { Companion } from '../model-place';
import { countOf, type FoundTensor, isReadable, readableTypes, toFloat32 } from '../tensor-values';
import type { OnnxTensor } from './onnx-messages';
import { decodeVarint } from './protobuf-reader';

/** TensorProto.DataType. */
const types: Readonly<Record<number, string>> = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  4: 'uint16',
  5: 'int16',
  6: 'int32',
  7: 'int64',
  9: 'bool',
  10: 'float16',
  11: 'float64',
  12: 'uint32',
  13: 'uint64',
  16: 'bfloat16',
};

/** Numbers that were written one by one, in as many bytes as each needs: float16 and bfloat16 bit patterns. */
function unpackBits(bytes: Uint8Array, count: number): Uint16Array | null {
  const bits = new Uint16Array(count);
  let at = 0;
  for (let place = 0; place < count; place += 1) {
    const decoded = decodeVarint(bytes, at);
    if (decoded === null || decoded.value < 0 || decoded.value > 0xffff) return null;
    bits[place] = decoded.value;
    at = decoded.end;
  }
  return at === bytes.length ? bits : null;
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** `[rows, columns]` as `[columns, rows]`. */
function transpose(values: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let row = 0; row < rows; row += 1)
    for (let column = 0; column < columns; column += 1) out[column * rows + row] = values[row * columns + column] ?? NaN;
  return out;
}

const wholeNumber = (text: string | undefined): number | null =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;

/** The part of another file where values lie: only one of those that came along, found by its name without folders. */
async function openOutside(
  entries: ReadonlyMap<string, string>,
  bytes: number,
  file: string,
  beside: readonly Companion[],
): Promise<{ readonly source: ByteSource; readonly begin: number; readonly end: number }> {
  const location = entries.get('location') ?? '';
  const baseName = location.split(/[/\\]/).at(-1) ?? '';
  const companion = beside.find((one) => one.baseName === baseName);
  if (companion === undefined)
    throw new HeadstartError('model-data-elsewhere', { name: file, file: baseName.slice(0, 200) || 'another file' });
  const offset = wholeNumber(entries.get('offset') ?? '0');
  const length = entries.has('length') ? wholeNumber(entries.get('length')) : bytes;
  if (offset === null || length !== bytes)
    throw new HeadstartError('model-file-damaged', { name: file, detail: 'it says nonsense of where its values lie' });
  return { source: await companion.open(), begin: offset, end: offset + bytes };
}

/** A tensor of an ONNX file under a name of ours; `isTransposed`: the file has its two sides the other way round. */
export function foundOnnxTensor(
  name: string,
  { shape, type: typeNumber, values }: OnnxTensor,
  {
    source,
    beside,
    isTransposed = false,
  }: { readonly source: ByteSource; readonly beside: readonly Companion[]; readonly isTransposed?: boolean },
): FoundTensor {
  const type = types[typeNumber] ?? 'unknown';
  const damaged = () =>
    new HeadstartError('model-file-damaged', { name: source.name, detail: `${name} has not as many values as its shape` });
  const count = countOf(shape);
  const bytes = count * (isReadable(type) ? readableTypes[type] : 8);
  const readValues = async (): Promise<Float32Array> => {
    if (!isReadable(type)) throw new HeadstartError('model-tensor-type', { tensor: name, name: source.name, found: type });
    if (values.kind === 'none') throw damaged();
    if (values.kind === 'outside') {
      const place = await openOutside(values.entries, bytes, source.name, beside);
      return toFloat32(await readPart(place.source, place.begin, place.end, name), type);
    }
    const stored = values.parts.reduce((sum, { begin, end }) => sum + end - begin, 0);
    // An integer takes ten bytes at most, and at least one.
    if (values.kind === 'integers' ? stored < count || stored > count * 10 : stored !== bytes) throw damaged();
    const parts: Uint8Array[] = [];
    for (const { begin, end } of values.parts) parts.push(await readPart(source, begin, end, name));
    if (values.kind === 'floats' && type !== 'float32') throw damaged();
    if (values.kind !== 'integers') return toFloat32(join(parts), type);
    const bits = type === 'float32' ? null : unpackBits(join(parts), count);
    if (bits === null) throw damaged();
    return toFloat32(new Uint8Array(bits.buffer), type);
  };
  const [rows = 0, columns = 0] = shape;
  return {
    name,
    shape: isTransposed ? [columns, rows] : shape,
    type,
    bytes,
    read: async () => (isTransposed ? transpose(await readValues(), rows, columns) : readValues()),
  };
}
