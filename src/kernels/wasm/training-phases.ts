import type { TrainingKernel } from './training-kernel';
import { planeBytes, shareOf, type Scratch } from './shares';

/** Addresses and sizes are in bytes; every array is float32 where nothing else is said. Maps are [pictures][size][size][channels]. */

/** The trainer's filters -> transformed filters; a job is some panels of eight output channels (of eight input channels with `back`). */
export interface MastersPhase {
  readonly kind: 'masters';
  readonly jobs: number;
  /** For the gradient by input: turned, input and output channels exchanged. */
  readonly back: boolean;
  readonly source: number;
  readonly filters: number;
  readonly uPlane: number;
  readonly inChannels: number;
  readonly outChannels: number;
}

/**
 * A whole convolution with bias and ReLU; or, `bias` 0, the gradient by input, where `output` holds the layer's input and is overwritten.
 * A job is a block of tiles, with V and M in the thread's own scratch.
 */
export interface ConvolvePhase {
  readonly kind: 'convolve';
  readonly jobs: number;
  readonly input: number;
  readonly output: number;
  readonly size: number;
  readonly filters: number;
  readonly uPlane: number;
  readonly bias: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly tiles: number;
  /** Output channels whose 36 products are held at once. */
  readonly block: number;
}

/** Gradient by input from shared M, over the layer's input; a job is a block of tiles. */
export interface MaskedPhase {
  readonly kind: 'masked';
  readonly jobs: number;
  readonly m: number;
  readonly mPlane: number;
  readonly output: number;
  readonly size: number;
  readonly channels: number;
  readonly tiles: number;
}

/** 2 x 2 maxima with where they come from, or, `back`, their gradient to there; a job is some rows of the halved map. */
export interface PoolPhase {
  readonly kind: 'pool';
  readonly jobs: number;
  readonly back: boolean;
  readonly input: number;
  readonly output: number;
  readonly picks: number;
  /** Side of the larger map. */
  readonly size: number;
  readonly channels: number;
  readonly pictures: number;
}

/** Input transform of tiles [first, first + tiles) for the gradient by filter; a job is some of them. */
export interface InputRowsPhase {
  readonly kind: 'input-rows';
  readonly jobs: number;
  readonly input: number;
  readonly size: number;
  readonly channels: number;
  readonly first: number;
  readonly tiles: number;
  readonly v: number;
  readonly vPlane: number;
  readonly vRow: number;
}

/** Transform of a gradient by a convolution's result; a job is some of the tiles. */
export interface GradientPhase {
  readonly kind: 'gradient';
  readonly jobs: number;
  readonly input: number;
  readonly size: number;
  readonly channels: number;
  readonly first: number;
  readonly tiles: number;
  readonly w: number;
  readonly wPlane: number;
  readonly wPanel: number;
}

/** V^T W into shared M; a job is one of the 36 places and a share of the panels of output channels. */
export interface OuterPhase {
  readonly kind: 'outer';
  readonly jobs: number;
  readonly v: number;
  readonly vPlane: number;
  readonly vRow: number;
  readonly w: number;
  readonly wPlane: number;
  readonly wPanel: number;
  readonly m: number;
  readonly mPlane: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly tiles: number;
  readonly shares: number;
  /** Adds to what is in M. */
  readonly sum: boolean;
}

/** M -> gradient by filters; a job is some rows of [outChannels / 8][inChannels]. */
export interface FilterGradientPhase {
  readonly kind: 'filter-gradient';
  readonly jobs: number;
  readonly m: number;
  readonly mPlane: number;
  readonly output: number;
  readonly rows: number;
  readonly sum: boolean;
}

/** Gradient by the first layer's filters, a part a job: some rows of one picture. */
export interface FirstGradientPhase {
  readonly kind: 'first-gradient';
  readonly jobs: number;
  readonly pixels: number;
  readonly gradient: number;
  readonly parts: number;
  readonly scale: number;
  readonly size: number;
  readonly outChannels: number;
  readonly jobsPerPicture: number;
}

