import { describe, expect, it } from 'vitest';
import { featureCount } from '../../../domain/vgg16';
import { writeZip } from '../../../ingest/archive/testing/write-archives';
import { type ByteSource, memorySource } from '../byte-source';
import { readModelFile } from '../model-file';
import type { Companion } from '../model-place';
import { type FoundTensor } from '../tensor-values';
import { integer, message, node, tensor, text, vgg16Graph, writeOnnx, type WrittenGraph } from '../testing/write-onnx';
import { checkVgg16 } from '../vgg16-check';
import { openOnnx } from './onnx-file';

const never = new AbortController().signal;
const refusal = (code: string, words: RegExp) => ({ code, message: expect.stringMatching(words) as string });

/** Of two classes, as torch exports it; without a name that says anything. */
function withHead(change: Partial<{ nodes: number[][]; tensors: number[][] }> = {}): WrittenGraph {
  const { nodes, tensors, output } = vgg16Graph();
  const head = change.nodes ?? [
    node('Flatten', [output], 'flat', { axis: 1 }),
    node('Gemm', ['flat', 'W', 'B'], 'y', { transB: 1 }),
  ];
  const constants = change.tensors ?? [tensor('W', [2, featureCount]), tensor('B', [2])];
  return { nodes: [...nodes, ...head], tensors: [...tensors, ...constants] };
}

const open = (graph: WrittenGraph, beside: readonly Companion[] = []) =>
  openOnnx(memorySource(writeOnnx(graph), 'a.onnx'), beside, never);

async function outcome(opening: Promise<unknown>): Promise<unknown> {
  return opening.then(
    () => 'read',
    (thrown: unknown) => thrown,
  );
}

