import { PickleFault } from './pickle-bytes';
import type { PickleDict, PickleGlobal, PickleSequence, PickleStorage, PickleTensor, PickleValue } from './pickle-values';

/** What a pickle asks for by a name that is not allowed: nothing of it is made. */
export class RefusedName extends Error {
  override readonly name = 'RefusedName';
  /** `os.system`. */
  readonly asked: string;

  constructor(asked: string) {
    super(`${asked} is not allowed`);
    // It is shown to a person and comes from whoever wrote the file.
    this.asked = asked.replace(/[^\x20-\x7e]/g, '?').slice(0, 200);
  }
}

const storageTypes: Readonly<Record<string, string>> = {
  FloatStorage: 'float32',
  HalfStorage: 'float16',
  BFloat16Storage: 'bfloat16',
  DoubleStorage: 'float64',
  LongStorage: 'int64',
  IntStorage: 'int32',
  ShortStorage: 'int16',
  CharStorage: 'int8',
  ByteStorage: 'uint8',
  BoolStorage: 'bool',
  ComplexFloatStorage: 'complex64',
  ComplexDoubleStorage: 'complex128',
};

/** Bytes of a value. */
export const typeBytes: Readonly<Record<string, number>> = {
  float32: 4,
  float16: 2,
  bfloat16: 2,
  float64: 8,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint8: 1,
  uint16: 2,
  uint32: 4,
  uint64: 8,
  bool: 1,
  complex64: 8,
  complex128: 16,
  float8_e4m3fn: 1,
  float8_e5m2: 1,
};

const untyped = new Set(['torch.UntypedStorage', 'torch.storage.UntypedStorage', 'torch.storage._UntypedStorage']);

/** What may be made, by its full name. Each takes its arguments as data and gives data; where there is none, it may only be named. */
const makers: Readonly<Record<string, ((args: readonly PickleValue[]) => PickleValue) | null>> = {
  'collections.OrderedDict': makeDict,
  'torch._utils._rebuild_tensor': (args) => makeTensor(args, null),
  'torch._utils._rebuild_tensor_v2': (args) => makeTensor(args, null),
  'torch._utils._rebuild_tensor_v3': (args) => makeTensor(args, args[6] ?? null),
  'torch._utils._rebuild_parameter': ([tensor]) => tensorOf(tensor),
  'torch._utils._rebuild_parameter_with_state': ([tensor]) => tensorOf(tensor),
  'torch._tensor._rebuild_from_type_v2': ([maker, , args]) => {
    if (!isKind(maker, 'global') || !isKind(args, 'tuple')) throw new PickleFault('a tensor is made of nonsense');
    // Not of itself: a tensor inside a tensor inside a tensor would be a chain without an end.
    if (maker.name === 'torch._tensor._rebuild_from_type_v2') throw new PickleFault('a tensor is made of nonsense');
    return callGlobal(maker, args.items);
  },
  'torch.Size': ([sides]) => ({ kind: 'tuple', items: isKind(sides, 'tuple') || isKind(sides, 'list') ? sides.items : [] }),
  'torch.device': () => null,
  'torch.Tensor': null,
  'torch.nn.parameter.Parameter': null,
};

type Kinds = Exclude<PickleValue, null | boolean | number | bigint | string>;

function isKind<Kind extends Kinds['kind']>(
  value: PickleValue | undefined,
  kind: Kind,
): value is Extract<Kinds, { readonly kind: Kind }> | (Extract<Kinds, PickleSequence> & { readonly kind: Kind }) {
  return typeof value === 'object' && value !== null && value.kind === kind;
}

/** @throws RefusedName for what is not on the list */
export function findGlobal(module: string, name: string): PickleGlobal {
  const full = `${module}.${name}`;
  const isStorage = /^torch\.(cuda\.)?\w+$/.test(full) && Object.hasOwn(storageTypes, name);
  const isType = module === 'torch' && Object.hasOwn(typeBytes, name);
  if (!isStorage && !isType && !untyped.has(full) && !Object.hasOwn(makers, full)) throw new RefusedName(full);
  return { kind: 'global', name: full };
}

/** Makes what Python would make by a call, as data. @throws RefusedName, PickleFault */
export function callGlobal(called: PickleValue | undefined, args: readonly PickleValue[]): PickleValue {
  if (!isKind(called, 'global')) throw new PickleFault('something is called that is no name');
  const maker = Object.hasOwn(makers, called.name) ? makers[called.name] : null;
  if (maker === null || maker === undefined) throw new RefusedName(called.name);
  return maker(args);
}

/** Lists that became dicts. An honest pickler makes one of each; to copy one list over and over would fill the memory. */
const taken = new WeakSet<PickleSequence>();

/** OrderedDict of pairs, or of nothing. */
function makeDict([pairs]: readonly PickleValue[]): PickleDict {
  const dict: PickleDict = { kind: 'dict', entries: [] };
  if (pairs === undefined) return dict;
  if ((!isKind(pairs, 'list') && !isKind(pairs, 'tuple')) || taken.has(pairs))
    throw new PickleFault('a dict is made of nonsense');
  taken.add(pairs);
  for (const pair of pairs.items) {
    if (!isKind(pair, 'list') && !isKind(pair, 'tuple')) throw new PickleFault('a dict is made of nonsense');
    const [key, value] = pair.items;
    dict.entries.push([key ?? null, value ?? null]);
  }
  return dict;
}

function tensorOf(value: PickleValue | undefined): PickleTensor {
  if (!isKind(value, 'tensor')) throw new PickleFault('a parameter is no tensor');
  return value;
}

function sidesOf(value: PickleValue | undefined): readonly number[] {
  if (!isKind(value, 'tuple') || value.items.length > 16) throw new PickleFault('a tensor’s shape is none');
  return value.items.map((side) => {
    if (typeof side !== 'number' || !Number.isSafeInteger(side) || side < 0) throw new PickleFault('a tensor’s shape is none');
    return side;
  });
}

function makeTensor([storage, offset, size, stride]: readonly PickleValue[], named: PickleValue): PickleTensor {
  if (!isKind(storage, 'storage')) throw new PickleFault('a tensor has no storage');
  const type = storage.type ?? (isKind(named, 'global') ? named.name.replace(/^torch\./, '') : 'uint8');
  const [shape, strides] = [sidesOf(size), sidesOf(stride)];
  if (typeof offset !== 'number' || !Number.isSafeInteger(offset) || offset < 0 || shape.length !== strides.length)
    throw new PickleFault('a tensor lies nowhere');
  return { kind: 'tensor', storage, type, offset, shape, strides };
}

/**
 * What torch writes in place of numbers: `('storage', class, key, device, count)`, in old files with `(view key, offset, count)` behind it
 * where it is a part of another. @throws PickleFault
 */
export function readPersistentId(id: PickleValue): PickleStorage {
  const [word, storage, key, , whole, view] = isKind(id, 'tuple') ? id.items : [];
  if (word !== 'storage' || !isKind(storage, 'global') || typeof key !== 'string')
    throw new PickleFault('something outside is asked for that is no storage');
  const name = storage.name.replace(/^.*\./, '');
  const type = Object.hasOwn(storageTypes, name) ? storageTypes[name] : untyped.has(storage.name) ? null : undefined;
  const [, from = 0, count = whole] = isKind(view, 'tuple') ? view.items : [];
  if (type === undefined || !isCount(from) || !isCount(count)) throw new PickleFault('a storage makes no sense');
  return { kind: 'storage', key, from, type, count };
}

function isCount(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