/** Sums over pixels, a part a job. */
export interface SumPixelsPhase {
  readonly kind: 'sum-pixels';
  readonly jobs: number;
  readonly input: number;
  readonly parts: number;
  readonly channels: number;
  readonly pixels: number;
}

/** The sum of `count` parts, one after the other, of `length` floats; one job. */
export interface SumPartsPhase {
  readonly kind: 'sum-parts';
  readonly jobs: 1;
  readonly parts: number;
  readonly count: number;
  readonly output: number;
  readonly length: number;
  readonly sum: boolean;
}

/** CHW -> HWC, as the head's gradient comes; a job is one picture. */
export interface UnflattenPhase {
  readonly kind: 'unflatten';
  readonly jobs: number;
  readonly input: number;
  readonly output: number;
  readonly size: number;
  readonly channels: number;
}

/** Sums of squares in float64, one a job. */
export interface SquaresPhase {
  readonly kind: 'squares';
  readonly jobs: number;
  readonly input: number;
  readonly sums: number;
  readonly length: number;
}

interface Update {
  readonly jobs: number;
  readonly weights: number;
  readonly gradients: number;
  /** Floats, a multiple of 16. */
  readonly length: number;
  readonly decay: number;
  readonly scale: number;
  /** No update was made before. */
  readonly fresh: boolean;
}

export interface SgdPhase extends Update {
  readonly kind: 'sgd';
  readonly buffer: number;
  readonly rate: number;
  readonly momentum: number;
}

