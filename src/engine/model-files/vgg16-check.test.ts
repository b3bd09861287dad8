import { describe, expect, it } from 'vitest';
import { featureCount } from '../../domain/vgg16';
import type { FoundTensor } from './tensor-values';
import { checkVgg16, vgg16Shapes } from './vgg16-check';

type Shapes = Readonly<Record<string, readonly number[]>>;

const vgg16: Shapes = Object.fromEntries(vgg16Shapes);
const head: Shapes = { 'classifier.weight': [3, featureCount], 'classifier.bias': [3] };

function found(shapes: Shapes, types: Readonly<Record<string, string>> = {}): FoundTensor[] {
  return Object.entries(shapes).map(([name, shape]) => ({
    name,
    shape,
    type: types[name] ?? 'float32',
    bytes: 0,
    read: () => Promise.reject(new Error('not to be read')),
  }));
}

const check = (shapes: Shapes, types?: Readonly<Record<string, string>>) => checkVgg16(found(shapes, types), 'a.pth');
const without = (shapes: Shapes, ...names: readonly string[]): Shapes =>
  Object.fromEntries(Object.entries(shapes).filter(([name]) => !names.includes(name)));
const renamed = (shapes: Shapes, prefix: string): Shapes =>
  Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [`${prefix}${name}`, shape]));

/** A plain VGG of torchvision's; 0 is a pooling. */
function vgg(plan: readonly number[], isNormed = false): Shapes {
  const shapes: Record<string, readonly number[]> = {};
  let [at, channels] = [0, 3];
  for (const out of plan) {
    if (out === 0) {
      at += 1;
      continue;
    }
    shapes[`features.${String(at)}.weight`] = [out, channels, 3, 3];
    shapes[`features.${String(at)}.bias`] = [out];
    if (isNormed)
      for (const part of ['weight', 'bias', 'running_mean', 'running_var']) shapes[`features.${String(at + 1)}.${part}`] = [out];
    at += isNormed ? 3 : 2;
    channels = out;
  }
  return shapes;
}

