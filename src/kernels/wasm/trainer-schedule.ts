import { adamNumbers, type UpdateSettings } from '../backbone-trainer';
import { convSteps, outSizeOf, places, tilesOf, type ConvStep } from './network';
import type { Phase } from './phases';
import { jobsFor, sharesFor } from './schedule';
import { planeBytes } from './shares';
import {
  blockChannels,
  blockTiles,
  filterGradientPlan,
  filterPlane,
  firstParts,
  isStaged,
  sumParts,
  updateJobs,
  type TrainerPlan,
} from './trainer-plan';

const { beta1, beta2, epsilon } = adamNumbers;

function tensorsOf(plan: TrainerPlan, at: number): { weight: number; bias: number } {
  const tensors = plan.tensors[at];
  if (tensors === undefined || tensors === null) throw new RangeError(`step ${at} is frozen`);
  return { weight: tensors.weight * 4, bias: tensors.bias * 4 };
}

/** The transformed filters of one step, for its result or (`back`) for the gradient by its input. */
function mastersPhase(plan: TrainerPlan, at: number, step: ConvStep, back: boolean): Phase {
  const { inChannels, outChannels } = step;
  return {
    kind: 'masters',
    jobs: jobsFor((back ? inChannels : outChannels) / 8, 1, plan.threads),
    back,
    source: plan.weights + tensorsOf(plan, at).weight,
    filters: plan.u,
    uPlane: filterPlane(step),
    inChannels,
    outChannels,
  };
}

/** Convolution of `pictures` maps; with `bias` 0 the gradient by input, from the gradient at `input` over the map at `output`. */
function convolutionPhases(
  plan: TrainerPlan,
  step: ConvStep,
  pictures: number,
  { input, output, bias }: { readonly input: number; readonly output: number; readonly bias: number },
): Phase[] {
  const { size } = step;
  const back = bias === 0;
  const inChannels = back ? step.outChannels : step.inChannels;
  const outChannels = back ? step.inChannels : step.outChannels;
  const tiles = tilesOf(step) * pictures;
  const uPlane = filterPlane(step);
  const { u: filters, v, m, threads } = plan;
  if (!isStaged(step)) {
    const jobs = jobsFor(tiles, blockTiles, threads);
    const block = Math.min(blockChannels, outChannels);
    return [{ kind: 'convolve', jobs, input, output, size, filters, uPlane, bias, inChannels, outChannels, tiles, block }];
  }
  const [vPlane, mPlane] = [planeBytes(tiles, inChannels), planeBytes(tiles, outChannels)];
  const shares = sharesFor(threads);
  const jobs = jobsFor(tiles, 8, threads);
  return [
    { kind: 'input', jobs, input, size, inChannels, tiles, v, vPlane },
    {
      kind: 'product',
      jobs: places * shares,
      v,
      vPlane,
      filters,
      uPlane,
      m,
      mPlane,
      inChannels,
      outChannels,
      tiles,
      shares,
    },
    back
      ? { kind: 'masked', jobs, m, mPlane, output, size, channels: outChannels, tiles }
      : { kind: 'output', jobs, m, mPlane, bias, output, size, outChannels, pool: false, tiles },
  ];
}

function poolPhase(plan: TrainerPlan, at: number, step: ConvStep, pictures: number, back: boolean): Phase {
  const { size, outChannels: channels } = step;
  const [large, small] = [plan.spread, plan.maps[at + 1] ?? 0];
  return {
    kind: 'pool',
    jobs: jobsFor(pictures * outSizeOf(step), 4, plan.threads),
    back,
    input: back ? small : large,
    output: back ? large : small,
    picks: plan.picks[at] ?? 0,
    size,
    channels,
    pictures,
  };
}

/** Inputs at `maps[first]` (or pixels) of `pictures` <= microBatch pictures -> features. */
export function forwardPhases(plan: TrainerPlan, pictures: number): Phase[] {
  const phases: Phase[] = [];
  for (let at = plan.first; at < convSteps.length; at++) {
    const step = convSteps[at];
    if (step === undefined) break;
    const bias = plan.weights + tensorsOf(plan, at).bias;
    const output = step.pool ? plan.spread : (plan.maps[at + 1] ?? 0);
    if (at === 0) {
      for (let picture = 0; picture < pictures; picture++) {
        phases.push({
          kind: 'first',
          jobs: jobsFor(step.size, 8, plan.threads),
          input: plan.pixels + picture * step.size ** 2 * 3,
          output: output + picture * step.size ** 2 * step.outChannels * 4,
          size: step.size,
          weights: plan.weights + tensorsOf(plan, at).weight,
          bias,
          scale: plan.scale,
          outChannels: step.outChannels,
        });
      }
    } else {
      phases.push(mastersPhase(plan, at, step, false));
      phases.push(...convolutionPhases(plan, step, pictures, { input: plan.maps[at] ?? 0, output, bias }));
    }
    if (step.pool) phases.push(poolPhase(plan, at, step, pictures, false));
  }
  const [size, channels] = lastMap();
  phases.push({
    kind: 'flatten',
    jobs: pictures,
    input: plan.maps[convSteps.length] ?? 0,
    output: plan.features,
    size,
    channels,
  });
  return phases;
}

