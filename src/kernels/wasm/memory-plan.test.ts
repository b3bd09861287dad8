import { expect, it } from 'vitest';
import { defaultBatch, memoryPlan, type FilterMode, type MemoryPlan } from './memory-plan';
import { convSteps, filterBytes } from './network';
import type { NetworkPhase } from './phases';
import { networkPhases, sharesFor } from './schedule';
import { mostThreads } from '../../domain/threads';
import { chooseThreads } from './threads';

const mebibyte = 2 ** 20;

/** What a phase reads and writes besides scratch, as far as it can be told apart: `[address, bytes]`. */
function written(phase: NetworkPhase, plan: MemoryPlan): readonly [number, number][] {
  const side = (size: number, pool: boolean) => (pool ? size >> 1 : size);
  switch (phase.kind) {
    case 'first':
      return [[phase.output, phase.size ** 2 * phase.outChannels * 4]];
    case 'block':
    case 'output': {
      const pictures = phase.tiles / Math.ceil(phase.size / 4) ** 2;
      return [[phase.output, pictures * side(phase.size, phase.pool) ** 2 * phase.outChannels * 4]];
    }
    case 'input':
      return [[phase.v, 36 * phase.vPlane]];
    case 'product':
      return [[phase.m, 36 * phase.mPlane]];
    case 'filters':
      return [[phase.filters, 36 * phase.inChannels * phase.outChannels * 4]];
    case 'pack':
      return [[phase.weights, 27 * phase.outChannels * 4]];
    case 'flatten':
      return [[plan.features, phase.jobs * 25_088 * 4]];
  }
}

for (const mode of ['kept', 'layer-by-layer'] as const satisfies readonly FilterMode[]) {
  it(`with filters ${mode}, nothing lies outside the memory, and no phase writes over what it reads or what stays`, () => {
    for (const [threads, batch] of [
      [1, 1],
      [2, 4],
      [3, 5],
      [16, 8],
    ] as const) {
      for (const half of [false, true]) {
        const plan = memoryPlan({ threads, batch, mode, half });
        const stays: [number, number][] = [
          [plan.control, 64],
          [plan.scale, 3072],
          [plan.firstWeights, 27 * 64 * 4],
          ...plan.biases.map((at, step): [number, number] => [at, (convSteps[step]?.outChannels ?? 0) * 4]),
        ];
        for (const [at, step] of convSteps.entries())
          if (mode === 'kept' && at > 0) stays.push([plan.filters[at] ?? 0, filterBytes(step)]);
        const all = [
          ...stays,
          ...plan.scratch.flatMap(({ base, v, m }): [number, number][] => [
            [base, 1],
            [v, 1],
            [m, 1],
          ]),
        ];
        const { phases } = networkPhases(plan, batch);
        for (const phase of phases) {
          for (const [from, bytes] of written(phase, plan)) {
            expect(from).toBeGreaterThanOrEqual(1024);
            expect(from + bytes).toBeLessThanOrEqual(plan.bytes);
            for (const [other, size] of all) {
              if (phase.kind === 'filters' && other === phase.filters) continue;
              expect(other + size <= from || other >= from + bytes, `${phase.kind} writes over ${other}`).toBe(true);
            }
            const input = 'input' in phase ? phase.input : null;
            if (input !== null) expect(input >= from + bytes || input < from, `${phase.kind} reads what it writes`).toBe(true);
          }
        }
        const sorted = [...stays].sort(([a], [b]) => a - b);
        sorted.forEach(([from], at) => {
          const [before, size] = sorted[at - 1] ?? [0, 0];
          expect(from).toBeGreaterThanOrEqual(before + size);
        });
        expect(plan.filterBytes + plan.batchBytes + plan.scratchBytes).toBeLessThanOrEqual(plan.bytes);
      }
    }
  });
}

it('by default at most 400 MB, on any number of threads; layer by layer far less', () => {
  for (let threads = 1; threads <= mostThreads; threads++) {
    const kept = memoryPlan({ threads, batch: defaultBatch, mode: 'kept', half: true });
    const made = memoryPlan({ threads, batch: defaultBatch, mode: 'layer-by-layer', half: true });
    expect(kept.bytes).toBeLessThanOrEqual(400e6);
    expect(made.bytes).toBeLessThanOrEqual(kept.bytes - 130 * mebibyte);
    if (threads === 2 || threads === 16) {
      const words = (plan: MemoryPlan) =>
        `${plan.mode}, ${threads} threads: ${[plan.bytes, plan.filterBytes, plan.batchBytes, plan.scratchBytes].map((bytes) => (bytes / mebibyte).toFixed(0)).join(' = ')} MiB (all = filters + batch + scratch)`;
      console.info(
        `${words(kept)}\n${words(made)}\n${words(memoryPlan({ threads, batch: 1, mode: 'layer-by-layer', half: true }))}`,
      );
    }
  }
});

it('every job of a plan has something to do, and every thread gets one where there are enough', () => {
  for (const threads of [1, 2, 7, 16]) {
    const plan = memoryPlan({ threads, batch: 4, mode: 'layer-by-layer', half: true });
    for (const phase of networkPhases(plan, 3).phases) {
      const things = 'tiles' in phase && phase.kind !== 'product' ? phase.tiles : phase.kind === 'first' ? phase.size : null;
      if (things === null) continue;
      expect(phase.jobs).toBeLessThanOrEqual(things);
      expect(phase.jobs % threads === 0 || phase.jobs === things).toBe(true);
    }
  }
});

it('the products are cut so that hardly a thread is idle at their end', () => {
  for (let threads = 1; threads <= mostThreads; threads++) {
    const jobs = 36 * sharesFor(threads);
    expect(jobs / (Math.ceil(jobs / threads) * threads)).toBeGreaterThan(0.93);
  }
  expect(sharesFor(2)).toBe(1);
});

it('threads: all cores, no more than the cap, what a person chose, one without isolation', () => {
  expect(chooseThreads({ cores: 8, isolated: true })).toBe(8);
  expect(chooseThreads({ cores: 128, isolated: true })).toBe(mostThreads);
  expect(chooseThreads({ cores: undefined, isolated: true })).toBe(1);
  expect(chooseThreads({ cores: 8, isolated: true }, 3)).toBe(3);
  expect(chooseThreads({ cores: 8, isolated: true }, 0)).toBe(1);
  expect(chooseThreads({ cores: 8, isolated: true }, NaN)).toBe(1);
  expect(chooseThreads({ cores: 8, isolated: false }, 4)).toBe(1);
});