describe('checkVgg16', () => {
  it.each(['', 'module.', 'model.', '_orig_mod.module.', 'model._orig_mod.module.'])(
    'takes VGG-16 under the prefix “%s”',
    (prefix) => {
      const checked = check(renamed({ ...vgg16, ...head }, prefix));
      expect([...(checked.conv?.keys() ?? [])]).toEqual([...vgg16Shapes.keys()]);
      expect(checked.conv?.get('features.0.weight')?.name).toBe(`${prefix}features.0.weight`);
      expect(checked.head?.weight.shape).toEqual([3, featureCount]);
      expect([checked.headProblem, checked.ignored]).toEqual([null, []]);
    },
  );

  it('leaves a prefix that only some names have, as it belongs to them', () => {
    expect(() => check({ ...renamed(vgg16, 'model.'), ...head })).toThrow(
      expect.objectContaining({ code: 'model-tensors-extra' }),
    );
  });

  it.each<[string, Shapes]>([
    [
      'torchvision',
      {
        'classifier.0.weight': [4096, featureCount],
        'classifier.0.bias': [4096],
        'classifier.3.weight': [4096, 4096],
        'classifier.3.bias': [4096],
        'classifier.6.weight': [37, 4096],
        'classifier.6.bias': [37],
      },
    ],
    [
      'timm',
      {
        'pre_logits.fc1.weight': [4096, 512, 7, 7],
        'pre_logits.fc1.bias': [4096],
        'pre_logits.fc2.weight': [4096, 4096, 1, 1],
        'pre_logits.fc2.bias': [4096],
        'head.fc.weight': [1000, 4096],
        'head.fc.bias': [1000],
      },
    ],
  ])('knows ImageNet’s classifier as %s has it, and leaves it', (_, classifier) => {
    const checked = check({ ...vgg16, ...classifier });
    expect(checked).toMatchObject({ head: null, headProblem: null, ignored: Object.keys(classifier) });
    expect(checked.conv?.size).toBe(26);
  });

  it('takes a head that is a Sequential of one Linear, a head of 4,096 classes not being one', () => {
    expect(check({ ...vgg16, 'classifier.0.weight': [5, featureCount], 'classifier.0.bias': [5] }).head?.bias.shape).toEqual([5]);
    expect(check({ 'classifier.1.weight': [2, featureCount], 'classifier.1.bias': [2] })).toMatchObject({ conv: null });
  });

  it.each<[string, Shapes, Readonly<Record<string, string>>, string, RegExp]>([
    ['of one class', { 'classifier.weight': [1, featureCount], 'classifier.bias': [1] }, {}, 'model-head-unusable', /1 class/],
    [
      'of too many classes',
      { 'classifier.weight': [2001, featureCount], 'classifier.bias': [2001] },
      {},
      'model-head-unusable',
      /2001 classes.*2000 at most/,
    ],
    ['without a bias', { 'classifier.weight': [3, featureCount] }, {}, 'model-head-unusable', /no bias/],
    [
      'with a bias of another length',
      { ...head, 'classifier.bias': [4] },
      {},
      'model-tensor-shape',
      /classifier\.bias.*\[4\].*\[3\]/,
    ],
    [
      'on other features',
      { 'classifier.weight': [3, 512], 'classifier.bias': [3] },
      {},
      'model-tensor-shape',
      /\[3, 512\].*25088/,
    ],
    ['in float64', head, { 'classifier.weight': 'float64' }, 'model-tensor-type', /classifier\.weight.*float64/],
    [
      'of two layers',
      { 'classifier.1.weight': [256, featureCount], 'classifier.1.bias': [256], 'classifier.4.weight': [3, 256] },
      {},
      'model-head-unusable',
      /2 layers/,
    ],
    ['with something beside its weights', { ...head, 'classifier.scale': [1] }, {}, 'model-head-unusable', /classifier\.scale/],
  ])('tells a head %s beside convolutions that can be taken, and refuses it alone', (_, shapes, types, code, words) => {
    const beside = check({ ...vgg16, ...shapes }, types);
    expect(beside).toMatchObject({ head: null, headProblem: { code }, ignored: Object.keys(shapes) });
    expect(beside.headProblem?.message).toMatch(words);
    expect(beside.conv?.size).toBe(26);
    expect(() => check(shapes, types)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(words) as string }),
    );
  });

  const A = [64, 0, 128, 0, 256, 256, 0, 512, 512, 0, 512, 512, 0];
  const B = [64, 64, 0, 128, 128, 0, 256, 256, 0, 512, 512, 0, 512, 512, 0];
  const D = [64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0];
  const E = [64, 64, 0, 128, 128, 0, 256, 256, 256, 256, 0, 512, 512, 512, 512, 0, 512, 512, 512, 512, 0];
  it.each<[string, Shapes, RegExp]>([
    ['VGG-11', vgg(A), /it is VGG-11, of 8 convolutions/],
    ['VGG-13', renamed(vgg(B), 'module.'), /it is VGG-13, of 10/],
    ['VGG-19', { ...vgg(E), ...head }, /it is VGG-19, of 16/],
    ['VGG-16 with batch norm', vgg(D, true), /it is VGG-16 with batch norm/],
    ['VGG-11 with batch norm', vgg(A, true), /it is VGG-11 with batch norm/],
    [
      'a ResNet',
      { 'conv1.weight': [64, 3, 7, 7], 'layer1.0.conv1.weight': [64, 64, 3, 3], 'fc.weight': [10, 512] },
      /looks like a ResNet/,
    ],
    [
      'AlexNet',
      { 'features.0.weight': [64, 3, 11, 11], 'features.0.bias': [64], 'classifier.6.weight': [10, 4096] },
      /looks like AlexNet/,
    ],
    ['a DenseNet', { 'features.denseblock1.denselayer1.conv1.weight': [128, 64, 1, 1] }, /looks like a DenseNet/],
    ['a SqueezeNet', { 'features.3.squeeze.weight': [16, 96, 1, 1] }, /looks like a SqueezeNet/],
    ['a Vision Transformer', { 'blocks.0.attn.qkv.weight': [2304, 768] }, /looks like a Vision Transformer/],
    [
      'another thing',
      { 'lin.weight': [2, 2], 'lin.bias': [2], a: [1], b: [1], c: [1] },
      /called lin\.weight, lin\.bias, a and 2 more/,
    ],
    ['nothing', {}, /no tensors/],
  ])('says of %s what it is', (_, shapes, words) => {
    expect(() => check(shapes)).toThrow(
      expect.objectContaining({ code: 'model-other-architecture', message: expect.stringMatching(words) as string }),
    );
  });

  it.each<[string, Shapes, Readonly<Record<string, string>>, string, RegExp]>([
    ['a tensor is missing', without(vgg16, 'features.5.bias'), {}, 'model-tensors-missing', /lacks 1 .*: features\.5\.bias/],
    [
      'only what was trained came',
      { ...head, 'features.28.weight': [512, 512, 3, 3], 'features.28.bias': [512] },
      {},
      'model-tensors-missing',
      /lacks 24 .*features\.0\.weight, features\.0\.bias, features\.2\.weight and 21 more/,
    ],
    ['there is one too many', { ...vgg16, 'features.0.scale': [64] }, {}, 'model-tensors-extra', /features\.0\.scale/],
    ['another thing lies beside a head', { ...head, 'prelude.weight': [3] }, {}, 'model-tensors-extra', /prelude/],
    [
      'a shape is another',
      { ...vgg16, 'features.0.weight': [64, 1, 3, 3] },
      {},
      'model-tensor-shape',
      /\[64, 1, 3, 3\].*\[64, 3, 3, 3\]/,
    ],
    ['a type is another', vgg16, { 'features.7.weight': 'float64' }, 'model-tensor-type', /features\.7\.weight .*float64/],
  ])('refuses it where %s, by name', (_, shapes, types, code, words) => {
    expect(() => check(shapes, types)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(words) as string }),
    );
  });
});
