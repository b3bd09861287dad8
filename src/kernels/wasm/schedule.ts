import { convSteps, outBytes, outSizeOf, places, tilesOf, type ConvStep } from './network';
import { bufferOf, isRemade, type MemoryPlan } from './memory-plan';
import { inputValues } from '../../domain/vgg16';
import type { NetworkPhase } from './phases';

/** Jobs of about `size` things each, the same number for every thread where there is enough to share. */
export function jobsFor(count: number, size: number, threads: number): number {
  const least = Math.ceil(count / size);
  return Math.min(count, Math.ceil(least / threads) * threads);
}

/**
 * Into how many shares of output channels each of the 36 products is cut: as few as leave hardly a thread idle at the end, since
 * each share reads V again.
 */
export function sharesFor(threads: number): number {
  const busy = (shares: number) => (places * shares) / (Math.ceil((places * shares) / threads) * threads);
  for (let shares = 1; shares < 8; shares++) if (busy(shares) >= 0.95) return shares;
  return 8;
}

/** Phases of one convolution of `pictures` pictures. */
function convPhases(
  plan: MemoryPlan,
  at: number,
  step: ConvStep,
  pictures: number,
  input: number,
  output: number,
): NetworkPhase[] {
  const { inChannels, outChannels, size, pool } = step;
  const bias = plan.biases[at] ?? 0;
  const filters = plan.filters[at] ?? 0;
  const stepPlan = plan.steps[at];
  const tiles = tilesOf(step) * pictures;
  if (stepPlan?.kind !== 'staged') {
    const { tiles: most, block } = stepPlan ?? { tiles: 48, block: 32 };
    const jobs = jobsFor(tiles, most, plan.threads);
    return [
      {
        kind: 'block',
        jobs,
        input,
        output,
        size,
        filters,
        bias,
        inChannels,
        outChannels,
        pool,
        tiles,
        block: Math.min(block, outChannels),
      },
    ];
  }
  const { v, m } = plan;
  const vPlane = (tiles + 5) * inChannels * 4 + 64;
  const mPlane = (tiles + 5) * outChannels * 4 + 64;
  const shares = sharesFor(plan.threads);
  return [
    { kind: 'input', jobs: jobsFor(tiles, 8, plan.threads), input, size, inChannels, tiles, v, vPlane },
    {
      kind: 'product',
      jobs: places * shares,
      v,
      vPlane,
      filters,
      uPlane: inChannels * outChannels * 4,
      m,
      mPlane,
      inChannels,
      outChannels,
      tiles,
      shares,
    },
    { kind: 'output', jobs: jobsFor(tiles, 8, plan.threads), m, mPlane, bias, output, size, outChannels, pool, tiles },
  ];
}

/** Makes one step's filters ready, which lie at their source. */
export function filterPhase(plan: MemoryPlan, at: number): NetworkPhase {
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
 * `address`: where the last step's result lies afterwards, of all pictures of its stage's last turn.
 */
export function networkPhases(plan: MemoryPlan, pictures: number, last?: number): { phases: NetworkPhase[]; address: number } {
  const phases: NetworkPhase[] = [];
  const end = last ?? convSteps.length - 1;
  let address = 0;

  /** Passes pictures [from, to) through a stage, and before that through the stages that feed it, a few at a time. */
  function pass(number: number, from: number, to: number): void {
    const stage = plan.stages[number];
    const buffers = plan.buffers[number];
    if (stage === undefined || buffers === undefined) return;
    const feeding = plan.stages[number - 1]?.pictures ?? pictures;
    if (number > 0) for (let at = from; at < to; at += feeding) pass(number - 1, at, Math.min(at + feeding, to));
    let input = number === 0 ? plan.pixels + from * inputValues : buffers[0];
    for (let at = stage.first; at <= Math.min(stage.last, end); at++) {
      const step = convSteps[at];
      if (step === undefined) return;
      const next = at === stage.last ? plan.stages[number + 1] : undefined;
      const place = next === undefined ? 0 : (from % next.pictures) * outBytes(step);
      const output = next === undefined ? buffers[bufferOf(stage, at)] : (plan.buffers[number + 1]?.[0] ?? 0) + place;
      if (at === 0) {
        phases.push({
          kind: 'first',
          jobs: jobsFor(step.size, 8, plan.threads),
          input,
          output,
          size: step.size,
          weights: plan.firstWeights,
          bias: plan.biases[0] ?? 0,
          scale: plan.scale,
          outChannels: step.outChannels,
        });
      } else {
        if (isRemade(step, plan.mode)) phases.push(filterPhase(plan, at));
        phases.push(...convPhases(plan, at, step, to - from, input, output));
      }
      input = output;
      address = output - place;
    }
  }

  const deepest = plan.stages.findIndex((stage) => end <= stage.last);
  const together = plan.stages[deepest]?.pictures ?? pictures;
  for (let from = 0; from < pictures; from += together) pass(deepest, from, Math.min(from + together, pictures));
  const step = convSteps[end];
  if (last === undefined && step !== undefined) {
    phases.push({
      kind: 'flatten',
      jobs: pictures,
      input: address,
      output: plan.features,
      size: outSizeOf(step),
      channels: step.outChannels,
    });
  }
  return { phases, address };
}
