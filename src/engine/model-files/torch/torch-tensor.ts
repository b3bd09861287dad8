import { HeadstartError } from '../../../domain/errors';
import { countOf, type FoundTensor, isReadable, toFloat32 } from '../tensor-values';
import type { PickleStorage } from './pickle-values';
import type { NamedTensor } from './state-dict';
import { typeBytes } from './torch-names';

/** Bytes `begin` to before `end` of a storage; `what` is what they are for, for the sentence. */
export type ReadStorage = (storage: PickleStorage, begin: number, end: number, what: string) => Promise<Uint8Array>;

/** Values from the first to the last of a view, both included. */
function spanOf(shape: readonly number[], strides: readonly number[]): number {
  if (countOf(shape) === 0) return 0;
  return shape.reduce((span, side, at) => span + (side - 1) * (strides[at] ?? 0), 1);
}

function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let step = 1;
  for (let at = shape.length - 1; at >= 0; at -= 1) {
    const side = shape[at] ?? 0;
    if (side !== 1 && strides[at] !== step) return false;
    step *= side;
  }
  return true;
}

/** Values of a view in row-major order. `span` holds them from the first on. */
function gather(span: Float32Array, shape: readonly number[], strides: readonly number[]): Float32Array {
  const out = new Float32Array(countOf(shape));
  const place = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < out.length; to += 1) {
    out[to] = span[from] ?? NaN;
    for (let side = shape.length - 1; side >= 0; side -= 1) {
      const stride = strides[side] ?? 0;
      from += stride;
      place[side] = (place[side] ?? 0) + 1;
      if (place[side] !== shape[side]) break;
      from -= stride * (shape[side] ?? 0);
      place[side] = 0;
    }
  }
  return out;
}

/**
 * A tensor of a PyTorch file: any view of its storage, transposed or overlapping too.
 * @throws HeadstartError `model-file-damaged` where it lies outside its storage
 */
export function foundTensor({ name, tensor }: NamedTensor, file: string, readStorage: ReadStorage): FoundTensor {
  const { storage, type, offset, shape, strides } = tensor;
  const bytesPerValue = (Object.hasOwn(typeBytes, type) ? typeBytes[type] : undefined) ?? 1;
  const span = spanOf(shape, strides);
  const held = storage.type === null ? Math.floor(storage.count / bytesPerValue) : storage.count;
  if (!Number.isSafeInteger(offset + span) || offset + span > held)
    throw new HeadstartError('model-file-damaged', { name: file, detail: `${name.slice(0, 100)} lies outside its storage` });
  const at = (storage.type === null ? 0 : storage.from) + offset;
  const [begin, end] = [at * bytesPerValue, (at + span) * bytesPerValue];
  return {
    name,
    shape,
    type,
    bytes: end - begin,
    read: async () => {
      if (!isReadable(type)) throw new HeadstartError('model-tensor-type', { tensor: name, name: file, found: type });
      const values = toFloat32(await readStorage(storage, begin, end, name), type);
      return isContiguous(shape, strides) ? values : gather(values, shape, strides);
    },
  };
}
