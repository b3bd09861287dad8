import type { Fit } from '../../domain/dataset';
import type { BackboneSource, ModelFileFormat, ModelOffer, PreprocessingDifference } from '../../domain/model-import';
import { convLayers } from '../../domain/vgg16';
import { formatRoughly } from '../charts/format';
import { countOf } from '../words';

const formatNames: Readonly<Record<ModelFileFormat, string>> = {
  safetensors: 'safetensors',
  pytorch: 'PyTorch',
  onnx: 'ONNX',
};

const fitNames: Readonly<Record<Fit, string>> = { crop: 'Crop', squash: 'Squash', pad: 'Pad' };

/** `the file vgg.pth (PyTorch)`, `the file a.safetensors`. */
export function describeSource(source: BackboneSource, host: string): string {
  if (source.kind === 'hub') return `${host}, ${source.repository}`;
  const { fileName, format } = source;
  return `the file ${fileName}${fileName.toLowerCase().endsWith(`.${format}`) ? '' : ` (${formatNames[format]})`}`;
}

/** Weight and bias of each convolution. */
const tensors = 2 * convLayers.length;

/** What the convolutions of a file are, beside those of the page. */
export function describeConvolutions({ backbone, precision }: ModelOffer): string {
  if (backbone === null) return 'none: it is a head alone, for the weights in force';
  const { isShipped, isInForce, otherTensors } = backbone;
  if (isShipped) {
    const rounded = precision.includes('float32') ? '' : `, as ${precision.join(' and ')}`;
    return `the same as the page’s own, value for value${rounded}`;
  }
  const inForce = isInForce ? '; they are in force already' : '';
  return `other values than the page’s own in ${String(otherTensors)} of ${String(tensors)} tensors${inForce}`;
}

const triple = (values: readonly number[], digits = 3): string => values.map((value) => value.toFixed(digits)).join(', ');

/** Both with as many digits as it takes to see that they differ. */
function contrast(theirs: readonly number[], own: readonly number[]): string {
  const digits = [3, 4, 5, 6].find((count) => triple(theirs, count) !== triple(own, count)) ?? 8;
  return `${triple(theirs, digits)} in place of ${triple(own, digits)}`;
}

/** `mean 0.485, 0.456, 0.406, deviation 0.229, 0.224, 0.225; read in the file`. */
export function describeScaling({ scaling, scalingFrom }: ModelOffer): string {
  const where = {
    file: 'as the file says',
    page: 'the page’s own, since the file does not say',
    torchvision: 'torchvision’s, since the file does not say: PyTorch’s weights are trained so',
  }[scalingFrom];
  return `mean ${triple(scaling.mean)}, deviation ${triple(scaling.std)}; ${where}`;
}

/** `float16; computed with as float32`. */
export function describePrecision(precision: readonly string[]): string {
  const names = precision.join(' and ');
  return names === 'float32' ? names : `${names}; computed with as float32`;
}

const imageNetClassifier = /^(classifier\.[036]|pre_logits\.fc[12]|head\.fc)\.(weight|bias)$/;
/** Names that a sentence holds. */
const mostNamed = 3;

/** What of the file is known and left aside; null where nothing is. */
export function describeIgnored(ignored: readonly string[]): string | null {
  if (ignored.length === 0) return null;
  if (ignored.every((name) => imageNetClassifier.test(name))) return 'ImageNet’s classifier for 1,000 classes';
  const named = ignored.slice(0, mostNamed).join(', ');
  return ignored.length > mostNamed ? `${named} and ${String(ignored.length - mostNamed)} more` : named;
}

/** One sentence for each thing that the page does otherwise than the weights were trained with. */
export function describeDifferences(differences: readonly PreprocessingDifference[]): string[] {
  const sentences: string[] = [];
  const parts = differences.flatMap((one) =>
    one.kind === 'mean' || one.kind === 'std'
      ? [`${one.kind === 'mean' ? 'the mean' : 'the deviation'} ${contrast(one.theirs, one.own)}`]
      : [],
  );
  if (parts.length > 0) {
    sentences.push(`Colours are scaled by ${parts.join(' and ')}. The page does so for these weights.`);
  }
  for (const one of differences) {
    if (one.kind === 'fit')
      sentences.push(
        `Its pictures were fitted by “${fitNames[one.theirs]}”; this project says “${fitNames[one.own]}”. ` +
          'Before you train on, choose the same under More settings, Picture fit.',
      );
    if (one.kind === 'resize')
      sentences.push(`Its pictures were made smaller by ${one.theirs}; here it is ${one.own}, so features differ a little.`);
  }
  return sentences;
}

