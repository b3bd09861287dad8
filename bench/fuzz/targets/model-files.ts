import { HeadstartError } from '../../../src/domain/errors';
import type { Rng } from '../../../src/domain/rng';
import { memorySource } from '../../../src/engine/model-files/byte-source';
import { findModel } from '../../../src/engine/model-files/find-model';
import { openModelFile } from '../../../src/engine/model-files/model-file';
import { isReadable } from '../../../src/engine/model-files/tensor-values';
import { integer, message, node, tensor, text, vgg16Graph, writeOnnx } from '../../../src/engine/model-files/testing/write-onnx';
import { float32Bytes, writeSafetensorsFile } from '../../../src/engine/model-files/testing/write-safetensors';
import {
  legacyFile,
  type Python,
  stateDict,
  tensorOf,
  torchEntries,
  writePickle,
  type WrittenTensor,
} from '../../../src/engine/model-files/testing/write-torch';
import { PickleFault } from '../../../src/engine/model-files/torch/pickle-bytes';
import type { PickleValue } from '../../../src/engine/model-files/torch/pickle-values';
import { readPickle } from '../../../src/engine/model-files/torch/read-pickle';
import { RefusedName } from '../../../src/engine/model-files/torch/torch-names';
import { checkVgg16 } from '../../../src/engine/model-files/vgg16-check';
import { writeZip } from '../../../src/ingest/archive/testing/write-archives';
import { type Bytes, joinBytes, mutateBytes, showBytes, smallerBytes } from '../mutate-bytes';
import { mutateValue } from '../mutate-value';
import { type FuzzTarget, pick, promise, type Verdict } from '../target';

const never = new AbortController().signal;
/** Of tensors that claim more only the place is looked at: nothing of this app reads shapes other than VGG-16's. */
const mostValues = 10_000;

/** What the page does with a file before it knows that it is VGG-16, and the values of what is small besides. */
async function openFile(bytes: Bytes): Promise<Verdict> {
  const found = await findModel([memorySource(bytes, 'model')], never);
  const { tensors } = await openModelFile(found, never);
  let read = 0;
  for (const own of tensors) {
    const { shape, type } = own;
    const count = shape.reduce((product, side) => product * side, 1);
    promise(
      shape.every((side) => Number.isSafeInteger(side) && side >= 0),
      'sides are whole numbers',
    );
    if (!isReadable(type) || count > mostValues || (read += 1) > 20) continue;
    try {
      promise((await own.read()).length === count, 'a tensor has the values of its shape');
    } catch (thrown) {
      if (!(thrown instanceof HeadstartError)) throw thrown;
    }
  }
  try {
    checkVgg16(tensors, 'model');
  } catch (thrown) {
    if (!(thrown instanceof HeadstartError)) throw thrown;
  }
  return 'accepted';
}

const target = (
  name: string,
  of: string,
  make: (rng: Rng) => Bytes,
  run: (bytes: Bytes) => Verdict | Promise<Verdict>,
): FuzzTarget<Bytes> => ({
  name,
  of,
  make,
  run,
  smaller: smallerBytes,
  show: showBytes,
});

const values = float32Bytes([1, 2, 3, 4, 5, 6]);
const tensors: Readonly<Record<string, WrittenTensor>> = {
  'features.0.weight': { shape: [2, 3], bytes: values },
  'features.0.bias': { shape: [3, 2], strides: [1, 3], bytes: values },
  'classifier.weight': { shape: [3], offset: 1, strides: [0], bytes: values, storage: 'HalfStorage', count: 12 },
};
const roots: readonly Python[] = [
  stateDict(tensors),
  new Map<Python, Python>([
    ['epoch', 3],
    ['state_dict', stateDict(tensors)],
    ['optimizer', new Map<Python, Python>([[0, [1.5, { tuple: [null, true] }]]])],
  ]),
  [
    { call: 'torch.Size', args: [{ tuple: [2] }] },
    { call: 'torch.device', args: ['cpu'] },
    { global: 'torch.float32' },
    -70_000,
    2 ** 40,
  ],
  {
    call: 'torch._utils._rebuild_parameter',
    args: [tensorOf({ shape: [6], bytes: values }), true, { call: 'collections.OrderedDict', args: [] }],
  },
];
/** Protocols 0 and 4 of CPython, whose opcodes torch does not write. */
const dumped: readonly Bytes[] = [
  'KGRwMApWYQpwMQoobHAyCkkxCmFJLTIKYUwxMDk5NTExNjI3Nzc2TAphRjEuNQphTmFJMDEKYXNWYgpwMwooVngKcDQKVukKcDUKdHA2CnMu',
  'gASVaAAAAAAAAAB9lCiMAWGUXZQoSwFK/v///0pwEQEAigYAAAAAAAGKCQAAAAAAAAAAwEc/+AAAAAAAAE6IiWWMAWKUjAF4lIwCw6mUQwJ5epSHlIwBY5SPlChLA5CMAWSUKYwCdDOUSwFLAksDh5R1Lg==',
].map((base64) => new Uint8Array(Buffer.from(base64, 'base64')));
const pickles: readonly Bytes[] = [...roots.map(writePickle), ...dumped];

