import { featureCount, inputSize, inputValues } from '../../domain/vgg16';
import { momentsOf, type TrainerMemory, type TrainerOptimizer } from '../backbone-trainer';
import { convSteps, outBytes, places, tilesOf, type ConvStep } from './network';
import { planeBytes, type Scratch } from './shares';

export interface TrainerRequest {
  /** How many of the last convolutions are trained, 1 to 13; block 5 is 3. */
  readonly unfrozen: number;
  /** Pictures that the caller would like to pass at once. */
  readonly batch: number;
  readonly threads: number;
  readonly optimizer: TrainerOptimizer;
  /** Bytes that the memory should not exceed: fewer pictures pass at once. */
  readonly budget?: number | undefined;
}

/** Where a trained step's tensors lie, in floats from the start of the weights (and of the gradients, and of each moment). */
export interface StepTensors {
  readonly weight: number;
  readonly bias: number;
}

/** Tiles that pass together through a gradient by filter, and how they lie. */
export interface FilterGradientPlan {
  readonly tiles: number;
  readonly vRow: number;
  readonly vPlane: number;
  readonly wPanel: number;
  readonly wPlane: number;
}

/** Where everything lies in the trainer's memory, a multiple of 64 KiB; addresses and sizes in bytes where nothing else is said. */
export interface TrainerPlan extends TrainerMemory {
  readonly threads: number;
  readonly control: number;
  readonly scale: number;
  /** Floats of all trained tensors. */
  readonly length: number;
  /** One a step; null where frozen. */
  readonly tensors: readonly (StepTensors | null)[];
  readonly weights: number;
  readonly gradients: number;
  readonly moments: readonly number[];
  /** 8-bit pixels; only where the very first step is trained. */
  readonly pixels: number;
  /** Each step's input after ReLU and pooling, and at the end the last map; its gradient later takes its place. 0 where frozen. */
  readonly maps: readonly number[];
  /** Where each pooled value came from, a byte a value; 0 for a step without pooling. */
  readonly picks: readonly number[];
  /** A result before pooling, and its gradient. */
  readonly spread: number;
  /** Features in CHW order, and their gradient. */
  readonly features: number;
  /** Transformed filters; in a gradient by filter its 36 planes. */
  readonly u: number;
  readonly v: number;
  readonly m: number;
  /** Parts of sums. */
  readonly parts: number;
  readonly scratch: readonly Scratch[];
}

const line = 64;
const pageBytes = 65_536;
/** The transforms' own scratch, and a patch of 6 x 6 of all channels at an edge. */
const transformScratch = 1024 + places * 512 * 4;
/** The first layer's rows of pixels as floats. */
const firstScratch = 40 * (inputSize + 8) * 12;

/** Tiles and output channels of a job that does all three steps of a convolution at once. */
export const blockTiles = 28;
export const blockChannels = 64;
/** V and W of a gradient by filter where its own 36 planes are small. */
const chunkBytes = 32 * 2 ** 20;
/** From here on the filters are so large that each matrix should be read once a batch only. */
const largeFilter = 256 * 512;

/** Whether a convolution goes through shared V and M instead of a thread's own. */
export function isStaged({ inChannels, outChannels }: Pick<ConvStep, 'inChannels' | 'outChannels'>): boolean {
  return inChannels * outChannels >= largeFilter;
}

/** Between two of the 36 planes of transformed filters. */
export function filterPlane({ inChannels, outChannels }: ConvStep): number {
  return inChannels * outChannels * 4 + line;
}

export function filterGradientPlan(step: ConvStep, pictures: number): FilterGradientPlan {
  const { inChannels, outChannels } = step;
  const all = tilesOf(step) * pictures;
  const chunk = Math.max(1, Math.floor(chunkBytes / (places * (inChannels + outChannels) * 4)));
  const tiles = isStaged(step) ? all : Math.ceil(all / Math.ceil(all / chunk));
  const vRow = inChannels * 4 + line;
  const wPanel = tiles * 32 + line;
  return { tiles, vRow, vPlane: tiles * vRow + line, wPanel, wPlane: (outChannels / 8) * wPanel + line };
}

/** Parts of sums over pixels. */
export function sumParts(threads: number): number {
  return threads * 2;
}

/** Parts of a picture in the first layer's gradient: 32 rows each. */
export const firstParts = inputSize / 32;

/** Parts of the gradient's sum of squares, and jobs of an update. */
export function updateJobs(threads: number): number {
  return threads * 4;
}

/** Bytes of one picture's input to a step; the result of the last for 13. */
export function inputBytes(at: number): number {
  const step = convSteps[at];
  if (step !== undefined) return step.size ** 2 * step.inChannels * 4;
  return featureCount * 4;
}

