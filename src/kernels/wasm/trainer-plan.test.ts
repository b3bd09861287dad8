import { expect, it } from 'vitest';
import { estimateFineTuneBytes } from '../../domain/fine-tune-estimate';
import { createPreset } from '../../domain/presets';
import { mostThreads } from '../../domain/threads';
import { convSteps } from './network';
import type { Phase } from './phases';
import { fromMasters, toMasters, widenHalf } from './trainer-layout';
import { filterGradientPlan, trainerMemoryPlan, type TrainerPlan, type TrainerRequest } from './trainer-plan';
import { backwardPhases, forwardPhases, squaresPhase, updatePhase } from './trainer-schedule';
import { widenPlainly } from './testing/reference';

type Span = readonly [from: number, bytes: number];

function mapSpan(plan: TrainerPlan, address: number, pictures: number, size: number, channels: number): Span {
  if (![...plan.maps, plan.spread, plan.features].includes(address)) throw new Error(`there is no map at ${address}`);
  return [address, pictures * size ** 2 * channels * 4];
}

/** What a phase reads and writes, besides scratch; the same span in both where it is changed in place. */
function spansOf(phase: Phase, plan: TrainerPlan, pictures: number): { reads: Span[]; writes: Span[] } {
  switch (phase.kind) {
    case 'first':
      return {
        reads: [[phase.input, phase.size ** 2 * 3]],
        writes: [[phase.output, phase.size ** 2 * phase.outChannels * 4]],
      };
    case 'masters':
      return {
        reads: [[phase.source, phase.inChannels * phase.outChannels * 36]],
        writes: [[phase.filters, 36 * phase.uPlane]],
      };
    case 'convolve': {
      const reads: Span[] = [
        mapSpan(plan, phase.input, pictures, phase.size, phase.inChannels),
        [phase.filters, 36 * phase.uPlane],
      ];
      return { reads, writes: [mapSpan(plan, phase.output, pictures, phase.size, phase.outChannels)] };
    }
    case 'input':
      return {
        reads: [mapSpan(plan, phase.input, pictures, phase.size, phase.inChannels)],
        writes: [[phase.v, 36 * phase.vPlane]],
      };
    case 'product':
      return {
        reads: [
          [phase.v, 36 * phase.vPlane],
          [phase.filters, 36 * phase.uPlane],
        ],
        writes: [[phase.m, 36 * phase.mPlane]],
      };
    case 'output':
      return {
        reads: [[phase.m, 36 * phase.mPlane]],
        writes: [mapSpan(plan, phase.output, pictures, phase.size, phase.outChannels)],
      };
    case 'masked':
      return {
        reads: [[phase.m, 36 * phase.mPlane]],
        writes: [mapSpan(plan, phase.output, pictures, phase.size, phase.channels)],
      };
    case 'pool': {
      const large = mapSpan(plan, phase.back ? phase.output : phase.input, pictures, phase.size, phase.channels);
      const small = mapSpan(plan, phase.back ? phase.input : phase.output, pictures, phase.size / 2, phase.channels);
      const picks: Span = [phase.picks, small[1] / 4];
      return phase.back ? { reads: [small, picks], writes: [large] } : { reads: [large], writes: [small, picks] };
    }
    case 'input-rows':
      return {
        reads: [mapSpan(plan, phase.input, pictures, phase.size, phase.channels)],
        writes: [[phase.v, 36 * phase.vPlane]],
      };
    case 'gradient':
      return {
        reads: [mapSpan(plan, phase.input, pictures, phase.size, phase.channels)],
        writes: [[phase.w, 36 * phase.wPlane]],
      };
    case 'outer':
      return {
        reads: [
          [phase.v, 36 * phase.vPlane],
          [phase.w, 36 * phase.wPlane],
        ],
        writes: [[phase.m, 36 * phase.mPlane]],
      };
    case 'filter-gradient':
      return { reads: [[phase.m, 36 * phase.mPlane]], writes: [[phase.output, phase.rows * 288]] };
    case 'first-gradient':
      return {
        reads: [mapSpan(plan, phase.gradient, pictures, phase.size, phase.outChannels)],
        writes: [[phase.parts, phase.jobs * 27 * phase.outChannels * 4]],
      };
    case 'sum-pixels':
      return {
        reads: [[phase.input, phase.pixels * phase.channels * 4]],
        writes: [[phase.parts, phase.jobs * phase.channels * 4]],
      };
    case 'sum-parts':
      return { reads: [[phase.parts, phase.count * phase.length * 4]], writes: [[phase.output, phase.length * 4]] };
    case 'flatten':
    case 'unflatten':
      return {
        reads: [mapSpan(plan, phase.input, phase.jobs, phase.size, phase.channels)],
        writes: [mapSpan(plan, phase.output, phase.jobs, phase.size, phase.channels)],
      };
    case 'squares':
      return { reads: [[phase.input, phase.length * 4]], writes: [[phase.sums, phase.jobs * 8]] };
    case 'sgd':
      return {
        reads: [[phase.gradients, phase.length * 4]],
        writes: [
          [phase.weights, phase.length * 4],
          [phase.buffer, phase.length * 4],
        ],
      };
    case 'adam':
      return {
        reads: [[phase.gradients, phase.length * 4]],
        writes: [phase.weights, phase.means, phase.squares].map((from): Span => [from, phase.length * 4]),
      };
    case 'block':
    case 'filters':
    case 'pack':
      throw new Error('the trainer asks for no such phase');
  }
}

