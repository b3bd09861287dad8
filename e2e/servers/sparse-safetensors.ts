import { convLayers } from '../../src/domain/vgg16';

/** A tensor of float32 values. */
export interface SparseTensor {
  readonly name: string;
  readonly shape: readonly number[];
}

/** A safetensors file of which any part can be had without the others. */
export interface SparseFile {
  readonly size: number;
  /** Of the header, with the eight bytes of its length. */
  readonly headerBytes: number;
  read(begin: number, end: number): Uint8Array<ArrayBuffer>;
}

/** As timm's file of VGG-16 has them, in its order (by name): convolutions, and ImageNet's classifier, which nobody here wants. */
export function vgg16Tensors(): readonly SparseTensor[] {
  const conv = convLayers.flatMap(({ index, inChannels, outChannels }) => [
    { name: `features.${String(index)}.weight`, shape: [outChannels, inChannels, 3, 3] },
    { name: `features.${String(index)}.bias`, shape: [outChannels] },
  ]);
  const classifier = [
    { name: 'head.fc.weight', shape: [1000, 4096] },
    { name: 'head.fc.bias', shape: [1000] },
    { name: 'pre_logits.fc1.weight', shape: [4096, 512, 7, 7] },
    { name: 'pre_logits.fc1.bias', shape: [4096] },
    { name: 'pre_logits.fc2.weight', shape: [4096, 4096, 1, 1] },
    { name: 'pre_logits.fc2.bias', shape: [4096] },
  ];
  return [...conv, ...classifier].sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** In [-1, 1), the same for the same three numbers. */
function chanceAt(seed: number, tensor: number, element: number): number {
  let bits = Math.imul(element ^ Math.imul(tensor + 1, 0x9e3779b1), 0x85ebca6b) ^ Math.imul(seed, 0xc2b2ae35);
  bits = Math.imul(bits ^ (bits >>> 15), 0x2c1b3c6d);
  bits = Math.imul(bits ^ (bits >>> 13), 0x297a2d39);
  return (bits ^ (bits >>> 16)) / 2 ** 31;
}

/** The bound of uniform weights with He's deviation, sqrt(2 / inputs); small biases. */
function boundOf({ shape }: SparseTensor): number {
  return shape.length < 2 ? 0.01 : Math.sqrt(6 / shape.slice(1).reduce((product, side) => product * side, 1));
}

/** `values` of a tensor, where they are given, else made from the seed when they are asked for. */
export function sparseSafetensors(
  tensors: readonly SparseTensor[],
  seed: number,
  values: (name: string) => Float32Array | null = () => null,
): SparseFile {
  let at = 0;
  const placed = tensors.map((tensor, index) => {
    const begin = at;
    at += 4 * tensor.shape.reduce((product, side) => product * side, 1);
    return { tensor, index, begin, end: at, bound: boundOf(tensor) };
  });
  const entries = placed.map(({ tensor: { name, shape }, begin, end }) => [
    name,
    { dtype: 'F32', shape, data_offsets: [begin, end] },
  ]);
  const text = JSON.stringify({ __metadata__: { format: 'pt' }, ...(Object.fromEntries(entries) as object) });
  const json = new TextEncoder().encode(text + ' '.repeat(-text.length & 7));
  const header = new Uint8Array(8 + json.length);
  new DataView(header.buffer).setBigUint64(0, BigInt(json.length), true);
  header.set(json, 8);

  const given = new Map<string, Float32Array | null>();
  const valuesOf = (name: string): Float32Array | null => {
    if (!given.has(name)) given.set(name, values(name));
    return given.get(name) ?? null;
  };
  return {
    size: header.length + at,
    headerBytes: header.length,
    read: (begin, end) => {
      const bytes = new Uint8Array(end - begin);
      bytes.set(header.subarray(begin, Math.min(end, header.length)));
      for (const { tensor, index, begin: first, end: last, bound } of placed) {
        const [from, to] = [Math.max(begin - header.length, first), Math.min(end - header.length, last)];
        if (from >= to) continue;
        const [firstValue, lastValue] = [Math.floor((from - first) / 4), Math.ceil((to - first) / 4)];
        const own = valuesOf(tensor.name)?.slice(firstValue, lastValue) ?? new Float32Array(lastValue - firstValue);
        if (valuesOf(tensor.name) === null)
          for (let value = firstValue; value < lastValue; value += 1)
            own[value - firstValue] = bound * chanceAt(seed, index, value);
        const skipped = from - first - firstValue * 4;
        bytes.set(new Uint8Array(own.buffer, skipped, to - from), from + header.length - begin);
      }
      return bytes;
    },
  };
}
