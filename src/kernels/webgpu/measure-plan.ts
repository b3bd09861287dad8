import { convSteps, outBytes, tilesOf, type ConvStep } from '../wasm/network';
import { HeadstartError } from '../../domain/errors';
import { usage } from './flags';
import { allocate, createGpuMemory } from './gpu-memory';
import {
  defaultPlan,
  mayWinograd,
  needsSubgroups,
  programsOfLayer,
  type KernelPlan,
  type LayerPlan,
  type PlanOptions,
} from './kernel-plan';
import { filterBytesOf, picturesAtOnce, scratchBytes, singleSteps } from './memory-plan';
import { sizesBufferBytes, type Dispatch } from './pieces';
import type { Pipelines } from './pipelines';
import { multiplyKinds } from './programs/multiply-programs';
import { sizesBytes, writeSizes } from './programs/sizes';
import { createMaker, stepDispatches } from './schedule';

/** Milliseconds in all for the measurement at a first use. */
export const measureBudgetMs = 2000;

/** By how much a kernel must be faster than the default's to take its place: noise is no reason. */
const clearly = 0.9;

export interface MeasureClock {
  /** Milliseconds, steady. */
  now(): number;
  /** Resolves after so many milliseconds. */
  after(ms: number): Promise<void>;
}

export const browserClock: MeasureClock = {
  now: () => performance.now(),
  after: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** Milliseconds of one layer with a kernel. */
export type LayerCost = (layer: LayerPlan, at: number) => Promise<number>;

export interface MeasuredPlan {
  readonly plan: KernelPlan;
  /** False when the time was up before everything had been tried: what was not tried keeps its default. */
  readonly complete: boolean;
  readonly spentMs: number;
  /** What was found: torchvision's layer index, the kernel and the milliseconds of the batch's pictures. */
  readonly costs: readonly { readonly index: number; readonly kernel: string; readonly ms: number }[];
}

/** Layers of one shape, which are measured once. */
function shapes(): readonly { readonly step: ConvStep; readonly layers: readonly number[] }[] {
  const found = new Map<string, { step: ConvStep; layers: number[] }>();
  convSteps.forEach((step, at) => {
    const key = [step.size, step.inChannels, step.outChannels].join();
    const known = found.get(key) ?? { step, layers: [] };
    known.layers.push(at);
    found.set(key, known);
  });
  return [...found.values()];
}

function nameOf(layer: LayerPlan): string {
  return layer.kernel === 'direct' ? 'direct' : layer.multiply;
}

/** What may replace the default of a layer, likeliest first. */
function rivals(standard: KernelPlan, at: number, software: boolean): LayerPlan[] {
  const [own, step] = [standard.layers[at], convSteps[at]];
  if (own?.kernel !== 'winograd4' || step === undefined || !mayWinograd(step)) return [];
  const others: LayerPlan[] = multiplyKinds
    .filter((multiply) => (needsSubgroups(multiply) ? standard.subgroups : true))
    // A software adapter gains nothing by sharing memory, and loses time by trying.
    .filter((multiply) => !(software && multiply === 'shared') && !(standard.subgroups && multiply === 'plain8'))
    .filter((multiply) => multiply !== own.multiply)
    .filter((multiply) => multiply !== 'quad4' || tilesOf(step) <= 64) // gains only where eight columns are too many
    .map((multiply) => ({ kernel: 'winograd4', multiply }));
  // Thin layers move much for little arithmetic; a software adapter is short of arithmetic only.
  if (!software && step.inChannels <= 64) others.push({ kernel: 'direct' });
  return others;
}

/** Tries kernels layer by layer until the time is up, the default's first. Deterministic but for what `cost` and the clock say. */
export async function choosePlan(
  options: PlanOptions,
  cost: LayerCost,
  clock: MeasureClock,
  budgetMs = measureBudgetMs,
): Promise<MeasuredPlan> {
  const started = clock.now();
  const standard = defaultPlan(options);
  const layers = [...standard.layers];
  const costs: { index: number; kernel: string; ms: number }[] = [];
  let complete = true;
  const timeUp = clock.after(budgetMs).then(() => null);
  const tryOne = async (layer: LayerPlan, at: number, step: ConvStep) => {
    if (clock.now() - started >= budgetMs) return null;
    const ms = await Promise.race([cost(layer, at), timeUp]);
    if (ms !== null) costs.push({ index: step.index, kernel: nameOf(layer), ms });
    return ms;
  };
  // The deepest first: most of the work of a small batch, and the shapes that differ most between adapters.
  for (const { step, layers: same } of [...shapes()].reverse()) {
    const [at] = same;
    const own = at === undefined ? undefined : standard.layers[at];
    if (at === undefined || own === undefined) continue;
    const others = rivals(standard, at, options.software);
    if (others.length === 0) continue;
    const base = await tryOne(own, at, step);
    let best = { layer: own, ms: base === null ? 0 : base * clearly };
    for (const layer of others) {
      const ms = base === null ? null : await tryOne(layer, at, step);
      if (ms === null) complete = false;
      else if (ms < best.ms) best = { layer, ms };
    }
    for (const place of same) layers[place] = best.layer;
  }
  return { plan: { ...standard, layers }, complete, spentMs: clock.now() - started, costs };
}

export interface MeasureOptions extends PlanOptions {
  readonly device: GPUDevice;
  readonly pipelines: Pipelines;
  readonly orFailure: <T>(promise: Promise<T>) => Promise<T>;
  readonly clock?: MeasureClock | undefined;
  readonly budgetMs?: number | undefined;
}

/** Milliseconds under which a measurement is repeated with four times the work. */
const tooShort = 3;

/**
 * Measures on this adapter which kernels are fastest, at most `budgetMs` long. Takes about 160 MB meanwhile; where there is no room,
 * the default plan comes back. The result is for `createGpuBackbone` and to be kept for the adapter. Rejects with `device-lost`.
 */
export async function measurePlan(options: MeasureOptions): Promise<MeasuredPlan> {
  const { device, pipelines, orFailure, clock = browserClock } = options;
  const standard = defaultPlan(options);
  let stopped = false;
  const memory = createGpuMemory(device);
  const scratch = scratchBytes(standard);
  const storage = usage.storage;
  const columns64 = 1.25; // other products round columns up further than the default's
  try {
    const most = Math.max(...convSteps.map((step, at) => outBytes(step) * (at < singleSteps ? 1 : standard.batch)));
    const taken = await allocate(
      device,
      memory,
      () => ({
        x: memory.create('measured input', most, storage),
        y: memory.create('measured output', most, storage),
        v: memory.create('measured v', scratch.v * columns64, storage),
        m: memory.create('measured m', scratch.m * columns64, storage),
        filters: memory.create(
          'measured filters',
          Math.max(...convSteps.map((step, at) => filterBytesOf(step, standard, at))),
          storage,
        ),
        nothing: memory.create('nothing', 4096, storage),
        sizes: memory.create(
          'sizes',
          sizesBufferBytes(device.limits.minUniformBufferOffsetAlignment),
          usage.uniform | usage.copyTarget,
        ),
      }),
      orFailure,
    );
    const maker = createMaker(device, pipelines, taken.sizes, sizesBytes);
    const words = new Uint32Array(sizesBytes / 4);
    const run = async ({ pipeline, buffers, groups: [x, y, z], cut, sizes }: Dispatch, count: number) => {
      if (stopped) return Infinity; // the time was up
      writeSizes(words, 0, sizes, 0);
      device.queue.writeBuffer(taken.sizes, 0, words);
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, buffers, [0]);
      if (cut === 'x') pass.dispatchWorkgroups(count, y, z);
      else pass.dispatchWorkgroups(x, y, count);
      pass.end();
      const started = clock.now();
      device.queue.submit([encoder.finish()]);
      await orFailure(device.queue.onSubmittedWorkDone());
      return clock.now() - started;
    };
    /** Milliseconds of a dispatch, from as small a part of it as can be measured. */
    const time = async (dispatch: Dispatch) => {
      const total = dispatch.groups[dispatch.cut === 'x' ? 0 : 2];
      let count = Math.max(1, Math.floor(total / 36));
      let ms = Math.min(await run(dispatch, count), await run(dispatch, count)); // drivers may compile at the first
      while (ms < tooShort && count < total) {
        count = Math.min(total, count * 4);
        ms = await run(dispatch, count);
      }
      return (Math.min(ms, await run(dispatch, count)) * total) / count;
    };
    const cost: LayerCost = async (layer, at) => {
      const step = convSteps[at];
      if (step === undefined) throw new RangeError(`there is no step ${at}`);
      const pictures = at < singleSteps ? 1 : picturesAtOnce(standard, at, standard.batch);
      const { size, inChannels, outChannels, pool } = step;
      await pipelines.compile(programsOfLayer(layer, pool));
      const place = (buffer: GPUBuffer) => ({ buffer, from: 0 });
      const dispatches = stepDispatches(
        maker,
        layer,
        { pictures, height: size, width: size, inChannels, outChannels, pool },
        place(taken.x),
        place(taken.y),
        { ...taken, biases: taken.nothing },
      );
      // Where only products compete, what is around them is the same.
      const competing =
        layer.kernel === 'winograd4' && (options.software || inChannels > 64) ? dispatches.slice(1, 2) : dispatches;
      let sum = 0;
      for (const dispatch of competing) sum += await time(dispatch);
      return sum;
    };
    return await choosePlan(options, cost, clock, options.budgetMs);
  } catch (error) {
    if (error instanceof HeadstartError && error.code === 'out-of-memory')
      return { plan: standard, complete: false, spentMs: 0, costs: [] };
    throw error;
  } finally {
    stopped = true;
    memory.destroyAll();
  }
}

/** Under what a measured plan is kept: another adapter or driver needs another. The number changes with the kernels. */
export function planKey({
  vendor,
  architecture,
  device,
  description,
}: Pick<GPUAdapterInfo, 'vendor' | 'architecture' | 'device' | 'description'>): string {
  return ['1', vendor, architecture, device, description].map((part) => encodeURIComponent(part)).join('|');
}
