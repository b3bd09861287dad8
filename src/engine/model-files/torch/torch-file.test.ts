import { describe, expect, it } from 'vitest';
import { featureCount } from '../../../domain/vgg16';
import { writeZip } from '../../../ingest/archive/testing/write-archives';
import { memorySource } from '../byte-source';
import { readModelFile } from '../model-file';
import { bytesOf, headValues } from '../testing/head-tensors';
import {
  legacyFile,
  type Python,
  stateDict,
  tensorOf,
  torchEntries,
  writePickle,
  type WrittenTensor,
} from '../testing/write-torch';

type Tensors = Readonly<Record<string, WrittenTensor>>;

const never = new AbortController().signal;
const { weight, bias } = headValues(2);
const head = {
  'classifier.weight': { shape: [2, featureCount], bytes: bytesOf(weight) },
  'classifier.bias': { shape: [2], bytes: bytesOf(bias) },
} satisfies Tensors;

const read = (bytes: Uint8Array, name = 'a.pth') => readModelFile([memorySource(bytes, name)], () => undefined, never);
/** Both formats: what is read of them is the same. */
const formats: readonly (readonly [string, (tensors: Tensors, root?: Python) => Uint8Array])[] = [
  ['of today', (tensors, root) => writeZip(torchEntries(tensors, root === undefined ? {} : { root }))],
  ['of before 1.6', (tensors, root) => legacyFile(tensors, root === undefined ? {} : { root })],
];
const refusal = (code: string, words: RegExp) => ({ code, message: expect.stringMatching(words) as string });

describe.each(formats)('a file of PyTorch %s', (_, write) => {
  it('gives its tensors, whatever the file is called', async () => {
    const model = await read(write(head), 'weights.zip');
    expect(model).toMatchObject({
      format: 'pytorch',
      conv: null,
      precision: ['float32'],
      head: { classNames: null, trainedBy: null },
    });
    expect(model.head?.weight).toEqual(weight);
    expect(model.head?.bias).toEqual(bias);
  });

  it.each<[string, Python]>([
    [
      'state_dict',
      new Map<Python, Python>([
        ['epoch', 3],
        ['best', tensorOf({ shape: [], bytes: bytesOf(bias), key: '1' })],
        ['state_dict', stateDict(head)],
      ]),
    ],
    [
      'model beside an optimizer',
      new Map<Python, Python>([
        [
          'optimizer',
          new Map<Python, Python>([
            [
              'state',
              new Map<Python, Python>([
                [0, new Map<Python, Python>([['exp_avg', tensorOf({ shape: [2], bytes: bytesOf(bias), key: '1' })]])],
              ]),
            ],
          ]),
        ],
        ['model', stateDict(Object.fromEntries(Object.entries(head).map(([name, one]) => [`module.${name}`, one])))],
        [
          'args',
          new Map<Python, Python>([
            ['lr', 0.1],
            ['name', 'x'],
          ]),
        ],
      ]),
    ],
    ['ema inside another', new Map<Python, Python>([['ema', new Map<Python, Python>([['shadow', stateDict(head)]])]])],
  ])('finds the state dict under %s', async (__, root) => {
    expect((await read(write(head, root))).head?.weight).toEqual(weight);
  });

  it('takes a transposed view, an overlapping one and one from the middle of its storage as torch means them', async () => {
    const transposed = new Float32Array(weight.length + 1);
    for (let row = 0; row < 2; row += 1)
      for (let at = 0; at < featureCount; at += 1) transposed[1 + at * 2 + row] = weight[row * featureCount + at] ?? 0;
    const model = await read(
      write({
        'classifier.weight': { shape: [2, featureCount], strides: [1, 2], offset: 1, bytes: bytesOf(transposed) },
        'classifier.bias': { shape: [2], strides: [0], offset: 1, bytes: bytesOf(bias) },
      }),
    );
    expect(model.head?.weight).toEqual(weight);
    expect(model.head?.bias).toEqual(Float32Array.of(1.5, 1.5));
  });

  it('reads two tensors out of one storage', async () => {
    const both = new Float32Array([...weight, ...bias]);
    const storage = { key: 'k', bytes: bytesOf(both) };
    const tensors = {
      'classifier.weight': { shape: [2, featureCount], ...storage },
      'classifier.bias': { shape: [2], offset: weight.length, ...storage },
    };
    const model = await read(write(tensors));
    expect([model.head?.weight, model.head?.bias]).toEqual([weight, bias]);
  });

  it.each<[string, Uint8Array, string, RegExp]>([
    [
      'that would run a program',
      write(head, { call: 'os.system', args: ['echo'] }),
      'model-pickle-refused',
      /a\.pth asks for os\.system to be run/,
    ],
    [
      'that is a whole module',
      write(head, { call: 'torchvision.models.vgg.VGG', args: [] }),
      'model-pickle-refused',
      /torchvision\.models\.vgg\.VGG/,
    ],
    [
      'with a tensor outside its storage',
      write({ ...head, 'classifier.bias': { shape: [2], offset: 1, bytes: bytesOf(bias) } }),
      'model-file-damaged',
      /classifier\.bias lies outside its storage/,
    ],
    [
      'with a tensor of endless size',
      write({ ...head, 'classifier.bias': { shape: [2 ** 40, 2 ** 40], bytes: bytesOf(bias) } }),
      'model-file-damaged',
      /outside its storage/,
    ],
    [
      'of float64',
      write({ ...head, 'classifier.bias': { shape: [2], storage: 'DoubleStorage', count: 2, bytes: new Uint8Array(16) } }),
      'model-tensor-type',
      /classifier\.bias .* float64/,
    ],
    ['of a list', write(head, [1, 2, 3]), 'model-other-architecture', /holds no tensors/],
    ['of nonsense', write(head, { raw: [0xff] }), 'model-file-damaged', /what no pickle holds/],
  ])('refuses one %s', async (__, bytes, code, words) => {
    await expect(read(bytes)).rejects.toMatchObject(refusal(code, words));
  });
});

