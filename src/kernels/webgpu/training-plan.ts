import { featureCount, inputSize, inputValues } from '../../domain/vgg16';
import { momentsOf, type TrainerMemory, type TrainerOptimizer } from '../backbone-trainer';
import { convSteps, outBytes, places, tilesOf, type ConvStep } from '../wasm/network';
import { columnsFor, tableBytes } from './memory-plan';
import { columnsOf, type MultiplyKind } from './programs/multiply-programs';
import { squaresGroups } from './programs/sum-programs';

export interface GpuTrainerRequest {
  /** How many of the last convolutions are trained, 1 to 13; block 5 is 3. */
  readonly unfrozen: number;
  /** Pictures that the caller would like to pass at once. */
  readonly batch: number;
  readonly optimizer: TrainerOptimizer;
  readonly multiply: MultiplyKind;
  /** Bytes that all buffers together should not exceed: fewer pictures pass at once. */
  readonly budget?: number | undefined;
  /** What one buffer may take, bytes. */
  readonly mostBuffer?: number | undefined;
  /** Bytes of the buffer of sizes. */
  readonly sizes?: number | undefined;
}

/** Where a trained step's tensors lie, in floats from the start of the weights (and of the gradients, and of each moment). */
interface StepTensors {
  readonly weight: number;
  readonly bias: number;
}

/** What the buffers of training take, bytes where nothing else is said; known before anything is taken. */
export interface GpuTrainerPlan extends TrainerMemory {
  readonly multiply: MultiplyKind;
  /** Floats of all trained tensors. */
  readonly length: number;
  /** One a step; null where frozen. */
  readonly tensors: readonly (StepTensors | null)[];
  /** 8-bit pixels and the table of their values; only where the very first step is trained. */
  readonly pixels: number;
  /** Each step's input after ReLU and pooling, and at the end the features; its gradient later takes its place. 0 where frozen. */
  readonly maps: readonly number[];
  /** Where each pooled value came from, a byte a value; 0 for a step without pooling. */
  readonly picks: readonly number[];
  /** A result before pooling, and its gradient. */
  readonly spread: number;
  /** Transformed filters; in a gradient by filter its 36 products. */
  readonly filters: number;
  /** V, and as much for M. */
  readonly transformed: number;
  /** The largest buffer. */
  readonly largest: number;
}

/** The product reads rows by sixteen. */
const rowStep = 16;
/** V, and M, of pictures that pass at once. */
const wantedTransformed = 32 * 2 ** 20;

/** Rows of V for a sum over so many tiles. */
export function rowsFor(tiles: number): number {
  return Math.ceil(tiles / rowStep) * rowStep;
}

type Channels = Pick<ConvStep, 'inChannels' | 'outChannels'>;

/** The first layer is too thin for Winograd forwards, and goes no further back. */
export function isDirect({ inChannels }: Pick<Channels, 'inChannels'>): boolean {
  return inChannels % rowStep !== 0;
}

/** Columns of the products of a gradient by filter. */
export function filterColumns({ inChannels }: Pick<Channels, 'inChannels'>, multiply: MultiplyKind): number {
  return Math.ceil(inChannels / columnsOf(multiply)) * columnsOf(multiply);
}

/** Bytes of V, and of M, whichever is larger, for so many tiles of a step forwards, backwards and in its gradient by filter. */
export function transformedBytes(step: Channels, tiles: number, multiply: MultiplyKind): number {
  const { inChannels, outChannels } = step;
  const through = isDirect(step) ? 0 : columnsFor(tiles, multiply) * Math.max(inChannels, outChannels);
  const summed = rowsFor(tiles) * Math.max(filterColumns(step, multiply), outChannels);
  return places * 4 * Math.max(through, summed);
}

/** Bytes of transformed filters in either direction, and of a gradient's products. */
export function filterBuffer(step: Channels, multiply: MultiplyKind): number {
  return places * 4 * step.outChannels * Math.max(step.inChannels, filterColumns(step, multiply));
}