function planFor({ unfrozen, threads, optimizer }: TrainerRequest, microBatch: number): TrainerPlan {
  let top = 1024;
  const take = (bytes: number): number => {
    const from = top;
    top += Math.ceil(bytes / line) * line;
    return from;
  };
  const first = convSteps.length - unfrozen;
  const trained = convSteps.slice(first);
  const control = take(256);
  const scale = take(3 * 256 * 4);

  let length = 0;
  const tensors = convSteps.map((step, at) => {
    if (at < first) return null;
    const weight = length;
    const bias = weight + step.inChannels * step.outChannels * 9;
    length = bias + step.outChannels;
    return { weight, bias };
  });
  const weightsFrom = top;
  const weights = take(length * 4);
  const gradients = take(length * 4);
  const moments = Array.from({ length: momentsOf[optimizer] }, () => take(length * 4));
  const mapsFrom = top;

  const pixels = first === 0 ? take(inputValues * microBatch) : 0;
  const maps = Array.from({ length: convSteps.length + 1 }, (_, at) =>
    at === 0 || at < first ? 0 : take(inputBytes(at) * microBatch),
  );
  const picks = convSteps.map((step, at) => (at >= first && step.pool ? take((outBytes(step) / 4) * microBatch) : 0));
  const spread = take(Math.max(...trained.map((step) => (step.pool ? step.size ** 2 * step.outChannels * 4 : 0))) * microBatch);
  const features = take(featureCount * 4 * microBatch);
  const workFrom = top;

  const convolved = trained.filter(({ inChannels }) => inChannels > 3);
  const most = (sizeOf: (step: ConvStep) => number) => Math.max(0, ...convolved.map(sizeOf));
  const stagedBytes = (channels: (step: ConvStep) => number) =>
    most((step) => (isStaged(step) ? places * planeBytes(tilesOf(step) * microBatch, channels(step)) : 0));
  const u = take(most((step) => places * filterPlane(step)));
  // Forwards V has the channels of the input and M those of the output, backwards the other way round.
  const staged = Math.max(
    stagedBytes((step) => step.inChannels),
    stagedBytes((step) => step.outChannels),
  );
  const v = take(
    Math.max(
      staged,
      most((step) => places * filterGradientPlan(step, microBatch).vPlane),
    ),
  );
  const m = take(
    Math.max(
      staged,
      most((step) => places * filterGradientPlan(step, microBatch).wPlane),
    ),
  );
  const parts = take(
    Math.max(
      ...trained.map(({ outChannels }) => sumParts(threads) * outChannels * 4),
      first === 0 ? microBatch * firstParts * 27 * (convSteps[0]?.outChannels ?? 0) * 4 : 0,
      updateJobs(threads) * 8,
    ),
  );
  const widest = most((step) => (isStaged(step) ? 0 : Math.max(step.inChannels, step.outChannels)));
  const ownV = widest === 0 ? 0 : places * planeBytes(blockTiles, widest);
  const ownM = widest === 0 ? 0 : places * planeBytes(blockTiles, blockChannels);
  const scratch = Array.from({ length: threads }, () => ({
    base: take(Math.max(transformScratch, firstScratch)),
    v: take(ownV),
    m: take(ownM + 4096),
  }));
  return {
    first,
    microBatch,
    threads,
    optimizer,
    bytes: Math.ceil(top / pageBytes) * pageBytes,
    weightBytes: mapsFrom - weightsFrom,
    mapBytes: workFrom - mapsFrom,
    workBytes: top - workFrom,
    control,
    scale,
    length,
    tensors,
    weights,
    gradients,
    moments,
    pixels,
    maps,
    picks,
    spread,
    features,
    u,
    v,
    m,
    parts,
    scratch,
  };
}

/** What one WebAssembly memory can hold, bytes. */
const mostBytes = 65_536 * pageBytes;

/**
 * The memory of training, known before anything starts: as many pictures at once, up to `batch`, as stay within `budget`, and one where
 * even one does not (then `bytes` says by how much). Throws a RangeError for a number of convolutions that VGG-16 does not have.
 */
export function trainerMemoryPlan(request: TrainerRequest): TrainerPlan {
  const { unfrozen, batch, budget = Infinity } = request;
  if (!Number.isInteger(unfrozen) || unfrozen < 1 || unfrozen > convSteps.length)
    throw new RangeError(`cannot train the last ${unfrozen} convolutions of ${convSteps.length}`);
  const most = Math.min(budget, mostBytes);
  let microBatch = Math.max(1, Math.floor(batch));
  let plan = planFor(request, microBatch);
  while (plan.bytes > most && microBatch > 1) plan = planFor(request, --microBatch);
  // As even parts as the same number of passes allows: 8 in parts of 5 and 3 would need the memory of 5 for the time of 4 and 4.
  return planFor(request, Math.ceil(batch / Math.ceil(batch / plan.microBatch)));
}