function overlaps([from, bytes]: Span, [other, size]: Span): boolean {
  return from < other + size && other < from + bytes;
}

const settings = { learningRate: 0.1, weightDecay: 0.01, momentum: 0.9, gradientScale: 1 };

it('no phase writes over what it reads, what a later one needs, or outside the memory, however many are trained', () => {
  for (let unfrozen = 1; unfrozen <= convSteps.length; unfrozen++) {
    for (const { threads, batch, optimizer } of [
      { threads: 1, batch: 1, optimizer: 'sgd' },
      { threads: 3, batch: 5, optimizer: 'adam' },
      { threads: 16, batch: 2, optimizer: 'adamw' },
    ] as const) {
      const plan = trainerMemoryPlan({ unfrozen, batch, threads, optimizer });
      expect(plan.microBatch).toBe(batch);
      const weights: Span = [plan.weights, plan.length * 4];
      const gradients: Span = [plan.gradients, plan.length * 4];
      const stays: Span[] = [
        [plan.control, 64],
        [plan.scale, 3072],
        ...plan.scratch.flatMap(({ base, v, m }): Span[] => [
          [base, 74_752],
          [v, 64],
          [m, 64],
        ]),
      ];
      for (const pictures of new Set([1, batch])) {
        const passes: readonly (readonly Phase[])[] = [
          forwardPhases(plan, pictures),
          backwardPhases(plan, pictures, false),
          [squaresPhase(plan), updatePhase(plan, settings, 1)],
        ];
        for (const [pass, phases] of passes.entries()) {
          for (const phase of phases) {
            const { reads, writes } = spansOf(phase, plan, pictures);
            for (const write of writes) {
              const others = [...reads, ...stays];
              if (pass < 2) others.push(weights, ...plan.moments.map((at): Span => [at, plan.length * 4]));
              if (pass === 0) others.push(gradients);
              const hit = others.find((other) => overlaps(write, other));
              if (hit !== undefined) expect.fail(`${phase.kind} writes over ${hit[0]}`);
              if (write[0] < 1024 || write[0] + write[1] > plan.bytes) expect.fail(`${phase.kind} writes outside`);
            }
          }
        }
        // Backwards every trained tensor gets its gradient once, and all of them cover the whole.
        const filled = (passes[1] ?? [])
          .flatMap((phase) => spansOf(phase, plan, pictures).writes)
          .filter((write) => overlaps(write, gradients))
          .sort(([a], [b]) => a - b);
        let end = plan.gradients;
        for (const [from, bytes] of filled) {
          expect(from).toBe(end);
          end += bytes;
        }
        expect(end).toBe(plan.gradients + plan.length * 4);
      }
    }
  }
});

it('maps that backwards still needs are written by nobody before', () => {
  const plan = trainerMemoryPlan({ unfrozen: 13, batch: 2, threads: 2, optimizer: 'sgd' });
  const phases = [...forwardPhases(plan, 2), ...backwardPhases(plan, 2, false)];
  for (const [at, step] of convSteps.entries()) {
    if (at === 0) continue;
    const map = plan.maps[at] ?? 0;
    const span: Span = [map, 2 * step.size ** 2 * step.inChannels * 4];
    const made = phases.findIndex((phase) => spansOf(phase, plan, 2).writes.some((write) => overlaps(write, span)));
    const used = phases.findLastIndex((phase) => phase.kind === 'input-rows' && phase.input === map);
    expect(used).toBeGreaterThan(made);
    // The first layer has a phase a picture.
    const others = phases
      .slice(made + 1, used)
      .filter((phase) => phase.kind !== 'first' && spansOf(phase, plan, 2).writes.some((write) => overlaps(write, span)));
    expect(others).toEqual([]);
  }
});