/** Pictures of a step that pass at once. */
export function picturesTogether(plan: GpuTrainerPlan, step: ConvStep, pictures: number): number {
  let most = pictures;
  while (most > 1 && transformedBytes(step, tilesOf(step) * most, plan.multiply) > plan.transformed) most -= 1;
  return most;
}

/** Bytes of one picture's input to a step; the features for 13. */
function inputBytes(at: number): number {
  const step = convSteps[at];
  return step === undefined ? featureCount * 4 : step.size ** 2 * step.inChannels * 4;
}

function planFor(request: GpuTrainerRequest, microBatch: number): GpuTrainerPlan {
  const { unfrozen, optimizer, multiply, sizes = 0 } = request;
  const first = convSteps.length - unfrozen;
  const trained = convSteps.slice(first);
  let length = 0;
  const tensors = convSteps.map((step, at) => {
    if (at < first) return null;
    const weight = length;
    const bias = weight + step.inChannels * step.outChannels * 9;
    length = bias + step.outChannels;
    return { weight, bias };
  });
  const weightBytes = length * 4 * (2 + momentsOf[optimizer]);
  const pixels = first === 0 ? inputValues * microBatch : 0;
  const maps = Array.from({ length: convSteps.length + 1 }, (_, at) => (at < first ? 0 : inputBytes(at) * microBatch));
  const picks = convSteps.map((step, at) => (at >= first && step.pool ? (outBytes(step) / 4) * microBatch : 0));
  const spread = Math.max(...trained.map((step) => (step.pool ? step.size ** 2 * step.outChannels * 4 : 0))) * microBatch;
  const filters = Math.max(...trained.map((step) => filterBuffer(step, multiply)));
  const needOf = (pictures: number) =>
    Math.max(...trained.map((step) => transformedBytes(step, tilesOf(step) * pictures, multiply)));
  const transformed = Math.max(needOf(1), Math.min(needOf(microBatch), wantedTransformed));
  const all = (list: readonly number[]) => list.reduce((sum, bytes) => sum + bytes, 0);
  const mapBytes = pixels + (first === 0 ? tableBytes : 0) + all(maps) + all(picks) + spread;
  const workBytes = filters + 2 * transformed + sizes + squaresGroups * 4 + smallBytes;
  return {
    first,
    microBatch,
    optimizer,
    multiply,
    bytes: weightBytes + mapBytes + workBytes,
    weightBytes,
    mapBytes,
    workBytes,
    length,
    tensors,
    pixels,
    maps,
    picks,
    spread,
    filters,
    transformed,
    largest: Math.max(length * 4, pixels, ...maps, spread, filters, transformed),
  };
}

/** The flag, and what stands where a program has no second input or an optimizer no second moment. */
export const flagBytes = 4;
export const nothingBytes = 16;
const smallBytes = flagBytes + 2 * nothingBytes;

/** Pixels of a side of the first map. */
export const pixelSide = inputSize;

/**
 * The buffers of training, known before anything starts: as many pictures at once, up to `batch`, as stay within `budget` and `mostBuffer`,
 * and one where even one does not. Throws a RangeError for a number of convolutions that VGG-16 does not have.
 */
export function gpuTrainerPlan(request: GpuTrainerRequest): GpuTrainerPlan {
  const { unfrozen, batch, budget = Infinity, mostBuffer = Infinity } = request;
  if (!Number.isInteger(unfrozen) || unfrozen < 1 || unfrozen > convSteps.length)
    throw new RangeError(`cannot train the last ${unfrozen} convolutions of ${convSteps.length}`);
  const most = Math.max(1, Math.floor(batch));
  let plan = planFor(request, most);
  while ((plan.bytes > budget || plan.largest > mostBuffer) && plan.microBatch > 1) plan = planFor(request, plan.microBatch - 1);
  // As even parts as the same number of passes allows: 8 in parts of 5 and 3 would need the memory of 5 for the time of 4 and 4.
  return planFor(request, Math.ceil(most / Math.ceil(most / plan.microBatch)));
}
