import { convLayers } from '../../../src/domain/vgg16';
import { parseSafetensors, readFloat32 } from '../../../src/engine/weights/safetensors';
import { parseIndex, parseInputScaling } from '../../../src/engine/weights/weights-index';
import { type Bytes, joinBytes, mutateBytes, showBytes, smallerBytes } from '../mutate-bytes';
import { mutateValue } from '../mutate-value';
import { type FuzzTarget, pick, promise } from '../target';

const toBytes = (value: unknown): Bytes =>
  new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify({ value }).slice(9, -1));

const tensorNames = convLayers.flatMap(({ index }) => [`features.${String(index)}.weight`, `features.${String(index)}.bias`]);
const index = {
  metadata: {
    files: [
      { name: 'model-1.safetensors', bytes: 5000, sha256: 'a'.repeat(64) },
      { name: 'model-2.safetensors', bytes: 6000, sha256: 'b'.repeat(64) },
    ],
  },
  weight_map: Object.fromEntries(tensorNames.map((name, at) => [name, `model-${String(1 + (at % 2))}.safetensors`])),
};
const config = {
  architecture: 'vgg16',
  layout: 'OIHW',
  input: { channels: 'RGB', mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
};

/** The weights' list and the scaling of the input; the first byte says which. */
export const weightsIndexTarget: FuzzTarget<Bytes> = {
  name: 'weights list',
  of: 'weights/weights-index',
  make: (rng) => {
    const which = rng.integer(2);
    const valid = which === 0 ? index : config;
    const bytes = rng.integer(3) === 0 ? mutateBytes([toBytes(valid)], rng) : toBytes(mutateValue([valid], rng));
    return joinBytes(Uint8Array.of(which), bytes);
  },
  run: (bytes) => {
    if (bytes[0] === 0) {
      const { shards, fileOf } = parseIndex(bytes.subarray(1));
      const names = shards.map(({ name }) => name);
      promise(new Set(names).size === names.length, 'files differ');
      promise(
        names.every((name) => !name.includes('/') && !name.startsWith('.')),
        'a file is in the folder of the weights',
      );
      promise(
        tensorNames.every((name) => names.includes(fileOf.get(name) ?? '')),
        'every tensor is in a file',
      );
      promise(
        shards.every(({ bytes: size }) => size >= 8 && size <= 1e9),
        'a file has a size',
      );
    } else {
      const { mean, std } = parseInputScaling(bytes.subarray(1));
      promise([...mean, ...std].every(Number.isFinite) && std.every((value) => value > 0), 'scaling is by numbers');
    }
    return 'accepted';
  },
  smaller: smallerBytes,
  show: showBytes,
};

function writeSafetensors(header: unknown, values: Uint8Array, claimed?: bigint): Bytes {
  const text = toBytes(header);
  const head = new Uint8Array(8);
  new DataView(head.buffer).setBigUint64(0, claimed ?? BigInt(text.length), true);
  return joinBytes(head, text, values);
}
const values = Uint8Array.from({ length: 64 }, (_, at) => at);
const header = {
  __metadata__: { format: 'pt' },
  'features.0.bias': { dtype: 'F32', shape: [4], data_offsets: [0, 16] },
  'features.0.weight': { dtype: 'F16', shape: [2, 3, 2, 2], data_offsets: [16, 64] },
};

export const safetensorsTarget: FuzzTarget<Bytes> = {
  name: 'safetensors',
  of: 'weights/safetensors',
  make: (rng) => {
    if (rng.integer(3) === 0) return mutateBytes([writeSafetensors(header, values)], rng);
    const claimed = rng.integer(10) === 0 ? pick(rng, [0n, 1n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n]) : undefined;
    return writeSafetensors(mutateValue([header], rng), values.slice(0, rng.integer(8) === 0 ? rng.integer(64) : 64), claimed);
  },
  run: (bytes) => {
    for (const tensor of parseSafetensors(bytes, 'model').values()) {
      const { shape, dtype } = tensor;
      const count = shape.reduce((product, side) => product * side, 1);
      promise(tensor.bytes.length === count * (dtype === 'F16' ? 2 : 4), 'a tensor has the bytes of its shape');
      promise(tensor.bytes.buffer === bytes.buffer, 'a tensor is a view of the file');
      promise(readFloat32(tensor).length === count, 'a tensor has the values of its shape');
    }
    return 'accepted';
  },
  smaller: smallerBytes,
  show: showBytes,
};
