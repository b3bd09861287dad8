import { convSteps, outBytes, outSizeOf, tilesOf, type ConvStep } from './network';
import { firstBatchedStep, isRemade, type MemoryPlan } from './memory-plan';
import { inputValues } from '../../domain/vgg16';
import type { Phase } from './phases';

/** Jobs of about `size` things each, the same number for every thread where there is enough to share. */
function jobsFor(count: number, size: number, threads: number): number {
  const least = Math.ceil(count / size);
  return Math.min(count, Math.ceil(least / threads) * threads);
}

/** Phases of one convolution of `pictures` pictures. */
function convPhases(plan: MemoryPlan, at: number, step: ConvStep, pictures: number, input: number, output: number): Phase[] {
  const { inChannels, outChannels, size, pool } = step;
  const bias = plan.biases[at] ?? 0;
  const filters = plan.filters[at] ?? 0;
  const stepPlan = plan.steps[at];
  const tiles = tilesOf(step) * pictures;
  if (stepPlan?.kind !== 'staged') {
    const { tiles: most, block } = stepPlan ?? { tiles: 48, block: 32 };
    const jobs = jobsFor(tiles, most, plan.threads);
    return [{ kind: 'block', jobs, input, output, size, filters, bias, inChannels, outChannels, pool, tiles, block: Math.min(block, outChannels) }];
  }
  const { v, m } = plan;
  const vPlane = (tiles + 5) * inChannels * 4 + 64;
  const mPlane = (tiles + 5) * outChannels * 4 + 64;
  const shares = Math.max(1, Math.ceil((plan.threads * 2) / 36));
  return [
    { kind: 'input', jobs: jobsFor(tiles, 8, plan.threads), input, size, inChannels, tiles, v, vPlane },
    { kind: 'product', jobs: 36 * shares, v, vPlane, filters, m, mPlane, inChannels, outChannels, tiles, shares },
    { kind: 'output', jobs: jobsFor(tiles, 8, plan.threads), m, mPlane, bias, output, size, outChannels, pool, tiles },
  ];
}

/** Makes one step's filters ready, which lie at their source. */
export function filterPhase(plan: MemoryPlan, at: number): Phase {
  const step = convSteps[at];
  if (step === undefined) throw new RangeError(`there is no step ${at}`);
  const { half } = plan;
  const { inChannels, outChannels } = step;
  const source = plan.sources[at] ?? 0;
  if (at === 0) return { kind: 'pack', jobs: 1, half, source, weights: plan.firstWeights, outChannels };
  return { kind: 'filters', jobs: outChannels / 8, half, inChannels, outChannels, source, filters: plan.filters[at] ?? 0 };
}

/**
 * The network for `pictures` <= plan.batch pictures, up to and with step `last`, in order; without `last` the features follow.
 * `address`: where the last step's result lies afterwards.
 */
export function networkPhases(plan: MemoryPlan, pictures: number, last?: number): { phases: Phase[]; address: number } {
  const phases: Phase[] = [];
  const end = last ?? convSteps.length - 1;
  const [first] = convSteps;
  if (first === undefined) throw new RangeError('no layers');
  let address = plan.picture[0];
  const aloneEnd = Math.min(firstBatchedStep - 1, end);
  for (let p = 0; p < pictures; p++) {
    phases.push({
      kind: 'first', jobs: jobsFor(first.size, 8, plan.threads), input: plan.pixels + p * inputValues, output: plan.picture[0], size: first.size,
      weights: plan.firstWeights, bias: plan.biases[0] ?? 0, scale: plan.scale, outChannels: first.outChannels,
    });
    for (let at = 1; at <= aloneEnd; at++) {
      const step = convSteps[at];
      if (step === undefined) break;
      const batched = at === firstBatchedStep - 1;
      const output = batched ? plan.maps[0] + p * outBytes(step) : plan.picture[at % 2 === 0 ? 0 : 1];
      phases.push(...convPhases(plan, at, step, 1, plan.picture[at % 2 === 0 ? 1 : 0], output));
      address = batched ? plan.maps[0] : output;
    }
  }
  for (let at = firstBatchedStep; at <= end; at++) {
    const step = convSteps[at];
    if (step === undefined) break;
    const odd = (at - firstBatchedStep + 1) % 2;
    const output = plan.maps[odd === 0 ? 0 : 1];
    if (isRemade(step, plan.mode)) phases.push(filterPhase(plan, at));
    phases.push(...convPhases(plan, at, step, pictures, plan.maps[odd === 0 ? 1 : 0], output));
    address = output;
  }
  if (last === undefined) {
    const step = convSteps[end] ?? first;
    phases.push({ kind: 'flatten', jobs: pictures, input: address, output: plan.features, size: outSizeOf(step), channels: step.outChannels });
  }
  return { phases, address };
}
