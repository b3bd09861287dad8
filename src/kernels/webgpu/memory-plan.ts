import { featureCount, inputValues } from '../../domain/vgg16';
import { convSteps, outBytes, places, tilesOf, type ConvStep } from '../wasm/network';
import type { KernelPlan } from './kernel-plan';
import { columnsOf, type MultiplyKind } from './programs/multiply-programs';

/** Steps that work at 224 and 112 pixels: they pass picture by picture, the others with all pictures of the batch at once. */
export const singleSteps = 4;

/** Bytes on the device for one plan and batch, known before anything is taken. */
export interface MemoryPlan {
  readonly batch: number;
  readonly filters: number;
  /** V and M, each as large as the largest picture of a layer needs; and what lies between layers. */
  readonly scratch: number;
  readonly activations: number;
  /** Pixels of two batches, the scaling's table, sizes. */
  readonly staging: number;
  readonly total: number;
  /** The largest buffer: no more than `maxBufferSize` and `maxStorageBufferBindingSize` of the device. */
  readonly largest: number;
}

/** Columns of V and M for so many tiles. */
export function columnsFor(tiles: number, kind: MultiplyKind): number {
  const each = columnsOf(kind);
  return Math.ceil(tiles / each) * each;
}

/** Bytes of V and M for some pictures of a step. */
function transformedBytes(step: ConvStep, plan: KernelPlan, at: number, pictures: number): { v: number; m: number } {
  const layer = plan.layers[at];
  if (layer?.kernel !== 'winograd4')
    // The results before pooling lie where V would.
    return { v: step.pool ? pictures * step.size * step.size * step.outChannels * 4 : 0, m: 0 };
  const columns = columnsFor(tilesOf(step) * pictures, layer.multiply);
  return { v: places * columns * step.inChannels * 4, m: places * columns * step.outChannels * 4 };
}

export function filterBytesOf(step: ConvStep, plan: KernelPlan, at: number): number {
  return plan.layers[at]?.kernel === 'winograd4'
    ? places * step.inChannels * step.outChannels * 4
    : (step.inChannels * 9 + 1) * step.outChannels * 4;
}

/** Bytes of V and of M: what the largest layer needs for one picture. Smaller layers take several pictures at once in it. */
export function scratchBytes(plan: KernelPlan): { v: number; m: number } {
  const all = convSteps.map((step, at) => transformedBytes(step, plan, at, 1));
  return { v: Math.max(16, ...all.map(({ v }) => v)), m: Math.max(16, ...all.map(({ m }) => m)) };
}

/** Pictures of a step that fit the scratch at once. */
export function picturesAtOnce(plan: KernelPlan, at: number, pictures: number): number {
  const step = convSteps[at];
  if (step === undefined) throw new RangeError(`there is no step ${at}`);
  const scratch = scratchBytes(plan);
  let most = pictures;
  while (most > 1) {
    const { v, m } = transformedBytes(step, plan, at, most);
    if (v <= scratch.v && m <= scratch.m) break;
    most -= 1;
  }
  return most;
}

/** Bytes of the two buffers of a single picture, and a picture's share of the two that hold all. A step reads one and writes the other. */
export function activationBytes(): { single: [number, number]; all: [number, number] } {
  const single: [number, number] = [0, 0];
  const all: [number, number] = [0, 0];
  convSteps.forEach((step, at) => {
    const pair = at < singleSteps - 1 ? single : all;
    const side = outSide(at);
    pair[side] = Math.max(pair[side], outBytes(step));
  });
  return { single, all };
}

/** Which of its pair a step writes. */
export function outSide(at: number): 0 | 1 {
  return at < singleSteps ? ((at === singleSteps - 1 ? 0 : at % 2) as 0 | 1) : (((at + 1) % 2) as 0 | 1);
}

export const tableBytes = 3 * 256 * 4;

export function memoryPlan(plan: KernelPlan, sizesBufferBytes: number): MemoryPlan {
  const { batch } = plan;
  const filterSizes = convSteps.map((step, at) => filterBytesOf(step, plan, at));
  const biases = convSteps.reduce((sum, { outChannels }) => sum + outChannels * 4, 0);
  const filters = filterSizes.reduce((sum, bytes) => sum + bytes, biases);
  const { v, m } = scratchBytes(plan);
  const { single, all } = activationBytes();
  const activations = single[0] + single[1] + (all[0] + all[1]) * batch + inputValues * 4;
  const staging = 2 * inputValues * batch + tableBytes + sizesBufferBytes + featureCount * 4 * batch;
  return {
    batch,
    filters,
    scratch: v + m,
    activations,
    staging,
    total: filters + v + m + activations + staging,
    largest: Math.max(...filterSizes, v, m, all[0] * batch, all[1] * batch, ...single),
  };
}

/** The largest batch up to the plan's whose buffers the device allows; 0 when not even one picture's do. */
export function allowedBatch(
  plan: KernelPlan,
  limits: Pick<GPUSupportedLimits, 'maxBufferSize' | 'maxStorageBufferBindingSize'>,
): number {
  const most = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
  let batch = plan.batch;
  while (batch > 0 && memoryPlan({ ...plan, batch }, 0).largest > most) batch = Math.floor(batch / 2);
  return batch;
}
