import { describe, expect, it } from 'vitest';
import { stateDict, tensorOf, writePickle, type Python } from '../testing/write-torch';
import { PickleFault } from './pickle-bytes';
import { entryOf } from './pickle-values';
import { readPickle } from './read-pickle';
import { RefusedName } from './torch-names';

type Part = string | number | readonly number[];

const encode = (...parts: readonly Part[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? [...new TextEncoder().encode(part)] : part)));
const fromBase64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

describe('readPickle', () => {
  it.each([
    // pickle.dumps(…, protocol) of CPython 3: bytes only from protocol 3 on, sets from 4 on.
    [
      0,
      'KGRwMApWYQpwMQoobHAyCkkxCmFJLTIKYUk3MDAwMAphTDEwOTk1MTE2Mjc3NzZMCmFMLTExODA1OTE2MjA3MTc0MTEzMDM0MjRMCmFGMS41CmFOYUkwMQphSTAwCmFzVmIKcDMKKFZ4CnA0ClbpCnA1CnRwNgpzVmQKcDcKKHRzVnQzCnA4CihJMQpJMgpJMwp0cDkKcy4=',
    ],
    [
      1,
      'fXEAKFgBAAAAYXEBXXECKEsBSv7///9KcBEBAEwxMDk5NTExNjI3Nzc2TApMLTExODA1OTE2MjA3MTc0MTEzMDM0MjRMCkc/+AAAAAAAAE5JMDEKSTAwCmVYAQAAAGJxAyhYAQAAAHhxBFgCAAAAw6lxBXRxBlgBAAAAZHEHKVgCAAAAdDNxCChLAUsCSwN0cQl1Lg==',
    ],
    [
      2,
      'gAJ9cQAoWAEAAABhcQFdcQIoSwFK/v///0pwEQEAigYAAAAAAAGKCQAAAAAAAAAAwEc/+AAAAAAAAE6IiWVYAQAAAGJxA1gBAAAAeHEEWAIAAADDqXEFhnEGWAEAAABkcQcpWAIAAAB0M3EISwFLAksDh3EJdS4=',
    ],
    [
      3,
      'gAN9cQAoWAEAAABhcQFdcQIoSwFK/v///0pwEQEAigYAAAAAAAGKCQAAAAAAAAAAwEc/+AAAAAAAAE6IiWVYAQAAAGJxA1gBAAAAeHEEWAIAAADDqXEFQwJ5enEGh3EHWAEAAABkcQgpWAIAAAB0M3EJSwFLAksDh3EKdS4=',
    ],
    [
      4,
      'gASVaAAAAAAAAAB9lCiMAWGUXZQoSwFK/v///0pwEQEAigYAAAAAAAGKCQAAAAAAAAAAwEc/+AAAAAAAAE6IiWWMAWKUjAF4lIwCw6mUQwJ5epSHlIwBY5SPlChLA5CMAWSUKYwCdDOUSwFLAksDh5R1Lg==',
    ],
    [
      5,
      'gAWVaAAAAAAAAAB9lCiMAWGUXZQoSwFK/v///0pwEQEAigYAAAAAAAGKCQAAAAAAAAAAwEc/+AAAAAAAAE6IiWWMAWKUjAF4lIwCw6mUQwJ5epSHlIwBY5SPlChLA5CMAWSUKYwCdDOUSwFLAksDh5R1Lg==',
    ],
  ])('reads what Python’s own pickler wrote by protocol %i', (protocol, dumped) => {
    const bytes = fromBase64(dumped);
    const { value, end } = readPickle(bytes);
    expect(end).toBe(bytes.length);
    const words = ['x', 'é', ...(protocol > 2 ? [{ kind: 'bytes', bytes: encode('yz') }] : [])];
    expect(value).toEqual({
      kind: 'dict',
      entries: [
        ['a', { kind: 'list', items: [1, -2, 70_000, 2 ** 40, -(2n ** 70n), 1.5, null, true, false] }],
        ['b', { kind: 'tuple', items: words }],
        ...(protocol > 3 ? [['c', { kind: 'set', items: [3] }]] : []),
        ['d', { kind: 'tuple', items: [] }],
        ['t3', { kind: 'tuple', items: [1, 2, 3] }],
      ],
    });
  });

  it('makes a tensor and its storage out of torch’s names, and lets the versions beside a state dict go', () => {
    const tensor = { shape: [2, 3], bytes: new Uint8Array(40), offset: 1, strides: [1, 2], storage: 'HalfStorage', count: 20 };
    const { value, storages } = readPickle(writePickle(stateDict({ 'a.weight': tensor })));
    const storage = { kind: 'storage', key: '0', from: 0, type: 'float16', count: 20 };
    expect(value).toEqual({
      kind: 'dict',
      entries: [['a.weight', { kind: 'tensor', storage, type: 'float16', offset: 1, shape: [2, 3], strides: [1, 2] }]],
    });
    expect([...storages]).toEqual([['0', storage]]);
  });

  it('reads parameters, sizes, devices and types that are written as data', () => {
    const own = tensorOf({ shape: [1], bytes: new Uint8Array(4) });
    const root: Python = [
      { call: 'torch._utils._rebuild_parameter', args: [own, true, { call: 'collections.OrderedDict', args: [] }] },
      { call: 'torch.Size', args: [{ tuple: [2, 3] }] },
      { call: 'torch.device', args: ['cuda', 0] },
      { global: 'torch.float32' },
      {
        call: 'torch._tensor._rebuild_from_type_v2',
        args: [
          { global: 'torch._utils._rebuild_tensor_v2' },
          { global: 'torch.Tensor' },
          {
            tuple: [
              { persistent: { tuple: ['storage', { global: 'torch.storage.UntypedStorage' }, 'k', 'cpu', 8] } },
              0,
              { tuple: [2] },
              { tuple: [1] },
            ],
          },
          null,
        ],
      },
    ];
    const { value } = readPickle(writePickle(root));
    expect(value).toMatchObject({
      items: [
        { kind: 'tensor', shape: [1] },
        { kind: 'tuple', items: [2, 3] },
        null,
        { kind: 'global', name: 'torch.float32' },
        { kind: 'tensor', storage: { key: 'k', type: null, count: 8 } },
      ],
    });
  });

  it.each<[string, Uint8Array]>([
    // cos\nsystem\n(S'echo'\ntR. is what textbooks show.
    ['os.system', encode("cos\nsystem\n(S'echo'\ntR.")],
    ['posix.system', encode(0x80, 4, [0x8c, 5], 'posix', [0x8c, 6], 'system', 0x93, [0x8c, 4], 'echo', 0x85, 0x52, '.')],
    ['builtins.eval', encode("(S'1'\nibuiltins\neval\n.")],
    ['builtins.exec', encode("(cbuiltins\nexec\nS'1'\no.")],
    ['torchvision.models.vgg.VGG', encode(0x80, 2, 'ctorchvision.models.vgg\nVGG\n)', 0x81, '.')],
    ['argparse.Namespace', encode('cargparse\nNamespace\n.')],
    ['numpy.core.multiarray.scalar', encode('cnumpy.core.multiarray\nscalar\n.')],
    ['collections.OrderedDict.__init__', encode('ccollections\nOrderedDict.__init__\n.')],
    ['torch.hub.load', encode('ctorch.hub\nload\n.')],
    ['torch.load', encode('ctorch\nload\n.')],
    ['torch.storage._load_from_bytes', encode('ctorch.storage\n_load_from_bytes\n.')],
    ['__builtin__.getattr', encode('c__builtin__\ngetattr\n.')],
    ['.constructor', encode('c\nconstructor\n.')],
    ['torch.__proto__', encode('ctorch\n__proto__\n.')],
    ['torch.constructor', encode('ctorch\nconstructor\n.')],
    // Allowed to be named, not to be called.
    ['torch.FloatStorage', encode('ctorch\nFloatStorage\n(tR.')],
    ['torch.nn.parameter.Parameter', encode('ctorch.nn.parameter\nParameter\n)R.')],
    ['a?b.c', encode('ca\u0007b\nc\n.')],
  ])('refuses %s by its name, before anything comes of it', (asked, bytes) => {
    expect(() => readPickle(bytes)).toThrow(expect.objectContaining({ name: RefusedName.name, asked }));
  });

  it('gives a name like __proto__ no power', () => {
    const { value } = readPickle(
      writePickle(
        new Map<Python, Python>([
          ['__proto__', new Map([['polluted', true]])],
          ['a', 1],
        ]),
      ),
    );
    if (typeof value !== 'object' || value?.kind !== 'dict') throw new TypeError('no dict');
    expect(entryOf(value, '__proto__')).toMatchObject({ kind: 'dict' });
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it.each<[string, Uint8Array]>([
    ['nothing', encode()],
    ['an end without a value', encode('.')],
    ['an opcode that is none', encode(0xff)],
    ['a registered extension', encode(0x80, 2, 0x82, 1, '.')],
    ['a protocol of the future', encode(0x80, 9, '.')],
    ['a text longer than the file', encode(0x58, [0xff, 0xff, 0xff, 0xff], 'a.')],
    ['bytes of 2^64 - 1', encode(0x8e, Array<number>(8).fill(0xff), '.')],
    ['a number of a million bytes', encode(0x8b, [0x40, 0x42, 0x0f, 0], new Array<number>(1_000_000).fill(1), '.')],
    ['a line without an end', encode('V', 'a'.repeat(20_000))],
    ['a decimal that is none', encode('Fpi\n.')],
    ['an integer that is none', encode('I0x10\n.')],
    ['a mark as a value', encode('(.')],
    ['a tuple of what is not there', encode(0x87, '.')],
    ['a list without a mark', encode('l.')],
    ['a recall of nothing', encode('h', 7, '.')],
    ['a recall of a negative place', encode('g-1\n.')],
    ['pairs put into a list', encode(']', 'NNs.')],
    ['an odd number of pairs', encode('}(NNNu.')],
    ['items put into a dict', encode('}Na.')],
    ['a call of a text', encode("S'os.system'\n)R.")],
    ['a call with a list', encode('ccollections\nOrderedDict\n]R.')],
    ['a tensor without a storage', encode('ctorch._utils\n_rebuild_tensor_v2\n(NK', 0, '))tR.')],
    ['a tensor of a negative side', writePickle(tensorOf({ shape: [-1], bytes: new Uint8Array(4) }))],
    ['a tensor of two sides and one stride', writePickle(tensorOf({ shape: [1, 1], strides: [1], bytes: new Uint8Array(4) }))],
    ['a persistent id of something else', writePickle({ persistent: { tuple: ['module', 'x', 'y', 'z'] } })],
    ['a storage of no type', writePickle({ persistent: { tuple: ['storage', { global: 'torch.Size' }, '0', 'cpu', 1] } })],
    [
      'a tensor made by what makes tensors',
      writePickle({
        call: 'torch._tensor._rebuild_from_type_v2',
        args: [{ global: 'torch._tensor._rebuild_from_type_v2' }, null, { tuple: [] }],
      }),
    ],
    ['a stack without an end', encode('(', new Array<number>(200_000).fill(0x4e), '.')],
  ])('refuses %s', (_, bytes) => {
    expect(() => readPickle(bytes)).toThrow(PickleFault);
  });

  it('does not copy one list into ever more dicts', () => {
    const make = 'ccollections\nOrderedDict\n';
    // A list of one pair, remembered, made into a dict twice.
    const bytes = encode(']', ']', '(NNe', 'a', [0x71, 0], '0', make, [0x68, 0], 0x85, 'R0', make, [0x68, 0], 0x85, 'R.');
    expect(() => readPickle(bytes)).toThrow(PickleFault);
  });
});