function lastMap(): readonly [number, number] {
  const step = convSteps[convSteps.length - 1];
  if (step === undefined) throw new RangeError('no steps');
  return [outSizeOf(step), step.outChannels];
}

/** Gradients by one step's bias and filters, from the gradient by its result before ReLU at `gradient`. */
function weightPhases(plan: TrainerPlan, at: number, step: ConvStep, pictures: number, gradient: number, sum: boolean): Phase[] {
  const { inChannels, outChannels, size } = step;
  const { parts, threads, v, m: w, u: m } = plan;
  const { weight, bias } = tensorsOf(plan, at);
  const pixels = pictures * size ** 2;
  const count = Math.min(sumParts(threads), pixels);
  const phases: Phase[] = [
    { kind: 'sum-pixels', jobs: count, input: gradient, parts, channels: outChannels, pixels },
    { kind: 'sum-parts', jobs: 1, parts, count, output: plan.gradients + bias, length: outChannels, sum },
  ];
  const output = plan.gradients + weight;
  if (at === 0) {
    const jobs = pictures * firstParts;
    phases.push(
      {
        kind: 'first-gradient',
        jobs,
        pixels: plan.pixels,
        gradient,
        parts,
        scale: plan.scale,
        size,
        outChannels,
        jobsPerPicture: firstParts,
      },
      { kind: 'sum-parts', jobs: 1, parts, count: jobs, output, length: 27 * outChannels, sum },
    );
    return phases;
  }
  // As the plan was made for: fewer pictures fit in it too.
  const { tiles: chunk, vRow, vPlane, wPanel, wPlane } = filterGradientPlan(step, plan.microBatch);
  const mPlane = filterPlane(step);
  const shares = sharesFor(threads);
  const all = tilesOf(step) * pictures;
  for (let first = 0; first < all; first += chunk) {
    const tiles = Math.min(chunk, all - first);
    const jobs = jobsFor(tiles, 8, threads);
    phases.push(
      { kind: 'input-rows', jobs, input: plan.maps[at] ?? 0, size, channels: inChannels, first, tiles, v, vPlane, vRow },
      { kind: 'gradient', jobs, input: gradient, size, channels: outChannels, first, tiles, w, wPlane, wPanel },
      {
        kind: 'outer',
        jobs: places * shares,
        v,
        vPlane,
        vRow,
        w,
        wPlane,
        wPanel,
        m,
        mPlane,
        inChannels,
        outChannels,
        tiles,
        shares,
        sum: first > 0,
      },
    );
  }
  const rows = (outChannels / 8) * inChannels;
  phases.push({ kind: 'filter-gradient', jobs: jobsFor(rows, 256, threads), m, mPlane, output, rows, sum });
  return phases;
}

/** The gradient by the features -> gradients of all trained tensors, added to what is there with `sum`. Maps are overwritten. */
export function backwardPhases(plan: TrainerPlan, pictures: number, sum: boolean): Phase[] {
  const [side, depth] = lastMap();
  const phases: Phase[] = [
    {
      kind: 'unflatten',
      jobs: pictures,
      input: plan.features,
      output: plan.maps[convSteps.length] ?? 0,
      size: side,
      channels: depth,
    },
  ];
  for (let at = convSteps.length - 1; at >= plan.first; at--) {
    const step = convSteps[at];
    if (step === undefined) break;
    if (step.pool) phases.push(poolPhase(plan, at, step, pictures, true));
    const gradient = step.pool ? plan.spread : (plan.maps[at + 1] ?? 0);
    phases.push(...weightPhases(plan, at, step, pictures, gradient, sum));
    if (at === plan.first) break;
    phases.push(mastersPhase(plan, at, step, true));
    phases.push(...convolutionPhases(plan, step, pictures, { input: gradient, output: plan.maps[at] ?? 0, bias: 0 }));
  }
  return phases;
}

/** Sums of squares of the gradient, `updateJobs` float64 at `parts`. */
export function squaresPhase(plan: TrainerPlan): Phase {
  return { kind: 'squares', jobs: updateJobs(plan.threads), input: plan.gradients, sums: plan.parts, length: plan.length };
}

/** One update of all trained tensors; `count` is its number, from 1. */
export function updatePhase(plan: TrainerPlan, settings: UpdateSettings, count: number): Phase {
  const { learningRate, weightDecay, momentum, gradientScale } = settings;
  const { weights, gradients, length, moments, optimizer } = plan;
  const [firstMoment = 0, secondMoment = 0] = moments;
  const common = {
    jobs: updateJobs(plan.threads),
    weights,
    gradients,
    length,
    scale: gradientScale,
    fresh: count === 1,
  };
  if (optimizer === 'sgd')
    return { ...common, kind: 'sgd', buffer: firstMoment, rate: learningRate, decay: weightDecay, momentum };
  const decoupled = optimizer === 'adamw';
  return {
    ...common,
    kind: 'adam',
    means: firstMoment,
    squares: secondMoment,
    decay: decoupled ? 0 : weightDecay,
    shrink: decoupled ? 1 - learningRate * weightDecay : 1,
    step: learningRate / (1 - beta1 ** count),
    root: Math.sqrt(1 - beta2 ** count),
    beta1,
    beta2,
    epsilon,
  };
}
