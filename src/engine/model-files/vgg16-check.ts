import { HeadstartError } from '../../domain/errors';
import { mostHeadClasses } from '../../domain/model-import';
import { convLayers, featureCount } from '../../domain/vgg16';
import { listNames, otherArchitecture } from './architecture-words';
import { stripPrefixes } from './tensor-names';
import { type FoundTensor, isReadable } from './tensor-values';

/** The 26 tensors of VGG-16's convolutions as torchvision names them, in their order, weight before bias; weights are OIHW. */
export const vgg16Shapes: ReadonlyMap<string, readonly number[]> = new Map<string, readonly number[]>(
  convLayers.flatMap(({ index, inChannels, outChannels }) => [
    [`features.${String(index)}.weight`, [outChannels, inChannels, 3, 3]] as const,
    [`features.${String(index)}.bias`, [outChannels]] as const,
  ]),
);

/** ImageNet's classifier as torchvision and as timm have it: the shape, where null is any length. */
const imageNetClassifier: ReadonlyMap<string, readonly (number | null)[]> = new Map([
  ['classifier.0.weight', [4096, featureCount]],
  ['classifier.0.bias', [4096]],
  ['classifier.3.weight', [4096, 4096]],
  ['classifier.3.bias', [4096]],
  ['classifier.6.weight', [null, 4096]],
  ['classifier.6.bias', [null]],
  ['pre_logits.fc1.weight', [4096, 512, 7, 7]],
  ['pre_logits.fc1.bias', [4096]],
  ['pre_logits.fc2.weight', [4096, 4096, 1, 1]],
  ['pre_logits.fc2.bias', [4096]],
  ['head.fc.weight', [null, 4096]],
  ['head.fc.bias', [null]],
]);

/** A head's two tensors; nothing of them is read yet. */
export interface FoundHead {
  /** `[classes, 25088]`. */
  readonly weight: FoundTensor;
  /** `[classes]`. */
  readonly bias: FoundTensor;
}

/** What of a file's tensors is used; all have the right shape and a readable type. */
export interface Vgg16Tensors {
  /** By torchvision's names, in the order of `vgg16Shapes`; null where the file has none: a head alone. */
  readonly conv: ReadonlyMap<string, FoundTensor> | null;
  readonly head: FoundHead | null;
  /** Why there is no head although the file has one; never beside a head, nor without convolutions. */
  readonly headProblem: HeadstartError | null;
  /** Tensors that are known and not used, as the file names them. */
  readonly ignored: readonly string[];
}

const shapeWords = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

function fits(shape: readonly number[], wanted: readonly (number | null)[]): boolean {
  return shape.length === wanted.length && wanted.every((side, at) => side === null || side === shape[at]);
}

/** The pair under this name, where both are there. */
function pairOf(tensors: ReadonlyMap<string, FoundTensor>, name: string): FoundHead | null {
  const [weight, bias] = [tensors.get(`${name}.weight`), tensors.get(`${name}.bias`)];
  return weight === undefined || bias === undefined ? null : { weight, bias };
}

/**
 * @throws HeadstartError `model-head-unusable`, `model-tensor-shape`, `model-tensor-type`
 */
function checkHead(tensors: ReadonlyMap<string, FoundTensor>, file: string): FoundHead {
  const unusable = (detail: string) => new HeadstartError('model-head-unusable', { name: file, detail });
  const stems = [...new Set([...tensors.keys()].map((name) => name.replace(/\.[^.]+$/, '')))];
  const [stem] = stems;
  if (stems.length !== 1 || stem === undefined)
    throw unusable(`it has ${String(stems.length)} layers with weights (${listNames(stems)}), and this page trains one`);
  const others = [...tensors.keys()].filter((name) => name !== `${stem}.weight` && name !== `${stem}.bias`);
  if (others.length > 0) throw unusable(`it holds ${listNames(others)}`);
  const pair = pairOf(tensors, stem);
  if (pair === null) throw unusable(`it has no ${tensors.has(`${stem}.weight`) ? 'bias' : 'weight'}`);
  const { weight, bias } = pair;
  const [classes, inputs] = weight.shape;
  if (weight.shape.length !== 2 || classes === undefined || inputs !== featureCount)
    throw new HeadstartError('model-tensor-shape', {
      name: file,
      tensor: weight.name,
      found: shapeWords(weight.shape),
      expected: `[classes, ${String(featureCount)}]`,
    });
  if (classes < 2) throw unusable(`it tells ${String(classes)} class apart`);
  if (classes > mostHeadClasses)
    throw unusable(`it has ${String(classes)} classes, and this page works with ${String(mostHeadClasses)} at most`);
  if (!fits(bias.shape, [classes]))
    throw new HeadstartError('model-tensor-shape', {
      name: file,
      tensor: bias.name,
      found: shapeWords(bias.shape),
      expected: shapeWords([classes]),
    });
  for (const tensor of [weight, bias]) checkType(tensor, file);
  return pair;
}

