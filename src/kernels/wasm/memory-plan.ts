import { featureCount, inputSize, inputValues } from '../../domain/vgg16';
import { convSteps, filterBytes, outBytes, places, tilesOf, type ConvStep } from './network';
import { planeBytes, type Scratch } from './shares';

/**
 * `kept`: every filter stays transformed (224 MiB). `layer-by-layer`: the deep layers' filters stay as they came and are transformed for
 * each batch into one place, for devices with little memory.
 */
export type FilterMode = 'kept' | 'layer-by-layer';

/**
 * Four pictures: the deepest layers have 16 tiles a picture, too few to pay for reading 36 MiB of filters each. Eight gain nothing more
 * (within 2 % in `npm run bench -- features`) and take 36 MiB.
 */
export const defaultBatch = 4;

/** How a convolution is cut into jobs. */
export type StepPlan =
  /** All three steps a block of tiles; V and M are a thread's own. */
  | { readonly kind: 'block'; readonly tiles: number; readonly block: number }
  /** Three phases over shared V and M: each of the 36 filter matrices is read once a batch. */
  | { readonly kind: 'staged' };

/** Consecutive steps that so many pictures pass together before the next stage. */
export interface Stage {
  readonly first: number;
  /** Inclusive. */
  readonly last: number;
  readonly pictures: number;
}

/** Where maps are large and filters small, pictures pass one by one; where filters are large, all of a batch. */
export function stagesOf(batch: number): readonly Stage[] {
  return [
    { first: 0, last: 3, pictures: 1 },
    { first: 4, last: 6, pictures: Math.min(batch, 4) },
    { first: 7, last: convSteps.length - 1, pictures: batch },
  ];
}

/** Which of a stage's two buffers holds a step's result: its input lies in the first (the very first stage has none), then they alternate. */
export function bufferOf({ first }: Stage, at: number): 0 | 1 {
  const inside = at - first + (first === 0 ? 0 : 1);
  return inside % 2 === 0 ? 0 : 1;
}

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
  readonly stages: readonly Stage[];
  /** Each stage's two buffers. All but the last stage's share their place with V and M, which only the last stage uses. */
  readonly buffers: readonly (readonly [number, number])[];
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
  const remadeSources = convSteps.map((step) => (isRemade(step, mode) ? take(rawBytes(step)) : null));
  const filterEnd = top;

  const pixels = take(batch * inputValues);
  const features = take(batch * featureCount * 4);
  const steps = convSteps.map((step) => planStep(step, batch));
  const stages = stagesOf(batch);
  const takeBuffers = (stage: Stage): readonly [number, number] => {
    const sizes: [number, number] = [0, 0];
    const before = convSteps[stage.first - 1];
    if (before !== undefined) sizes[0] = outBytes(before);
    // The last step of a stage writes into the next stage's buffer.
    const last = stage.last === convSteps.length - 1 ? stage.last : stage.last - 1;
    for (let at = stage.first; at <= last; at++) {
      const step = convSteps[at];
      const buffer = bufferOf(stage, at);
      if (step !== undefined) sizes[buffer] = Math.max(sizes[buffer], outBytes(step));
    }
    return [take(sizes[0] * stage.pictures), take(sizes[1] * stage.pictures)];
  };
  const lastBuffers = stages.slice(-1).map(takeBuffers);
  const common = top;
  const buffers = [...stages.slice(0, -1).map(takeBuffers), ...lastBuffers];
  const earlyEnd = top;
  top = common;
  const staged = convSteps.filter((_, at) => steps[at]?.kind === 'staged');
  const v = take(Math.max(0, ...staged.map((step) => places * planeBytes(tilesOf(step) * batch, step.inChannels))));
  const m = take(Math.max(0, ...staged.map((step) => places * planeBytes(tilesOf(step) * batch, step.outChannels))));
  const stagedEnd = top;
  top = common;
  // Filters that are about to be transformed pass through here before any picture does.
  const passing = take(Math.max(...convSteps.filter((step) => !isRemade(step, mode)).map(rawBytes)));
  top = Math.max(top, earlyEnd, stagedEnd);
  const sources = remadeSources.map((source) => source ?? passing);
  const batchEnd = top;

  const blocks = convSteps.map((step, at) => ({ step, plan: steps[at] }));
  const ownV = Math.max(
    0,
    ...blocks.map(({ step, plan }) => (plan?.kind === 'block' ? places * planeBytes(plan.tiles, step.inChannels) : 0)),
  );
  const ownM = Math.max(
    0,
    ...blocks.map(({ plan }) => (plan?.kind === 'block' ? places * planeBytes(plan.tiles, plan.block) : 0)),
  );
  const scratch = Array.from({ length: threads }, () => ({
    base: take(Math.max(transformScratch, firstScratch)),
    v: take(ownV),
    m: take(ownM + 4096),
  }));
  return {
    mode,
    batch,
    threads,
    half,
    bytes: Math.ceil(top / pageBytes) * pageBytes,
    filterBytes: filterEnd - filtersFrom,
    batchBytes: batchEnd - filterEnd,
    scratchBytes: top - batchEnd,
    control,
    scale,
    pixels,
    features,
    filters,
    firstWeights,
    biases,
    sources,
    steps,
    stages,
    buffers,
    v,
    m,
    scratch,
  };
}
