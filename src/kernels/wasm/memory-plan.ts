import { featureCount, inputSize, inputValues } from '../../domain/vgg16';
import { convSteps, filterBytes, outBytes, places, tilesOf, type ConvStep } from './network';
import { planeBytes, type Scratch } from './phases';

/**
 * `kept`: every filter stays transformed (224 MiB). `layer-by-layer`: the deep layers' filters stay as they came and are transformed for
 * each batch into one place, for devices with little memory.
 */
export type FilterMode = 'kept' | 'layer-by-layer';

/** How a convolution is cut into jobs. */
export type StepPlan =
  /** All three steps a block of tiles; V and M are a thread's own. */
  | { readonly kind: 'block'; readonly tiles: number; readonly block: number }
  /** Three phases over shared V and M: each of the 36 filter matrices is read once a batch. */
  | { readonly kind: 'staged' };

/** Up to here (exclusive) pictures pass one by one: the maps are large and the filters small. From here on a batch passes together. */
export const firstBatchedStep = 4;

/** The steps whose filters are transformed anew in `layer-by-layer`. */
export function isRemade(step: ConvStep, mode: FilterMode): boolean {
  return mode === 'layer-by-layer' && step.outChannels >= 512;
}

export interface MemoryPlan {
  readonly mode: FilterMode;
  readonly batch: number;
  readonly threads: number;
  readonly half: boolean;
  /** All of it, a multiple of 64 KiB. */
  readonly bytes: number;
  /** Transformed filters, biases, and in `layer-by-layer` the filters as they came. */
  readonly filterBytes: number;
  /** Activations, V and M of a batch, pixels and features. */
  readonly batchBytes: number;
  /** All threads' scratch. */
  readonly scratchBytes: number;
  readonly control: number;
  readonly scale: number;
  readonly pixels: number;
  readonly features: number;
  /** One a step; 0 for the first. */
  readonly filters: readonly number[];
  readonly firstWeights: number;
  readonly biases: readonly number[];
  /** Filters as they came: where a step's lie while they are being transformed. */
  readonly sources: readonly number[];
  readonly steps: readonly StepPlan[];
  /** Results of the steps before `firstBatchedStep`: one picture's each in turn. */
  readonly picture: readonly [number, number];
  /** Results of the others and what they start from: a batch's. */
  readonly maps: readonly [number, number];
  readonly v: number;
  readonly m: number;
  readonly scratch: readonly Scratch[];
}

export interface MemoryRequest {
  readonly threads: number;
  readonly batch: number;
  readonly mode: FilterMode;
  /** Filters arrive as float16, else as float32. */
  readonly half: boolean;
  readonly planStep?: (step: ConvStep, batch: number) => StepPlan;
}

/** Measured in Chromium on a core with 2 MB of L2; V of a block and M of its channels fit there together with U where they can. */
export function defaultStepPlan(step: ConvStep): StepPlan {
  if (step.inChannels >= 256 && step.outChannels >= 512) return { kind: 'staged' };
  return { kind: 'block', tiles: 28, block: 64 };
}

const line = 64;
const pageBytes = 65_536;
/** The transforms' own scratch: two small tiles, and a patch of 6 x 6 of all channels at an edge. */
const transformScratch = 1024 + places * 512 * 4;
/** The first layer's rows of pixels as floats. */
const firstScratch = 40 * (inputSize + 8) * 12;

/** Where everything lies in one WebAssembly memory. */
export function memoryPlan({ threads, batch, mode, half, planStep = defaultStepPlan }: MemoryRequest): MemoryPlan {
  let top = 1024;
  const take = (bytes: number): number => {
    const from = top;
    top += Math.ceil(bytes / line) * line;
    return from;
  };
  const [first, ...rest] = convSteps;
  if (first === undefined) throw new RangeError('no layers');
  const control = take(256);
  const scale = take(3 * 256 * 4);
  const filtersFrom = top;
  const firstWeights = take(first.inChannels * 9 * first.outChannels * 4);
  const biases = convSteps.map(({ outChannels }) => take(outChannels * 4));
  const remade = rest.filter((step) => isRemade(step, mode));
  const shared = remade.length === 0 ? 0 : take(Math.max(...remade.map(filterBytes)));
  const filters = convSteps.map((step, at) => (at === 0 ? 0 : isRemade(step, mode) ? shared : take(filterBytes(step))));
  const rawBytes = (step: ConvStep) => step.inChannels * step.outChannels * 9 * (half ? 2 : 4);
  const passing = take(Math.max(...convSteps.filter((step) => !isRemade(step, mode)).map(rawBytes)));
  const sources = convSteps.map((step) => (isRemade(step, mode) ? take(rawBytes(step)) : passing));
  const filterEnd = top;

  const pixels = take(batch * inputValues);
  const features = take(batch * featureCount * 4);
  const steps = convSteps.map((step) => planStep(step, batch));
  const largest = (of: readonly ConvStep[], parity: number): number =>
    Math.max(0, ...of.filter((_, at) => at % 2 === parity).map(outBytes));
  const alone = convSteps.slice(0, firstBatchedStep - 1);
  const together = convSteps.slice(firstBatchedStep - 1);
  const picture = [take(largest(alone, 0)), take(largest(alone, 1))] as const;
  const maps = [take(batch * largest(together, 0)), take(batch * largest(together, 1))] as const;
  const staged = convSteps.filter((_, at) => steps[at]?.kind === 'staged');
  const v = take(Math.max(0, ...staged.map((step) => places * planeBytes(tilesOf(step) * batch, step.inChannels))));
  const m = take(Math.max(0, ...staged.map((step) => places * planeBytes(tilesOf(step) * batch, step.outChannels))));
  const batchEnd = top;

  const blocks = convSteps.map((step, at) => ({ step, plan: steps[at] }));
  const ownV = Math.max(0, ...blocks.map(({ step, plan }) => (plan?.kind === 'block' ? places * planeBytes(plan.tiles, step.inChannels) : 0)));
  const ownM = Math.max(0, ...blocks.map(({ plan }) => (plan?.kind === 'block' ? places * planeBytes(plan.tiles, plan.block) : 0)));
  const scratch = Array.from({ length: threads }, () => ({ base: take(Math.max(transformScratch, firstScratch)), v: take(ownV), m: take(ownM + 4096) }));
  return {
    mode, batch, threads, half, bytes: Math.ceil(top / pageBytes) * pageBytes,
    filterBytes: filterEnd - filtersFrom, batchBytes: batchEnd - filterEnd, scratchBytes: top - batchEnd,
    control, scale, pixels, features, filters, firstWeights, biases, sources, steps, picture, maps, v, m, scratch,
  };
}