function checkType({ name, type }: FoundTensor, file: string): void {
  if (!isReadable(type)) throw new HeadstartError('model-tensor-type', { name: file, tensor: name, found: type });
}

function checkConvolutions(found: ReadonlyMap<string, FoundTensor>, file: string): ReadonlyMap<string, FoundTensor> {
  const missing = [...vgg16Shapes.keys()].filter((name) => !found.has(name));
  if (missing.length > 0)
    throw new HeadstartError('model-tensors-missing', { name: file, count: missing.length, names: listNames(missing) });
  const conv = new Map<string, FoundTensor>();
  for (const [name, expected] of vgg16Shapes) {
    const tensor = found.get(name);
    if (tensor === undefined) continue;
    if (!fits(tensor.shape, expected))
      throw new HeadstartError('model-tensor-shape', {
        name: file,
        tensor: tensor.name,
        found: shapeWords(tensor.shape),
        expected: shapeWords(expected),
      });
    checkType(tensor, file);
    conv.set(name, tensor);
  }
  return conv;
}

/**
 * Whether these are VGG-16's tensors, by names, shapes and types: the one check for files and for what comes from the Hub. Wrappers' prefixes
 * are taken off. A head that cannot be used is told beside convolutions that can; alone it is what is thrown.
 * @throws HeadstartError `model-other-architecture`, `model-tensors-missing`, `model-tensors-extra`, `model-tensor-shape`,
 * `model-tensor-type`, `model-head-unusable`
 */
export function checkVgg16(tensors: readonly FoundTensor[], file: string): Vgg16Tensors {
  const names = stripPrefixes(tensors.map(({ name }) => name));
  const named = tensors.map((tensor, at) => ({ tensor, name: names[at] ?? tensor.name }));
  const other = otherArchitecture(named.map(({ tensor: { shape }, name }) => ({ name, shape })));
  if (other !== null) throw new HeadstartError('model-other-architecture', { name: file, detail: other });

  const [features, classifier, known] = [new Map<string, FoundTensor>(), new Map<string, FoundTensor>(), new Set<string>()];
  const extra: string[] = [];
  // `classifier.0` of 4,096 outputs is a head of so many classes only where nothing comes after it.
  const hasMore = names.some((name) => name.startsWith('classifier.3.') || name.startsWith('classifier.6.'));
  for (const { name, tensor } of named) {
    const wanted = imageNetClassifier.get(name);
    if (vgg16Shapes.has(name)) features.set(name, tensor);
    else if (wanted !== undefined && fits(tensor.shape, wanted) && (hasMore || !name.startsWith('classifier.')))
      known.add(tensor.name);
    else if (name.startsWith('classifier.')) classifier.set(name, tensor);
    else extra.push(tensor.name);
  }
  const isHeadAlone = features.size === 0 && classifier.size > 0;
  if (!isHeadAlone) {
    // What is missing says more than what is there besides.
    const conv = checkConvolutions(features, file);
    if (extra.length > 0) throw new HeadstartError('model-tensors-extra', { name: file, names: listNames(extra) });
    if (classifier.size === 0) return { conv, head: null, headProblem: null, ignored: [...known] };
    try {
      return { conv, head: checkHead(classifier, file), headProblem: null, ignored: [...known] };
    } catch (thrown) {
      if (!(thrown instanceof HeadstartError)) throw thrown;
      return { conv, head: null, headProblem: thrown, ignored: [...known, ...[...classifier.values()].map(({ name }) => name)] };
    }
  }
  if (extra.length > 0) throw new HeadstartError('model-tensors-extra', { name: file, names: listNames(extra) });
  return { conv: null, head: checkHead(classifier, file), headProblem: null, ignored: [...known] };
}
