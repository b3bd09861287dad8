import { estimateTraining, type DevicePace } from './estimate';
import { augmentationOf, unfrozenConvs, type RunConfig } from './run-config';
import type { SplitCounts } from './split';
import { backboneParameterCount, convLayers, inputSize, vggLayers, type ConvLayer } from './vgg16';

interface ConvCost {
  /** Multiplications for one picture. */
  readonly work: number;
  readonly parameters: number;
  /** Values that come in and that go out, the latter before pooling. */
  readonly inValues: number;
  readonly outValues: number;
  /** Of a picture's input and output together once both are transformed for Winograd's F(4x4, 3x3): 36 a tile and channel. */
  readonly transformedValues: number;
}

/** Layers of large filters are transformed whole; the others tile by tile, which takes next to nothing. */
function isLarge({ inChannels, outChannels }: ConvLayer): boolean {
  return inChannels * outChannels >= 512 * 256;
}

function createCosts(): ConvCost[] {
  const costs: ConvCost[] = [];
  let side = inputSize;
  for (const layer of vggLayers) {
    if (layer.kind === 'pool') side /= 2;
    if (layer.kind !== 'conv') continue;
    const { inChannels, outChannels } = layer;
    costs.push({
      work: side * side * inChannels * outChannels * 9,
      parameters: inChannels * outChannels * 9 + outChannels,
      inValues: side * side * inChannels,
      outValues: side * side * outChannels,
      transformedValues: isLarge(layer) ? 2 * 36 * Math.ceil(side / 4) ** 2 * Math.max(inChannels, outChannels) : 0,
    });
  }
  return costs;
}

const costs = createCosts();

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

const wholeWork = sum(costs.map(({ work }) => work));

function lastConvs(count: number): readonly ConvCost[] {
  return count === 0 ? [] : costs.slice(-count);
}

/** Parameters of the last so many convolutions. */
export function countUnfrozenParameters(convs: number): number {
  return convs === convLayers.length ? backboneParameterCount : sum(lastConvs(convs).map(({ parameters }) => parameters));
}

/** A training step of a convolution: forwards, and the gradients by filter and by input, each about as much again. */
const stepOverForward = 3;

export type MovingSettings = Pick<
  RunConfig,
  'way' | 'unfreeze' | 'augmentation' | 'epochs' | 'batchSize' | 'headWarmupEpochs' | 'optimizer'
>;

/**
 * Seconds of a run whose pictures pass through convolutions in every epoch: fine-tuning, and frozen features with augmentation. `held`: of
 * validation and test together, how many features are held already; it counts for frozen features only.
 * What is frozen is computed once a picture unless chance changes the picture; nothing passes backwards beyond the first trained one.
 */
export function estimateMovingRun(
  { train, val, test }: SplitCounts,
  settings: MovingSettings,
  { secondsPerPicture, secondsPerStep }: DevicePace,
  held = 0,
): number {
  const trained = lastConvs(unfrozenConvs(settings));
  const isAugmented = augmentationOf(settings) !== null;
  const forward = (sum(trained.map(({ work }) => work)) / wholeWork) * secondsPerPicture;
  const boundary = secondsPerPicture - forward;
  const head = estimateTraining({ train, val, test }, settings, secondsPerStep);
  const { epochs } = settings;
  if (trained.length === 0) {
    const once = Math.max(0, val + test - held) * secondsPerPicture;
    return once + (isAugmented ? epochs : 1) * train * secondsPerPicture + head;
  }
  const firstBackward = ((trained[0]?.work ?? 0) / wholeWork) * secondsPerPicture;
  const learning = stepOverForward * forward - firstBackward;
  const warmup = Math.min(settings.headWarmupEpochs, epochs);
  const frozen = (val + test + (isAugmented ? epochs : 1) * train) * boundary;
  const moving = train * (warmup * forward + (epochs - warmup) * learning);
  const checks = (epochs * val + val + test) * forward;
  return frozen + moving + checks + head;
}

/** Share of a map's values that are not zero after ReLU, roughly. */
const denseShare = 0.5;
const bytesPerValue = 4;
/** Weights, gradients and the optimizer's moments. */
const copies: Readonly<Record<RunConfig['optimizer'], number>> = { sgd: 3, adam: 4, adamw: 4 };
/** A 3 x 3 filter is 6 x 6 once transformed for Winograd's F(4x4, 3x3). */
const transformedPerFilter = 4;

/**
 * Bytes that fine-tuning takes beside the weights' files: the trained convolutions with their optimizer, a batch's maps, and the maps
 * before the first trained convolution of all pictures. The device may pass a batch in parts, and hold fewer maps; then it is less.
 */
export function estimateFineTuneBytes(pictures: number, settings: MovingSettings): number {
  const trained = lastConvs(unfrozenConvs(settings));
  const [first] = trained;
  if (first === undefined) return 0;
  const weights = sum(trained.map(({ parameters }) => parameters)) * copies[settings.optimizer];
  const filters = Math.max(...trained.map(({ parameters }) => parameters)) * transformedPerFilter;
  const maps = first.inValues + sum(trained.map(({ outValues }) => outValues));
  const transformed = Math.max(...trained.map(({ transformedValues }) => transformedValues));
  const isHeld = augmentationOf(settings) === null && trained.length < convLayers.length;
  const held = isHeld ? pictures * first.inValues * (denseShare + 1 / 32) : 0;
  return (weights + filters + (maps + transformed) * settings.batchSize + held) * bytesPerValue;
}