describe('a PyTorch file that is damaged', () => {
  it.each<[string, Uint8Array, string, RegExp]>([
    ['a machine of another order', writeZip(torchEntries(head, { byteOrder: 'big' })), 'model-file-big-endian', /big-endian/],
    ['an old machine of another order', legacyFile(head, { isLittle: false }), 'model-file-big-endian', /big-endian/],
    [
      'a ZIP without a storage',
      writeZip(torchEntries(head).filter(({ path }) => !path.endsWith('data/1'))),
      'model-file-damaged',
      /storage of classifier\.bias is not in it/,
    ],
    [
      'a ZIP with a short storage',
      writeZip(torchEntries({ ...head, 'classifier.bias': { shape: [2], count: 2, bytes: new Uint8Array(4) } })),
      'model-file-damaged',
      /shorter than it says/,
    ],
    [
      'a ZIP whose pickle is cut',
      writeZip(
        torchEntries(head).map((file) => (file.path.endsWith('.pkl') ? { ...file, content: file.content.slice(0, 50) } : file)),
      ),
      'model-file-damaged',
      /list of tensors ends too early/,
    ],
    ['a ZIP that is cut', writeZip(torchEntries(head)).subarray(0, 100_000), 'model-file-truncated', /at its end, is missing/],
    ['an old file that is cut in its weights', legacyFile(head).subarray(0, 150_000), 'model-file-truncated', /is not all there/],
    ['an old file that is cut in its list', legacyFile(head).subarray(0, 200), 'model-file-truncated', /ends within its list/],
    ['a plain pickle', writePickle([1, 2]), 'model-file-unknown', /a\.pth is no model/],
    [
      'a plain pickle that would run something',
      writePickle({ call: 'builtins.eval', args: ['1'] }),
      'model-pickle-refused',
      /builtins\.eval/,
    ],
  ])('is told: %s', async (_, bytes, code, words) => {
    await expect(read(bytes)).rejects.toMatchObject(refusal(code, words));
  });

  it('is found inside another ZIP, packed or not', async () => {
    const inner = writeZip(torchEntries(head, { folder: 'vgg/' }));
    for (const stored of [true, false]) {
      const file = writeZip([
        { path: 'work/vgg.pth', content: inner, stored },
        { path: 'readme.txt', content: 'x' },
      ]);
      expect((await read(file, 'work.zip')).head?.bias).toEqual(bias);
    }
  });

  it('reads a view that torch before 0.4 wrote', async () => {
    const [key, whole] = ['0', 2 * featureCount + 2];
    const part = (from: number, count: number): Python => ({
      persistent: { tuple: ['storage', { global: 'torch.FloatStorage' }, key, 'cpu', whole, { tuple: ['v', from, count] }] },
    });
    const rebuild = (storage: Python, shape: readonly number[], strides: readonly number[]): Python => ({
      call: 'torch._utils._rebuild_tensor',
      args: [storage, 0, { tuple: shape }, { tuple: strides }],
    });
    const root = new Map<Python, Python>([
      ['classifier.weight', rebuild(part(0, 2 * featureCount), [2, featureCount], [featureCount, 1])],
      ['classifier.bias', rebuild(part(2 * featureCount, 2), [2], [1])],
    ]);
    const both = { shape: [whole], bytes: bytesOf(new Float32Array([...weight, ...bias])) };
    const model = await read(legacyFile({ both }, { root }));
    expect([model.head?.weight, model.head?.bias]).toEqual([weight, bias]);
  });
});