it('fewer pictures pass at once where the budget is small, in even parts, and the bytes are told where even one is too much', () => {
  const request: TrainerRequest = { unfrozen: 13, batch: 8, threads: 2, optimizer: 'adam' };
  const whole = trainerMemoryPlan(request);
  expect(whole.microBatch).toBe(8);
  const five = trainerMemoryPlan({ ...request, batch: 5 }).bytes;
  const parts = trainerMemoryPlan({ ...request, budget: five });
  expect(parts.microBatch).toBe(4);
  expect(parts.bytes).toBeLessThan(five);
  const one = trainerMemoryPlan({ ...request, budget: 1 });
  expect(one.microBatch).toBe(1);
  expect(one.bytes).toBeGreaterThan(1);
  for (const unfrozen of [0, 14, 1.5]) expect(() => trainerMemoryPlan({ ...request, unfrozen })).toThrow(RangeError);
});

it('block 5 with Adam takes less than 190 MiB, everything less than 540, on any number of threads', () => {
  for (let threads = 1; threads <= mostThreads; threads++) {
    const block = trainerMemoryPlan({ unfrozen: 3, batch: 8, threads, optimizer: 'adam' });
    const all = trainerMemoryPlan({ unfrozen: 13, batch: 4, threads, optimizer: 'adam' });
    expect(block.bytes).toBeLessThan(190 * 2 ** 20);
    expect(all.bytes).toBeLessThan(540 * 2 ** 20);
    if (threads === 2 || threads === mostThreads) {
      for (const { unfrozen, plan } of [
        { unfrozen: 3, plan: block },
        { unfrozen: 13, plan: all },
        { unfrozen: 13, plan: trainerMemoryPlan({ unfrozen: 13, batch: 1, threads, optimizer: 'sgd' }) },
      ]) {
        const [bytes, weights, maps, work] = [plan.bytes, plan.weightBytes, plan.mapBytes, plan.workBytes].map((size) =>
          (size / 2 ** 20).toFixed(0),
        );
        console.info(
          `last ${unfrozen}, ${plan.optimizer}, ${plan.microBatch} at once, ${threads} threads: ${bytes} = ${weights} + ${maps} + ${work} MiB (weights, gradients and moments + maps + work)`,
        );
      }
    }
  }
});

it('the parts of a gradient by filter are even and cover all tiles', () => {
  for (const step of convSteps.slice(1)) {
    for (const pictures of [1, 3, 8]) {
      const { tiles } = filterGradientPlan(step, pictures);
      const all = pictures * Math.ceil(step.size / 4) ** 2;
      const parts = Math.ceil(all / tiles);
      expect(parts * tiles - all).toBeLessThan(parts);
    }
  }
});

it('float16 widens exactly and layouts turn back, at odd addresses too', () => {
  const bits = Uint16Array.from({ length: 0x1_0000 }, (_, pattern) => pattern).filter((pattern) => ((pattern >> 10) & 31) !== 31);
  const bytes = new Uint8Array(bits.length * 2 + 1);
  bytes.set(new Uint8Array(bits.buffer), 1);
  const widened = widenHalf(bytes.subarray(1));
  bits.forEach((pattern, at) => {
    if (widened[at] !== widenPlainly(pattern)) expect.fail(`0x${pattern.toString(16)} became ${String(widened[at])}`);
  });
  const [, step] = convSteps;
  if (step === undefined) throw new Error('no second step');
  const values = Float32Array.from({ length: step.inChannels * step.outChannels * 9 }, (_, at) => at);
  expect(fromMasters(step, toMasters(step, values))).toEqual(values);
});

it('the page’s estimate of memory, which knows no kernels, is within a sixth of what training plans here', () => {
  for (const unfreeze of [1, 3, 6, 9, 13]) {
    for (const batchSize of [4, 32]) {
      const settings = { ...createPreset('recommended', 0, 'fine-tune'), unfreeze, batchSize };
      const { bytes } = trainerMemoryPlan({ unfrozen: unfreeze, batch: batchSize, threads: 4, optimizer: 'adamw' });
      const ratio = estimateFineTuneBytes(0, settings) / bytes;
      expect(ratio, `${String(unfreeze)} convolutions, batches of ${String(batchSize)}`).toBeGreaterThan(5 / 6);
      expect(ratio, `${String(unfreeze)} convolutions, batches of ${String(batchSize)}`).toBeLessThan(7 / 6);
    }
  }
});