/** Everything that a pickle gave is data, met once each. */
function checkData(root: PickleValue): void {
  const met = new Set<PickleValue>();
  const left = [root];
  for (let value = left.pop(); value !== undefined; value = left.pop()) {
    promise(typeof value !== 'function' && typeof value !== 'symbol', 'a pickle is data');
    if (typeof value !== 'object' || value === null || met.has(value)) continue;
    met.add(value);
    promise(Object.getPrototypeOf(value) === Object.prototype, 'a pickle is plain');
    if ('items' in value) left.push(...value.items.slice(0, 1000));
    if ('entries' in value) left.push(...value.entries.slice(0, 1000).flat());
    if (value.kind === 'tensor') promise(value.shape.length === value.strides.length, 'a tensor has a stride for each side');
  }
}

const callable = [
  'collections.OrderedDict',
  'torch._utils._rebuild_tensor',
  'torch._utils._rebuild_tensor_v2',
  'torch._utils._rebuild_tensor_v3',
  'torch._utils._rebuild_parameter',
  'torch._tensor._rebuild_from_type_v2',
  'torch.Size',
  'torch.device',
  'torch.FloatStorage',
  'os.system',
] as const;
const sides = [0, 1, 2, 3, 6, 7, -1, 255, 2 ** 31, 2 ** 40, 1.5] as const;

/** Sound opcodes that make values which make no sense, or some. */
function chancePython(rng: Rng, depth = 0): Python {
  const some = (): Python[] => Array.from({ length: rng.integer(4) }, () => chancePython(rng, depth + 1));
  const numbers = (): Python => ({ tuple: Array.from({ length: rng.integer(3) }, () => pick(rng, sides)) });
  const storage = (): Python => ({
    persistent: {
      tuple: [
        pick(rng, ['storage', 'storage', 'storage', 'module']),
        { global: pick(rng, ['torch.FloatStorage', 'torch.BFloat16Storage', 'torch.UntypedStorage', 'torch.Size']) },
        pick(rng, ['0', '1', '9', '../0', '__proto__']),
        'cpu',
        pick(rng, sides),
        ...(rng.integer(4) === 0 ? [{ tuple: ['v', pick(rng, sides), pick(rng, sides)] }] : []),
      ],
    },
  });
  const kinds: readonly (() => Python)[] = [
    () => pick(rng, [null, true, 'state_dict', 'features.0.weight', '__proto__', 'model', ...sides]),
    () => some(),
    () => ({ tuple: some() }),
    () => new Map(some().map((value) => [chancePython(rng, depth + 2), value])),
    () => ({ call: pick(rng, callable), args: some() }),
    () => ({ call: 'torch._utils._rebuild_tensor_v2', args: [storage(), pick(rng, sides), numbers(), numbers(), false] }),
    () => new Map<Python, Python>([[pick(rng, ['state_dict', 'features.0.weight', 'a']), chancePython(rng, depth + 1)]]),
    storage,
  ];
  return depth > 5 ? null : pick(rng, kinds)();
}

/** Opcodes that mean something, rather than chance. */
function mutatePickle(rng: Rng): Bytes {
  if (rng.integer(2) === 0) return writePickle(chancePython(rng));
  const bytes = mutateBytes(pickles, rng);
  const opcodes =
    '(01\x80FGIJKLMNSTUVXcdegijloppqrstuQRabhB]})C\x81\x82\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x90\x91\x92\x93\x94\x95\x96.';
  for (let left = rng.integer(4); left > 0 && bytes.length > 0; left -= 1)
    bytes[rng.integer(bytes.length)] = opcodes.charCodeAt(rng.integer(opcodes.length));
  return bytes;
}

export const pickleTarget = target('pickle', 'model-files/torch/read-pickle', mutatePickle, (bytes) => {
  try {
    const { value, end } = readPickle(bytes);
    promise(end <= bytes.length, 'a pickle ends inside the file');
    checkData(value);
    return 'accepted';
  } catch (thrown) {
    if (thrown instanceof PickleFault || thrown instanceof RefusedName) return 'refused';
    throw thrown;
  }
});

const archives = roots.map((root) => writeZip(torchEntries(tensors, { root })));

export const torchArchiveTarget = target(
  'torch ZIP',
  'model-files/torch/torch-archive, state-dict, torch-tensor, zip-file',
  (rng) => {
    if (rng.integer(3) === 0) return mutateBytes(archives, rng);
    const entries = torchEntries(tensors, { root: pick(rng, roots) });
    return writeZip(
      entries.map((entry) => ({
        ...entry,
        content: /pkl$/.test(entry.path) ? mutatePickle(rng) : entry.content,
        stored: rng.integer(2) === 0,
      })),
    );
  },
  openFile,
);