export interface AdamPhase extends Update {
  readonly kind: 'adam';
  readonly means: number;
  readonly squares: number;
  readonly step: number;
  readonly root: number;
  readonly shrink: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

export type TrainingPhase =
  | MastersPhase
  | ConvolvePhase
  | MaskedPhase
  | PoolPhase
  | InputRowsPhase
  | GradientPhase
  | OuterPhase
  | FilterGradientPhase
  | FirstGradientPhase
  | SumPixelsPhase
  | SumPartsPhase
  | UnflattenPhase
  | SquaresPhase
  | SgdPhase
  | AdamPhase;

/** Shares in whole groups of 16 floats, so that no two threads write to one cache line. */
function lineShareOf(job: number, { jobs, length }: { readonly jobs: number; readonly length: number }): [number, number] {
  const [from, to] = shareOf(job, jobs, length / 16);
  return [from * 16, to * 16];
}

/** Computes one job of a phase on the calling thread. */
export function runTrainingJob(kernel: TrainingKernel, phase: TrainingPhase, job: number, scratch: Scratch): void {
  switch (phase.kind) {
    case 'masters': {
      const { source, filters, uPlane, inChannels, outChannels, back } = phase;
      const [from, to] = shareOf(job, phase.jobs, (back ? inChannels : outChannels) / 8);
      if (back) kernel.transformMastersBack(source, filters, uPlane, inChannels, outChannels, from, to, scratch.base);
      else kernel.transformMasters(source, filters, uPlane, inChannels, from, to);
      return;
    }
    case 'convolve': {
      const { input, output, size, filters, uPlane, bias, inChannels, outChannels, block } = phase;
      const [from, to] = shareOf(job, phase.jobs, phase.tiles);
      kernel.convolveTraining(
        input,
        output,
        filters,
        uPlane,
        bias,
        size,
        size,
        inChannels,
        outChannels,
        from,
        to - from,
        block,
        scratch.v,
        planeBytes(to - from, inChannels),
        scratch.m,
        planeBytes(to - from, block),
        scratch.base,
      );
      return;
    }
    case 'masked': {
      const { m, mPlane, output, size, channels } = phase;
      const [from, to] = shareOf(job, phase.jobs, phase.tiles);
      const row = channels * 4;
      kernel.transformMasked(
        m + from * row,
        mPlane,
        row,
        output,
        size,
        size,
        channels,
        0,
        channels,
        from,
        to - from,
        scratch.base,
      );
      return;
    }
    case 'pool': {
      const { input, output, picks, size, channels, pictures, back } = phase;
      const [from, to] = shareOf(job, phase.jobs, pictures * (size >> 1));
      if (back) kernel.unpoolMax(input, output, picks, size, size, channels, from, to);
      else kernel.poolMax(input, output, picks, size, size, channels, from, to);
      return;
    }
    case 'input-rows': {
      const { input, size, channels, first, v, vPlane, vRow } = phase;
      const [from, to] = shareOf(job, phase.jobs, phase.tiles);
      kernel.transformInputRows(
        input,
        size,
        size,
        channels,
        first + from,
        to - from,
        v + from * vRow,
        vPlane,
        vRow,
        scratch.base,
      );
      return;
    }
    case 'gradient': {
      const { input, size, channels, first, w, wPlane, wPanel } = phase;
      const [from, to] = shareOf(job, phase.jobs, phase.tiles);
      kernel.transformGradient(input, size, size, channels, first + from, to - from, w + from * 32, wPlane, wPanel, scratch.base);
      return;
    }
    case 'outer': {
      const { v, vPlane, vRow, w, wPlane, wPanel, m, mPlane, inChannels, outChannels, tiles, shares } = phase;
      const place = Math.floor(job / shares);
      const [from, to] = shareOf(job % shares, shares, outChannels / 8);
      const mPanel = inChannels * 32;
      kernel.addOuterProducts(
        v + place * vPlane,
        vRow,
        w + place * wPlane + from * wPanel,
        wPanel,
        m + place * mPlane + from * mPanel,
        mPanel,
        tiles,
        inChannels,
        to - from,
        phase.sum ? 1 : 0,
      );
      return;
    }
    case 'filter-gradient': {
      const [from, to] = shareOf(job, phase.jobs, phase.rows);
      kernel.filterGradient(phase.m, phase.mPlane, phase.output, from, to, phase.sum ? 1 : 0, scratch.base);
      return;
    }
    case 'first-gradient': {
      const { pixels, gradient, parts, scale, size, outChannels, jobsPerPicture } = phase;
      const picture = Math.floor(job / jobsPerPicture);
      const [from, to] = shareOf(job % jobsPerPicture, jobsPerPicture, size);
      const places = picture * size * size;
      kernel.firstGradient(
        pixels + places * 3,
        gradient + places * outChannels * 4,
        parts + job * 27 * outChannels * 4,
        scale,
        size,
        size,
        outChannels,
        from,
        to,
        scratch.base,
      );
      return;
    }
    case 'sum-pixels': {
      const { input, parts, channels } = phase;
      const [from, to] = shareOf(job, phase.jobs, phase.pixels);
      kernel.sumPixels(input, parts + job * channels * 4, channels, from, to);
      return;
    }
    case 'sum-parts':
      kernel.sumParts(phase.parts, phase.count, phase.output, phase.length, phase.sum ? 1 : 0);
      return;
    case 'unflatten': {
      const { input, output, size, channels } = phase;
      const bytes = size * size * channels * 4;
      kernel.flatten(input + job * bytes, output + job * bytes, channels, size * size);
      return;
    }
    case 'squares': {
      const [from, to] = lineShareOf(job, phase);
      kernel.sumSquares(phase.input, phase.sums + job * 8, from, to);
      return;
    }
    case 'sgd': {
      const [from, to] = lineShareOf(job, phase);
      const { weights, gradients, buffer, rate, decay, momentum, scale, fresh } = phase;
      kernel.updateSgd(weights, gradients, buffer, from, to, rate, decay, momentum, scale, fresh ? 1 : 0);
      return;
    }
    case 'adam': {
      const [from, to] = lineShareOf(job, phase);
      const { weights, gradients, means, squares, step, root, decay, shrink, beta1, beta2, epsilon, scale, fresh } = phase;
      kernel.updateAdam(
        weights,
        gradients,
        means,
        squares,
        from,
        to,
        step,
        root,
        decay,
        shrink,
        1 - beta1,
        beta2,
        1 - beta2,
        epsilon,
        scale,
        fresh ? 1 : 0,
      );
    }
  }
}