describe('openOnnx', () => {
  it('finds VGG-16 by its layers and names its tensors as torchvision does', async () => {
    const { tensors, headProblem } = await open(withHead());
    const { conv, head } = checkVgg16(tensors, 'a.onnx');
    expect([conv?.size, head?.weight.shape, head?.bias.shape, headProblem]).toEqual([26, [2, featureCount], [2], null]);
  });

  it('passes layers that change nothing, casts of constants and padding that is told in a word', async () => {
    const { nodes, tensors } = vgg16Graph((layers) => {
      layers.splice(2, 0, { type: 'Identity', attributes: {} }, { type: 'Dropout', attributes: {} });
    });
    const cast = node('Cast', ['half'], 'w0', { to: 1 });
    const renamed = tensors.map((one, at) => (at === 0 ? tensor('half', [64, 3, 3, 3], 10) : one));
    const found = await open({ nodes: [cast, ...nodes], tensors: renamed });
    expect(found.tensors.find(({ name }) => name === 'features.0.weight')).toMatchObject({
      type: 'float16',
      shape: [64, 3, 3, 3],
    });
    expect(checkVgg16(found.tensors, 'a').conv?.size).toBe(26);
  });

  const three = (values: readonly number[]) => message(9, [...new Uint8Array(Float32Array.from(values).buffer)]);
  const bytesOf = (value: number) => message(4, [...new Uint8Array(Float32Array.of(value).buffer)]);
  const scaled = (first: readonly number[][], std = three([0.229, 0.224, 0.225])) => {
    const { nodes, tensors } = vgg16Graph();
    const constants = [
      tensor('m', [1, 3, 1, 1], 1, three([0.485, 0.456, 0.406])),
      tensor('s', [3, 1, 1], 1, std),
      tensor('c', [], 1, bytesOf(255)),
      tensor('m255', [3], 1, three([123.675, 116.28, 103.53])),
      tensor('s255', [3], 1, three([58.395, 57.12, 57.375])),
    ];
    // The picture goes through them first, so the graph's own picture is the last of them.
    return open({ nodes: [...first, ...nodes], tensors: [...tensors, ...constants] });
  };

  it('reads the scaling that a network does itself, in decimals as people write them', async () => {
    const first = [
      node('Cast', ['bytes'], 'a', { to: 1 }),
      node('Div', ['a', 'c'], 'b'),
      node('Sub', ['b', 'm'], 'd'),
      node('Div', ['d', 's'], 'picture'),
    ];
    const scaling = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
    expect((await scaled(first)).told.scaling).toEqual(scaling);
    expect((await scaled([node('Sub', ['x', 'm'], 'd'), node('Div', ['d', 's'], 'picture')])).told.scaling).toEqual(scaling);
    expect((await scaled([node('Sub', ['x', 'm255'], 'd'), node('Div', ['d', 's255'], 'picture')])).told.scaling).toEqual(
      scaling,
    );
    expect((await open(withHead())).told.scaling).toBeNull();
  });

  it('refuses a network that changes pictures in another way, or scales them by nothing', async () => {
    const words = refusal('model-other-architecture', /before its first convolution there is Mul/);
    expect(await outcome(scaled([node('Mul', ['x', 'm'], 'picture')]))).toMatchObject(words);
    const first = [node('Sub', ['x', 'm'], 'd'), node('Div', ['d', 's'], 'picture')];
    expect(await outcome(scaled(first, three([1, 0, 1])))).toMatchObject(
      refusal('model-other-architecture', /in a way of its own/),
    );
  });

  it('takes weights that are Constant nodes', async () => {
    const { nodes, tensors } = vgg16Graph();
    const constant = [
      ...text(2, 'w0'),
      ...text(4, 'Constant'),
      ...message(5, [...text(1, 'value'), ...message(5, tensors[0] ?? [])]),
    ];
    expect(checkVgg16((await open({ nodes: [constant, ...nodes], tensors: tensors.slice(1) })).tensors, 'a').conv?.size).toBe(26);
  });

  it.each<[string, Parameters<typeof vgg16Graph>[0], RegExp]>([
    ['without convolutions', (layers) => layers.splice(0), /no convolutions/],
    ['with a convolution less', (layers) => layers.splice(0, 1), /has 12 convolutions, and VGG-16 has 13/],
    [
      'of VGG-19',
      (layers) => {
        const conv = layers[28];
        if (conv !== undefined) layers.push(conv, conv, conv);
      },
      /has 16 convolutions, as VGG-19 has/,
    ],
    [
      'with another activation',
      (layers) => {
        layers[1] = { type: 'LeakyRelu', attributes: {} };
      },
      /features\.1 is LeakyRelu, not Relu/,
    ],
    [
      'with mean pooling',
      (layers) => {
        layers[4] = { type: 'AveragePool', attributes: {} };
      },
      /features\.4 is AveragePool/,
    ],
    [
      'with pooling by three',
      (layers) => {
        layers[4] = { type: 'MaxPool', attributes: { kernel_shape: [3, 3], strides: [2, 2] } };
      },
      /features\.4 does not pool/,
    ],
    ['that ends before its last pooling', (layers) => layers.splice(30), /features\.30 is not there/],
    ...(
      [
        ['pads', [0, 0, 0, 0]],
        ['strides', [2, 2]],
        ['dilations', [2, 2]],
        ['group', 2],
        ['kernel_shape', [5, 5]],
      ] as const
    ).map(([name, value]): [string, Parameters<typeof vgg16Graph>[0], RegExp] => [
      `with other ${name}`,
      (layers) => {
        layers[5] = { ...layers[5], type: 'Conv', attributes: { ...layers[5]?.attributes, [name]: value } };
      },
      /features\.5 is no 3 x 3 convolution/,
    ]),
  ])('refuses a network %s', async (_, change, words) => {
    // What a layer's convolution makes of channels follows its place, so the shapes stay VGG-16's.
    expect(await outcome(open(vgg16Graph(change)))).toMatchObject(refusal('model-other-architecture', words));
  });

  it('names a convolution that has no bias as missing, and one whose weights are computed', async () => {
    const { nodes, tensors } = vgg16Graph();
    const { tensors: found } = await open({ nodes, tensors: tensors.slice(0, -1) });
    expect(() => checkVgg16(found, 'a.onnx')).toThrow(
      expect.objectContaining(refusal('model-tensors-missing', /features\.28\.bias/)),
    );
  });

  const { output } = vgg16Graph();
  const flat = node('Flatten', [output], 'flat', { axis: 1 });
  const W = tensor('W', [2, featureCount]);
  const turned = tensor('W', [featureCount, 2]);
  const B = tensor('B', [2]);
  it.each<[string, number[][], number[][]]>([
    ['a Gemm that is not transposed', [flat, node('Gemm', ['flat', 'W', 'B'], 'y')], [turned, B]],
    ['a product and a sum', [flat, node('MatMul', ['flat', 'W'], 'p'), node('Add', ['B', 'p'], 'y')], [turned, B]],
    [
      'a product by a transposed constant',
      [flat, node('Transpose', ['W'], 'Wt', { perm: [1, 0] }), node('MatMul', ['flat', 'Wt'], 'p'), node('Add', ['p', 'B'], 'y')],
      [W, B],
    ],
    [
      'a pooling of one by one and a reshape',
      [
        node('AveragePool', [output], 'a', { kernel_shape: [1, 1] }),
        node('Reshape', ['a', 's'], 'flat'),
        node('Gemm', ['flat', 'W', 'B'], 'y', { transB: 1 }),
      ],
      [W, B],
    ],
  ])('reads a head that is %s', async (_, nodes, tensors) => {
    const { tensors: found, headProblem } = await open(withHead({ nodes, tensors }));
    expect([checkVgg16(found, 'a').head?.weight.shape, headProblem]).toEqual([[2, featureCount], null]);
  });

  it.each<[string, number[][], RegExp]>([
    [
      'takes features in another order',
      [
        node('Transpose', [output], 't', { perm: [0, 2, 3, 1] }),
        node('Flatten', ['t'], 'flat'),
        node('Gemm', ['flat', 'W', 'B'], 'y', { transB: 1 }),
      ],
      /there is Transpose/,
    ],
    [
      'scales features and does not say so',
      [flat, node('Div', ['flat', 'n'], 'd'), node('Gemm', ['d', 'W', 'B'], 'y', { transB: 1 })],
      /there is Div/,
    ],
    ['takes other features', [node('Gemm', ['elsewhere', 'W', 'B'], 'y', { transB: 1 })], /does not take the features/],
    [
      'scales its weights',
      [flat, node('Gemm', ['flat', 'W', 'B'], 'y', { transB: 1, alpha: { float: 0.5 } })],
      /scales what it adds up/,
    ],
  ])('leaves out a head that %s', async (_, nodes, words) => {
    const { headProblem } = await open(withHead({ nodes }));
    expect(headProblem).toMatchObject(refusal('model-head-unusable', words));
  });

  it('knows ImageNet’s classifier of three layers', async () => {
    const nodes = [
      flat,
      node('Gemm', ['flat', 'W1', 'B1'], 'a', { transB: 1 }),
      node('Relu', ['a'], 'b'),
      node('Gemm', ['b', 'W2', 'B1'], 'c', { transB: 1 }),
      node('Relu', ['c'], 'd'),
      node('Gemm', ['d', 'W3', 'B3'], 'y', { transB: 1 }),
    ];
    const tensors = [
      tensor('W1', [4096, featureCount]),
      tensor('B1', [4096]),
      tensor('W2', [4096, 4096]),
      tensor('W3', [9, 4096]),
      tensor('B3', [9]),
    ];
    const { tensors: found } = await open(withHead({ nodes, tensors }));
    const { head, headProblem, ignored } = checkVgg16(found, 'a');
    expect([head, headProblem, ignored.length]).toEqual([null, null, 6]);
  });

  const damaged: [string, Uint8Array, string, RegExp][] = [
    ['cut in its graph', writeOnnx(withHead()).subarray(0, 900), 'model-file-truncated', /not all there/],
    ['with a field of a group', Uint8Array.from([8, 8, 0x3a, 1, 0x0b]), 'model-file-damaged', /list of layers/],
    [
      'with a number that does not end',
      Uint8Array.from([8, 8, 0x12, 1, 65, ...new Array<number>(12).fill(0xff)]),
      'model-file-damaged',
      /list of layers/,
    ],
    [
      'with a tensor of a negative side',
      writeOnnx({ nodes: [], tensors: [[...integer(1, 0).slice(0, 1), ...new Array<number>(9).fill(0xff), 1]] }),
      'model-file-damaged',
      /list of layers/,
    ],
  ];
  it.each(damaged)('refuses a file %s', async (_, bytes, code, words) => {
    expect(await outcome(readModelFile([memorySource(bytes, 'a.onnx')], () => undefined, never))).toMatchObject(
      refusal(code, words),
    );
  });
});

