import { convLayers } from '../../domain/vgg16';
import type { FoundTensor } from './tensor-values';

/** Torchvision's plain VGGs by the places of their convolutions. */
const plainVggs: readonly (readonly [name: string, places: string])[] = [
  ['VGG-11', '0,3,6,8,11,13,16,18'],
  ['VGG-13', '0,2,5,7,10,12,15,17,20,22'],
  ['VGG-19', '0,2,5,7,10,12,14,16,19,21,23,25,28,30,32,34'],
];

/** Convolutions of torchvision's VGGs with batch norm. */
const normedVggs: Readonly<Record<number, string>> = { 8: 'VGG-11', 10: 'VGG-13', 13: 'VGG-16', 16: 'VGG-19' };

/** Names that only one family of networks has. */
const families: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['a ResNet', /^layer[1-4]\.\d+\.conv[12]\.weight$/],
  ['a DenseNet', /^features\.denseblock\d/],
  ['a SqueezeNet', /^features\.\d+\.squeeze\.weight$/],
  ['an Inception network', /^(Mixed_\d|inception\d)/],
  ['a Vision Transformer', /(^|\.)(encoder\.layers|blocks)\.(encoder_layer_)?\d+\.(self_attention|attn)\./],
  ['a ConvNeXt', /^(features|stages)\.\d+\.(\d+|blocks)\..*(layer_scale|gamma|dwconv|conv_dw)/],
  ['an EfficientNet', /^(features\.\d+\.\d+\.block\.\d+\.(0|fc1)\.weight|blocks\.\d+\.\d+\.conv_(pw|dw|pwl)\.weight)$/],
  ['a MobileNet', /^features\.\d+\.(conv|block)\.\d+/],
  ['a language model', /(^|\.)(layers|h|layer)\.\d+\.(self_attn|attention|attn)\./],
  ['Keras’s VGG', /^block\d_conv\d/],
  ['a detector or a segmenter', /^(backbone|neck|roi_heads|rpn|decoder)\./],
];

const shownNames = 3;

/** Some names for a sentence: `a, b, c and 5 more`. */
export function listNames(names: readonly string[], most = shownNames): string {
  const shown = names.slice(0, most).map((name) => (name.length > 80 ? `${name.slice(0, 77)}…` : name));
  const rest = names.length - shown.length;
  return rest > 0 ? `${shown.join(', ')} and ${String(rest)} more` : shown.join(', ');
}

/**
 * What a model is, where its tensors' names and shapes tell that it is not VGG-16: the end of the sentence `… is not VGG-16: …`.
 * Null where they may be VGG-16's, whole or not.
 */
export function otherArchitecture(tensors: readonly Pick<FoundTensor, 'name' | 'shape'>[]): string | null {
  const names = tensors.map(({ name }) => name);
  const convolutions = tensors.filter(({ name, shape }) => /^features\.\d+\.weight$/.test(name) && shape.length === 4);
  if (names.some((name) => /^features\.\d+\.running_mean$/.test(name))) {
    const network = normedVggs[convolutions.length] ?? 'a network';
    return `it is ${network} with batch norm`;
  }
  const family = families.find(([, pattern]) => names.some((name) => pattern.test(name)));
  if (family !== undefined) return `it looks like ${family[0]}`;
  const places = convolutions.map(({ name }) => Number(name.split('.')[1])).sort((a, b) => a - b);
  const plain = plainVggs.find(([, indexes]) => indexes === places.join());
  if (plain !== undefined) return `it is ${plain[0]}, of ${String(places.length)} convolutions`;
  if (convolutions.some(({ shape }) => shape[2] === 11)) return 'it looks like AlexNet';
  const isOurs = (name: string) =>
    /^classifier\./.test(name) || convLayers.some(({ index }) => name.startsWith(`features.${String(index)}.`));
  if (names.some(isOurs)) return null;
  return names.length === 0 ? 'it holds no tensors' : `its tensors are called ${listNames(names)}`;
}