/** Where the classes of a head stand beside those of the project; `named` as the person has them now. */
export function describeClasses(named: readonly string[], ofProject: readonly string[]): string {
  if (ofProject.length === 0) return 'This project has no classes yet. Training goes on from it on pictures of the same classes.';
  if (named.length === ofProject.length && named.every((name, at) => name === ofProject[at]))
    return 'The same classes as this project’s: training can go on from it.';
  const isSameSet = named.length === ofProject.length && new Set([...named, ...ofProject]).size === ofProject.length;
  return isSameSet
    ? 'The same classes as this project’s in another order: training can go on from it.'
    : `Other classes than this project’s (${ofProject.join(', ')}): it predicts, but training goes on only with the same classes.`;
}

/** Why classes cannot be called so; null where they can. */
export function problemOfNames(names: readonly string[]): string | null {
  const plain = names.map((name) => name.trim());
  const empty = plain.indexOf('');
  if (empty >= 0) return `Class ${String(empty)} has no name.`;
  const twice = plain.find((name, at) => plain.indexOf(name) !== at);
  return twice === undefined ? null : `Two classes are called “${twice}”.`;
}

export interface Taking {
  readonly offer: ModelOffer;
  readonly withHead: boolean;
  /** Title of the weights in force now; null: those that come with the page. */
  readonly inForce: string | null;
  /** Of the head that predicts now; null where there is none. */
  readonly headNumber: number | null;
  /** That the head in the file would get. */
  readonly nextNumber: number;
  /** Whose features a run would need; 0 where none are wanted. */
  readonly pictures: number;
  /** Null while nothing was measured. */
  readonly secondsPerPicture: number | null;
}

/** What changes once a model is taken, in sentences; none where nothing does. */
export function describeTaking(taking: Taking): string[] {
  const { offer, withHead, inForce, headNumber, nextNumber, pictures, secondsPerPicture } = taking;
  const { backbone } = offer;
  const changes = backbone !== null && !backbone.isInForce;
  const sentences: string[] = [];
  if (changes) {
    const title = backbone.isShipped ? 'The page’s own weights come' : `“${offer.title}” comes`;
    sentences.push(`${title} into force for this project, in place of ${inForce === null ? 'the page’s own' : `“${inForce}”`}.`);
    if (pictures > 0) sentences.push(describeFeatures(pictures, secondsPerPicture));
    if (headNumber !== null)
      sentences.push(`The head of run ${String(headNumber)} is set aside; it comes back when you go back to its weights.`);
  }
  if (withHead) {
    const place = headNumber === null || changes ? '' : `, in place of run ${String(headNumber)}’s`;
    sentences.push(`Its head becomes run ${String(nextNumber)} and predicts at once${place}.`);
  }
  return sentences;
}

function aboutTime(pictures: number, secondsPerPicture: number | null): string {
  return secondsPerPicture === null ? '' : `, about ${formatRoughly(pictures * secondsPerPicture)}`;
}

/** What becomes of features when a model comes into force. */
function describeFeatures(pictures: number, secondsPerPicture: number | null): string {
  const time = aboutTime(pictures, secondsPerPicture);
  return `Features of ${countOf(pictures, 'picture')} are made anew with them${time}; those of the former weights stay.`;
}

/** The same before anybody chose one of those that are here: what was made with them before may be kept. */
export function describeOtherFeatures(pictures: number, secondsPerPicture: number | null): string {
  const time = aboutTime(pictures, secondsPerPicture);
  return `With others the features of ${countOf(pictures, 'picture')} are made anew${time}, unless they are kept from before.`;
}