describe('values of an ONNX file', () => {
  const { nodes, tensors } = vgg16Graph();
  const biasAt = 1;
  const zeros = (length: number) => new Array<number>(length).fill(0);
  const floats = (count: number): number[] => [
    ...new Uint8Array(Float32Array.from({ length: count }, (_, at) => at + 0.25).buffer),
  ];
  const firstBias = async (values: readonly number[], type = 1, beside: readonly Companion[] = []): Promise<FoundTensor> => {
    const changed = tensors.map((one, at) => (at === biasAt ? tensor('b0', [64], type, values) : one));
    const found = (await open({ nodes, tensors: changed }, beside)).tensors.find(({ name }) => name === 'features.0.bias');
    if (found === undefined) throw new TypeError('no bias');
    return found;
  };
  const wanted = Float32Array.from({ length: 64 }, (_, at) => at + 0.25);

  it('are the same as raw bytes, as floats in one or more pieces, and as float16 in numbers', async () => {
    const raw = await firstBias(message(9, floats(64)));
    const packed = await firstBias([...message(4, floats(64).slice(0, 100)), ...message(4, floats(64).slice(100))]);
    expect([await raw.read(), await packed.read()]).toEqual([wanted, wanted]);
    // 1 and -2, the latter in three bytes.
    const half = await firstBias(message(5, Array.from({ length: 32 }, () => [0x80, 0x78, 0x80, 0x80, 0x03]).flat()), 10);
    expect((await half.read()).subarray(0, 4)).toEqual(Float32Array.of(1, -2, 1, -2));
    const brain = await firstBias(message(5, Array.from({ length: 64 }, () => [0x80, 0x7f]).flat()), 16);
    expect((await brain.read())[63]).toBe(1);
  });

  const companion = (bytes: Uint8Array): Companion => {
    const source = memorySource(bytes, 'weights.bin');
    return { baseName: 'weights.bin', size: bytes.length, open: () => Promise.resolve(source) };
  };
  const outside = (location: string, offset = '8', length = '256') => [
    ...Object.entries({ location, offset, length }).flatMap(([key, value]) => message(13, [...text(1, key), ...text(2, value)])),
    ...integer(14, 1),
  ];
  const data = Uint8Array.from([...zeros(8), ...floats(64)]);

  it('are found in a file that came along, by its name alone', async () => {
    for (const location of ['weights.bin', 'some/folder/weights.bin', '../../weights.bin'])
      expect(await (await firstBias(outside(location), 1, [companion(data)])).read()).toEqual(wanted);
  });

  it.each<[string, readonly number[], number, readonly Companion[], string, RegExp]>([
    [
      'lie in a file that did not come',
      outside('/etc/passwd'),
      1,
      [companion(data)],
      'model-data-elsewhere',
      /values of a\.onnx lie in passwd/,
    ],
    [
      'lie behind the end of the other file',
      outside('weights.bin', '64'),
      1,
      [companion(data)],
      'model-file-truncated',
      /weights\.bin/,
    ],
    [
      'are somewhere that is no number',
      outside('weights.bin', '-8'),
      1,
      [companion(data)],
      'model-file-damaged',
      /where its values lie/,
    ],
    ['are not as many as the shape', message(9, floats(63)), 1, [], 'model-file-damaged', /features\.0\.bias has not as many/],
    ['are absent', [], 1, [], 'model-file-damaged', /not as many/],
    ['are float64', message(9, floats(128)), 11, [], 'model-tensor-type', /float64/],
    [
      'are numbers of no float16',
      message(5, new Array<number>(64).fill(0xff).concat(1)),
      10,
      [],
      'model-file-damaged',
      /not as many/,
    ],
  ])('are refused where they %s', async (_, values, type, beside, code, words) => {
    expect(await outcome((await firstBias(values, type, beside)).read())).toMatchObject(refusal(code, words));
  });

  it('make the one model of two: the file that holds them, not the one that points to it', async () => {
    const main = writeOnnx({ nodes, tensors, metadata: { headstart: '{' } });
    const second = writeOnnx({ nodes, tensors: [tensor('b0', [64], 1, outside('model.onnx'))] });
    const files: ByteSource[] = [memorySource(second, 'second.onnx'), memorySource(main, 'model.onnx')];
    // It is the main one that is opened: what it says of itself is what is wrong.
    const words = refusal('model-file-damaged', /model\.onnx.*makes no sense/);
    expect(await outcome(readModelFile(files, () => undefined, never))).toMatchObject(words);
    const zip = writeZip([
      { path: 'x/second.onnx', content: second },
      { path: 'x/model.onnx', content: main, stored: true },
    ]);
    expect(await outcome(readModelFile([memorySource(zip, 'a.zip')], () => undefined, never))).toMatchObject(words);
  });
});
