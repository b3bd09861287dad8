/** What a pickle is to hold, as plain data of its own. */
export type Python =
  | null
  | boolean
  | number
  | string
  | readonly Python[]
  | ReadonlyMap<Python, Python>
  | { readonly tuple: readonly Python[] }
  | { readonly global: string }
  | { readonly call: string; readonly args: readonly Python[]; readonly state?: Python }
  | { readonly persistent: Python }
  | { readonly raw: readonly number[] };

export type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();

function little(value: bigint, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, at) => Number((value >> BigInt(8 * at)) & 0xffn));
}

function text(value: string): number[] {
  const bytes = encoder.encode(value);
  return [0x58, ...little(BigInt(bytes.length), 4), ...bytes];
}

function named(full: string): number[] {
  const at = full.lastIndexOf('.');
  return [0x63, ...encoder.encode(`${full.slice(0, at)}\n${full.slice(at + 1)}\n`)];
}

function isList(value: Python): value is readonly Python[] {
  return Array.isArray(value);
}

function isMap(value: Python): value is ReadonlyMap<Python, Python> {
  return value instanceof Map;
}

/** The opcodes that make a value, as Python's pickler of protocol 2 writes them but for what it remembers. */
function opcodes(value: Python): number[] {
  if (value === null) return [0x4e];
  if (typeof value === 'boolean') return [value ? 0x88 : 0x89];
  if (typeof value === 'number') {
    // More than 31 bits, as one byte of length and the number.
    if (Number.isInteger(value)) return value >= 0 && value < 256 ? [0x4b, value] : [0x8a, 8, ...little(BigInt(value), 8)];
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, value, false);
    return [0x47, ...bytes];
  }
  if (typeof value === 'string') return text(value);
  if (isList(value)) return [0x5d, 0x28, ...value.flatMap(opcodes), 0x65];
  if (isMap(value)) return [0x7d, 0x28, ...[...value].flatMap(([key, one]) => [...opcodes(key), ...opcodes(one)]), 0x75];
  if ('tuple' in value) return [0x28, ...value.tuple.flatMap(opcodes), 0x74];
  if ('global' in value) return named(value.global);
  if ('persistent' in value) return [...opcodes(value.persistent), 0x51];
  if ('raw' in value) return [...value.raw];
  if (!('call' in value)) throw new TypeError('nothing that Python has');
  const { call, args, state } = value;
  return [...named(call), ...opcodes({ tuple: args }), 0x52, ...(state === undefined ? [] : [...opcodes(state), 0x62])];
}

export function writePickle(value: Python): Bytes {
  return Uint8Array.from([0x80, 2, ...opcodes(value), 0x2e]);
}

export interface WrittenTensor {
  readonly shape: readonly number[];
  /** Of the storage; little-endian. */
  readonly bytes: Uint8Array;
  /** `FloatStorage`. */
  readonly storage?: string;
  readonly count?: number;
  readonly key?: string;
  readonly offset?: number;
  readonly strides?: readonly number[];
}

const rowMajor = (shape: readonly number[]): number[] => shape.map((_, at) => shape.slice(at + 1).reduce((a, b) => a * b, 1));

/** A tensor as torch pickles it. */
export function tensorOf({
  shape,
  bytes,
  storage = 'FloatStorage',
  count,
  key = '0',
  offset = 0,
  strides,
}: WrittenTensor): Python {
  const id = { tuple: ['storage', { global: `torch.${storage}` }, key, 'cpu', count ?? bytes.length / 4] };
  const args = [
    { persistent: id },
    offset,
    { tuple: shape },
    { tuple: strides ?? rowMajor(shape) },
    false,
    { call: 'collections.OrderedDict', args: [] },
  ];
  return { call: 'torch._utils._rebuild_tensor_v2', args };
}

/** An OrderedDict of tensors with the versions that torch keeps beside it; each tensor in a storage of its own unless it says. */
export function stateDict(tensors: Readonly<Record<string, WrittenTensor>>): Python {
  const pairs = Object.entries(tensors).map(([name, tensor], at) => [name, tensorOf({ key: String(at), ...tensor })] as const);
  // An OrderedDict is filled after it is made.
  const filled = pairs.flatMap(([name, tensor]) => [...opcodes(name), ...opcodes(tensor)]);
  const versions = opcodes(new Map([['_metadata', new Map([['', new Map([['version', 1]])]])]]));
  return { raw: [...opcodes({ call: 'collections.OrderedDict', args: [] }), 0x28, ...filled, 0x75, ...versions, 0x62] };
}

const storagesOf = (tensors: Readonly<Record<string, WrittenTensor>>): ReadonlyMap<string, Uint8Array> =>
  new Map(Object.values(tensors).map(({ key, bytes }, at) => [key ?? String(at), bytes]));

/** The files of a ZIP as torch writes it since 1.6. */
export function torchEntries(
  tensors: Readonly<Record<string, WrittenTensor>>,
  {
    root = stateDict(tensors),
    byteOrder = 'little',
    folder = 'archive/',
  }: { root?: Python; byteOrder?: string; folder?: string } = {},
): { readonly path: string; readonly content: Bytes; readonly stored: true }[] {
  const files: [string, Uint8Array][] = [
    ['data.pkl', writePickle(root)],
    ['byteorder', encoder.encode(byteOrder)],
    ...[...storagesOf(tensors)].map(([key, bytes]): [string, Uint8Array] => [`data/${key}`, bytes]),
    ['version', encoder.encode('3\n')],
  ];
  return files.map(([path, bytes]) => ({ path: `${folder}${path}`, content: new Uint8Array(bytes), stored: true }));
}

/** A file as torch wrote it before 1.6. */
export function legacyFile(
  tensors: Readonly<Record<string, WrittenTensor>>,
  { root = stateDict(tensors), isLittle = true }: { root?: Python; isLittle?: boolean } = {},
): Bytes {
  const magic = Uint8Array.of(0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e);
  const storages = storagesOf(tensors);
  const system = new Map<Python, Python>([
    ['protocol_version', 1001],
    ['little_endian', isLittle],
    ['type_sizes', new Map([['short', 2]])],
  ]);
  const parts: Uint8Array[] = [
    magic,
    writePickle(1001),
    writePickle(system),
    writePickle(root),
    writePickle([...storages.keys()]),
  ];
  for (const [key, bytes] of storages) {
    const tensor = Object.values(tensors).find((one, at) => (one.key ?? String(at)) === key);
    parts.push(Uint8Array.from(little(BigInt(tensor?.count ?? bytes.length / 4), 8)), bytes);
  }
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
