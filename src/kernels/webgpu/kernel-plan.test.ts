import { expect, it } from 'vitest';
import { convSteps } from '../wasm/network';
import { defaultPlan, describePlan, leanPlan, parseKernelPlan, programsOf, type KernelPlan } from './kernel-plan';

const withSubgroups = new Set(['subgroups']);

it('the default computes the first layer as written and the others by Winograd, with the product that fits the adapter', () => {
  const options = [
    { subgroups: true, software: true, product: 'quad8' },
    { subgroups: false, software: true, product: 'plain8' },
    { subgroups: true, software: false, product: 'shared' },
    { subgroups: false, software: false, product: 'shared' },
  ];
  for (const { product, ...option } of options) {
    const { layers } = defaultPlan(option);
    expect(layers[0]).toEqual({ kernel: 'direct' });
    expect(layers.slice(1)).toEqual(convSteps.slice(1).map(() => ({ kernel: 'winograd4', multiply: product })));
  }
});

it('a plan names its arithmetic, layer by layer', () => {
  const plan = defaultPlan({ subgroups: true, software: true });
  expect(describePlan(plan)).toBe('headstart-webgpu winograd4 float32 directx1 quad8x12');
  const layers = plan.layers.map((layer, at) => (at > 9 ? ({ kernel: 'winograd4', multiply: 'quad4' } as const) : layer));
  expect(describePlan({ ...plan, layers })).toBe('headstart-webgpu winograd4 float32 directx1 quad8x9 quad4x3');
  expect(describePlan(leanPlan(plan))).toBe('headstart-webgpu direct float32 directx13');
});

it('a plan needs few programs, whatever its layers', () => {
  expect(programsOf(defaultPlan({ subgroups: true, software: false })).toSorted()).toEqual(
    ['direct', 'input', 'output', 'output-pool', 'pack-filters', 'pixels', 'shared', 'transform-filters'].toSorted(),
  );
  expect(programsOf(leanPlan(defaultPlan({ subgroups: true, software: false }))).toSorted()).toEqual(
    ['direct', 'pack-filters', 'pixels', 'pool'].toSorted(),
  );
});

it('a kept plan comes back as it was, and not where it asks for what the device lacks or is no plan', () => {
  const plan = defaultPlan({ subgroups: true, software: true, batch: 3 });
  const kept: unknown = JSON.parse(JSON.stringify(plan));
  expect(parseKernelPlan(kept, withSubgroups)).toEqual(plan);
  expect(parseKernelPlan(kept, new Set())).toBeNull();
  const without = defaultPlan({ subgroups: false, software: true });
  expect(parseKernelPlan(without, new Set())).toEqual(without);
  const wrong: unknown[] = [
    null,
    'quad8',
    { ...plan, version: 2 },
    { ...plan, precision: 'float16' },
    { ...plan, batch: 0 },
    { ...plan, batch: 1.5 },
    { ...plan, layers: plan.layers.slice(1) },
    { ...plan, layers: plan.layers.map(() => ({ kernel: 'winograd4', multiply: 'fastest' })) },
    // Three channels are too few for Winograd.
    { ...plan, layers: plan.layers.map(() => ({ kernel: 'winograd4', multiply: 'quad8' })) },
    { ...plan, subgroups: false } satisfies KernelPlan,
  ];
  for (const one of wrong) expect(parseKernelPlan(one, withSubgroups)).toBeNull();
});
