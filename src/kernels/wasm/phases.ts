import type { Kernel } from './kernel';
import { planeBytes, shareOf, type Scratch } from './shares';
import { runTrainingJob, type TrainingPhase } from './training-phases';

/** Addresses and sizes are in bytes; every array is float32 where nothing else is said. */
interface Pixels {
  readonly input: number;
  readonly output: number;
  readonly size: number;
}

/** 8-bit pixels -> the first layer's result; a job is some rows of one picture. */
export interface FirstPhase extends Pixels {
  readonly kind: 'first';
  readonly jobs: number;
  readonly weights: number;
  readonly bias: number;
  readonly scale: number;
  readonly outChannels: number;
}

/** A whole convolution; a job is a block of tiles, with V and M in the thread's own scratch. */
export interface BlockPhase extends Pixels {
  readonly kind: 'block';
  readonly jobs: number;
  readonly filters: number;
  readonly bias: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly pool: boolean;
  readonly tiles: number;
  /** Output channels whose 36 products are held at once. */
  readonly block: number;
}

/** Input transform into shared V; a job is a block of tiles. */
export interface InputPhase {
  readonly kind: 'input';
  readonly jobs: number;
  readonly input: number;
  readonly size: number;
  readonly inChannels: number;
  readonly tiles: number;
  readonly v: number;
  readonly vPlane: number;
}

/** V times U into shared M; a job is one of the 36 places and a share of the output channels. */
export interface ProductPhase {
  readonly kind: 'product';
  readonly jobs: number;
  readonly v: number;
  readonly vPlane: number;
  readonly filters: number;
  /** Between two of the 36 filter matrices. */
  readonly uPlane: number;
  readonly m: number;
  readonly mPlane: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly tiles: number;
  /** Shares of the output channels: jobs = 36 * shares. */
  readonly shares: number;
}

/** Output transform from shared M; a job is a block of tiles. */
export interface OutputPhase {
  readonly kind: 'output';
  readonly jobs: number;
  readonly m: number;
  readonly mPlane: number;
  readonly bias: number;
  readonly output: number;
  readonly size: number;
  readonly outChannels: number;
  readonly pool: boolean;
  readonly tiles: number;
}

/** Filters -> transformed filters; a job is some panels of eight output channels. */
export interface FilterPhase {
  readonly kind: 'filters';
  readonly jobs: number;
  /** [outChannels][inChannels][3][3], as float16 bits where `half`. */
  readonly source: number;
  readonly half: boolean;
  readonly filters: number;
  readonly inChannels: number;
  readonly outChannels: number;
}

/** The first layer's filters, packed as its kernel reads them; one job. */
export interface PackPhase {
  readonly kind: 'pack';
  readonly jobs: 1;
  readonly source: number;
  readonly half: boolean;
  readonly weights: number;
  readonly outChannels: number;
}

/** Feature maps -> features in CHW order; a job is one picture. */
export interface FlattenPhase {
  readonly kind: 'flatten';
  readonly jobs: number;
  readonly input: number;
  readonly output: number;
  readonly size: number;
  readonly channels: number;
}

/** A phase of the network's way forwards. */
export type NetworkPhase =
  FirstPhase | BlockPhase | InputPhase | ProductPhase | OutputPhase | FilterPhase | PackPhase | FlattenPhase;

export type Phase = NetworkPhase | TrainingPhase;

/** Computes one job of a phase on the calling thread. */
export function runJob(kernel: Kernel, phase: Phase, job: number, scratch: Scratch): void {
  switch (phase.kind) {
    case 'first': {
      const [from, to] = shareOf(job, phase.jobs, phase.size);
      kernel.convolveFirst(
        phase.input,
        phase.output,
        phase.weights,
        phase.bias,
        phase.scale,
        phase.size,
        phase.size,
        phase.outChannels,
        from,
        to,
        scratch.base,
      );
      return;
    }
    case 'block': {
      const { input, output, size, filters, bias, inChannels, outChannels, pool, block } = phase;
      const [from, to] = shareOf(job, phase.jobs, phase.tiles);
      const vPlane = planeBytes(to - from, inChannels);
      const mPlane = planeBytes(to - from, block);
      kernel.convolve(
        input,
        output,
        filters,
        bias,
        size,
        size,
        inChannels,
        outChannels,
        pool ? 1 : 0,
        from,
        to - from,
        block,
        scratch.v,
        vPlane,
        scratch.m,
        mPlane,
        scratch.base,
      );
      return;
    }
    case 'input': {
      const { inChannels, size, v, vPlane } = phase;
      const [from, to] = shareOf(job, phase.jobs, phase.tiles);
      kernel.transformInput(
        phase.input,
        size,
        size,
        inChannels,
        from,
        to - from,
        v + from * inChannels * 4,
        vPlane,
        scratch.base,
      );
      return;
    }
    case 'product': {
      const { v, vPlane, filters, uPlane, m, mPlane, inChannels, outChannels, tiles, shares } = phase;
      const place = Math.floor(job / shares);
      const [from, to] = shareOf(job % shares, shares, outChannels / 8);
      const panel = inChannels * 32;
      const u = filters + place * uPlane + from * panel;
      kernel.multiplyPlaces(
        v + place * vPlane,
        0,
        u,
        0,
        m + place * mPlane + from * 32,
        0,
        inChannels,
        tiles,
        outChannels * 4,
        to - from,
        1,
      );
      return;
    }
    case 'output': {
      const { m, mPlane, bias, output, size, outChannels, pool } = phase;
      const [from, to] = shareOf(job, phase.jobs, phase.tiles);
      const row = outChannels * 4;
      kernel.transformOutput(
        m + from * row,
        mPlane,
        row,
        bias,
        output,
        size,
        size,
        outChannels,
        0,
        outChannels,
        pool ? 1 : 0,
        from,
        to - from,
        scratch.base,
      );
      return;
    }
    case 'filters': {
      const { source, half, filters, inChannels, outChannels } = phase;
      const [from, to] = shareOf(job, phase.jobs, outChannels / 8);
      kernel.transformFilters(source, half ? 1 : 0, filters, inChannels, outChannels, from, to, scratch.base);
      return;
    }
    case 'pack':
      kernel.packFirst(phase.source, phase.half ? 1 : 0, phase.weights, phase.outChannels);
      return;
    case 'flatten': {
      const bytes = phase.size * phase.size * phase.channels * 4;
      kernel.flatten(phase.input + job * bytes, phase.output + job * bytes, phase.size * phase.size, phase.channels);
      return;
    }
    case 'masters':
    case 'convolve':
    case 'masked':
    case 'pool':
    case 'input-rows':
    case 'gradient':
    case 'outer':
    case 'filter-gradient':
    case 'first-gradient':
    case 'sum-pixels':
    case 'sum-parts':
    case 'unflatten':
    case 'squares':
    case 'sgd':
    case 'adam':
      runTrainingJob(kernel, phase, job, scratch);
  }
}