const legacies = roots.map((root) => legacyFile(tensors, { root }));

export const legacyTorchTarget = target(
  'legacy torch',
  'model-files/torch/legacy-file',
  (rng) => {
    const bytes = mutateBytes(legacies, rng);
    // With its magic number, so that what lies behind is reached.
    return rng.integer(8) === 0 || bytes.length < 15
      ? bytes
      : joinBytes((legacies[0] ?? bytes).subarray(0, 15), bytes.subarray(15));
  },
  openFile,
);

const { nodes, tensors: shapes, output } = vgg16Graph();
const outside = [...message(13, [...text(1, 'location'), ...text(2, 'weights.bin')]), ...integer(14, 1)];
const head = [
  node('Flatten', [output], 'flat', { axis: 1 }),
  node('Gemm', ['flat', 'W', 'B'], 'y', { transB: 1, alpha: { float: 1 } }),
];
const graphs: readonly Bytes[] = [
  writeOnnx({ nodes, tensors: shapes }),
  writeOnnx({
    nodes: [...nodes, ...head],
    tensors: [
      ...shapes.map((one, at) =>
        at === 1
          ? tensor('b0', [64], 1, message(9, [...float32Bytes(new Array<number>(64).fill(1))]))
          : at === 3
            ? tensor('b2', [64], 10, message(5, new Array<number>(64).fill(1)))
            : one,
      ),
      tensor('W', [2, 25_088], 1, outside),
      tensor('B', [2], 1, message(4, [...float32Bytes([1, 2])])),
    ],
    metadata: { classes: '["a","b"]' },
  }),
];

const layerNames = [
  'Conv',
  'Relu',
  'MaxPool',
  'Identity',
  'Cast',
  'Transpose',
  'Gemm',
  'MatMul',
  'Add',
  'Constant',
  'Flatten',
  'Div',
];

/** VGG-16 with layers put in that take and give anything, loops too. */
function chanceGraph(rng: Rng): Bytes {
  const name = (): string => pick(rng, ['picture', 'v0', 'v1', 'v30', output, 'flat', 'w0', 'b0', 'W', 'B', 'none', '']);
  const layers = [...nodes, ...head];
  for (let left = 1 + rng.integer(4); left > 0; left -= 1) {
    const attributes = pick(rng, [
      {},
      { transB: 1 },
      { kernel_shape: [3, 3], pads: [1, 1, 1, 1] },
      { perm: [1, 0] },
      { axis: -1 },
    ]);
    const layer = node(pick(rng, layerNames), [name(), name(), name()], name(), attributes);
    layers.splice(rng.integer(layers.length), rng.integer(2), layer);
  }
  const constants = [...shapes, tensor('W', pick(rng, [[2, 25_088], [25_088, 2], [2], []])), tensor('B', [2])];
  constants.splice(
    rng.integer(constants.length),
    rng.integer(3),
    tensor(name(), [rng.integer(3), rng.integer(3)], rng.integer(20)),
  );
  return writeOnnx({ nodes: layers, tensors: constants, metadata: rng.integer(4) === 0 ? { headstart: '{}' } : {} });
}

export const onnxTarget = target(
  'ONNX',
  'model-files/onnx',
  (rng) => (rng.integer(2) === 0 ? chanceGraph(rng) : mutateBytes(graphs, rng)),
  openFile,
);

const header = {
  __metadata__: { format: 'pt', classes: '["a","b"]' },
  'features.0.bias': { dtype: 'F32', shape: [4], data_offsets: [0, 16] },
  'features.0.weight': { dtype: 'BF16', shape: [2, 2], data_offsets: [16, 24] },
  'classifier.weight': { dtype: 'I64', shape: [0], data_offsets: [24, 24] },
};
const file = (change: (header: Record<string, unknown>) => unknown): Bytes =>
  writeSafetensorsFile({ 'features.0.bias': { dtype: 'F32', shape: [6], bytes: values } }, {}, change);
const config = JSON.stringify({ format: 'headstart-model', classes: ['a'], head: { featureNorm: null }, input: {}, run: {} });

/** Of the format that the Hub and this app write, alone or in a ZIP with its description. */
export const modelFileTarget = target(
  'model file',
  'model-files/find-model, safetensors-file, told-config, zip-file',
  (rng) => {
    const changed = rng.integer(2) === 0 ? mutateBytes([file(() => header)], rng) : file(() => mutateValue([header], rng));
    if (rng.integer(2) === 0) return changed;
    const zip = writeZip([
      { path: 'x/model.safetensors', content: changed, stored: rng.integer(2) === 0 },
      { path: 'x/config.json', content: rng.integer(2) === 0 ? config : mutateBytes([new TextEncoder().encode(config)], rng) },
      { path: 'x/state.pt', content: pick(rng, archives) },
    ]);
    return rng.integer(2) === 0 ? zip : mutateBytes([zip], rng);
  },
  openFile,
);
