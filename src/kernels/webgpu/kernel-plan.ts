import * as v from 'valibot';
import { convSteps, type ConvStep } from '../wasm/network';
import { multiplyKinds, type MultiplyKind } from './programs/multiply-programs';
import type { ProgramName } from './pipelines';

const layerSchema = v.variant('kernel', [
  v.object({ kernel: v.literal('direct') }),
  v.object({ kernel: v.literal('winograd4'), multiply: v.picklist(multiplyKinds) }),
]);

const planSchema = v.object({
  version: v.literal(1),
  /** The only one so far: with V and U in float16 the features of photos are off by 3e-2 of their rms, with the last three layers' U alone by 2e-2. */
  precision: v.literal('float32'),
  subgroups: v.boolean(),
  batch: v.pipe(v.number(), v.integer(), v.minValue(1)),
  layers: v.pipe(v.array(layerSchema), v.length(convSteps.length)),
});

/** How one convolution is computed: as it is written, or by Winograd F(4 x 4, 3 x 3) with one of the products. */
export type LayerPlan = v.InferOutput<typeof layerSchema>;

/** What computes the features: plain, so that it can be kept for the adapter and recorded with a run. */
export type KernelPlan = Readonly<v.InferOutput<typeof planSchema>>;

/** A plan as it was kept; null when it is not one, or asks for what this device lacks. */
export function parseKernelPlan(kept: unknown, features: ReadonlySet<string>): KernelPlan | null {
  const { success, output } = v.safeParse(planSchema, kept);
  if (!success) return null;
  if (output.subgroups && !features.has('subgroups')) return null;
  if (!output.subgroups && output.layers.some((layer) => layer.kernel === 'winograd4' && needsSubgroups(layer.multiply)))
    return null;
  const fits = (layer: LayerPlan, at: number) => {
    const step = convSteps[at];
    return layer.kernel === 'direct' || (step !== undefined && mayWinograd(step));
  };
  return output.layers.every(fits) ? output : null;
}

export function needsSubgroups(kind: MultiplyKind): boolean {
  return kind === 'quad8' || kind === 'quad4';
}

/** Only the first layer, of three channels, is too thin for Winograd. */
export function mayWinograd({ inChannels, outChannels }: Pick<ConvStep, 'inChannels' | 'outChannels'>): boolean {
  return inChannels % 16 === 0 && outChannels % 16 === 0;
}

export interface PlanOptions {
  readonly batch?: number | undefined;
  /** Whether the device has them and they are wanted. */
  readonly subgroups: boolean;
  /** Whether the adapter is emulated on the processor: then nothing is gained by sharing memory. */
  readonly software: boolean;
}

/** A sane plan without any measurement. */
export function defaultPlan({ batch, subgroups, software }: PlanOptions): KernelPlan {
  const multiply: MultiplyKind = software ? (subgroups ? 'quad8' : 'plain8') : 'shared';
  return {
    version: 1,
    precision: 'float32',
    subgroups,
    batch: Math.max(1, Math.floor(batch ?? (software ? 4 : 8))),
    layers: convSteps.map((step) => (mayWinograd(step) ? { kernel: 'winograd4', multiply } : { kernel: 'direct' })),
  };
}

/** Names the arithmetic: two plans of one text give the same digits on one adapter. Neighbours that are alike are counted. */
export function describePlan({ precision, layers }: KernelPlan): string {
  const runs: { name: string; count: number }[] = [];
  for (const layer of layers) {
    const name = layer.kernel === 'direct' ? 'direct' : layer.multiply;
    const last = runs.at(-1);
    if (last?.name === name) last.count += 1;
    else runs.push({ name, count: 1 });
  }
  const kernel = layers.some((layer) => layer.kernel === 'winograd4') ? 'winograd4' : 'direct';
  return `headstart-webgpu ${kernel} ${precision} ${runs.map(({ name, count }) => `${name}x${count}`).join(' ')}`;
}

/** What has to be compiled for one layer of a plan. */
export function programsOfLayer(layer: LayerPlan, pool: boolean): readonly ProgramName[] {
  if (layer.kernel === 'direct') return pool ? ['pack-filters', 'direct', 'pool'] : ['pack-filters', 'direct'];
  return ['transform-filters', 'input', layer.multiply, pool ? 'output-pool' : 'output'];
}

/** What has to be compiled for a plan. */
export function programsOf({ layers }: KernelPlan): ProgramName[] {
  return [
    ...new Set<ProgramName>(['pixels', ...layers.flatMap((layer, at) => programsOfLayer(layer, convSteps[at]?.pool === true))]),
  ];
}

/** The plan that takes least memory: filters as they are, a quarter of the transformed ones', and one picture at a time. */
export function leanPlan(plan: KernelPlan): KernelPlan {
  return { ...plan, batch: 1, layers: plan.layers.map(() => ({ kernel: 'direct' })) };
}
