import { HeadstartError, toHeadstartError } from '../domain/errors';
import { createCpuBackbone, type CpuBackbone, type CpuEnvironment } from '../kernels/wasm/cpu-backbone';
import { createCpuTrainer } from '../kernels/wasm/cpu-trainer';
import type { Backbone } from './backbone';
import { trainerBudget, watchTrainer, type BackboneTrainer, type TrainerRequest } from './trainer';
import { openConvSources, type BackboneWeights } from './weights/conv-weights';

export interface KernelBackboneOptions {
  readonly environment: CpuEnvironment;
  /** Null takes all cores. */
  readonly threads: number | null;
  /** Whether to use relaxed SIMD; undefined uses it where the browser has it. */
  readonly relaxed?: boolean;
}

/** A worker that died takes its pool with it, but not this worker: the run waits and can go on with a new pool. */
function toLoss(thrown: unknown): HeadstartError {
  const error = toHeadstartError(thrown);
  return error.code === 'worker-dead' ? new HeadstartError('cpu-worker-lost', {}, { cause: error }) : error;
}

/**
 * The backbone on our own kernels for the processor, on a pool of workers.
 * Rejects with `weights-tensor-invalid`, `out-of-memory` when even one picture at a time is too much, or `cpu-worker-lost`.
 */
export async function createKernelBackbone(
  weights: BackboneWeights,
  { environment, threads, relaxed }: KernelBackboneOptions,
): Promise<Backbone> {
  const own = await createCpuBackbone({
    environment,
    readSource: openConvSources(weights),
    scaling: weights.scaling,
    ...(threads === null ? {} : { threads }),
    ...(relaxed === undefined ? {} : { relaxed }),
  }).catch((thrown: unknown) => {
    throw toLoss(thrown);
  });
  const computePlan = `headstart-wasm winograd4 ${own.build.relaxed ? 'relaxed-simd' : 'simd'} float32`;
  let lost = false;
  const watched = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (thrown) {
      const error = toLoss(thrown);
      if (error.code === 'cpu-worker-lost') lost = true;
      throw error;
    }
  };
  return {
    computePlan,
    threads: own.threads,
    memoryBytes: own.plan.bytes,
    gpuBytes: () => 0,
    batch: own.batch,
    isLost: () => lost,
    extractFeatures: (pixels, tap, signal) => watched(own.extractFeatures(pixels, tap, signal)),
    extractBatch: (pixels, signal, gently = false) =>
      watched(own.extractBatch(pixels, signal, gently ? own.threads - 1 : own.threads)),
    training: {
      computePlan,
      batch: own.batch,
      extractBoundary: (pixels, steps, signal) => watched(extractBoundary(own, pixels, steps, signal)),
      openTrainer: (request) => openTrainer(weights, { environment, threads, relaxed: own.build.relaxed }, request),
    },
    dispose: () => {
      own.dispose();
    },
  };
}

/** As many at a time as pass together. */
async function extractBoundary(
  own: CpuBackbone,
  pixels: readonly Uint8Array[],
  steps: number,
  signal: AbortSignal | undefined,
): Promise<Float32Array[]> {
  const maps: Float32Array[] = [];
  for (let from = 0; from < pixels.length; from += own.batch)
    maps.push(...(await own.extractBoundary(pixels.slice(from, from + own.batch), steps, signal)));
  return maps;
}

async function openTrainer(
  weights: BackboneWeights,
  { environment, threads, relaxed }: Required<KernelBackboneOptions>,
  { unfrozen, batch, optimizer }: TrainerRequest,
): Promise<BackboneTrainer> {
  const losing = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (thrown) {
      throw toLoss(thrown);
    }
  };
  const own = await losing(
    createCpuTrainer({
      environment,
      readSource: openConvSources(weights),
      scaling: weights.scaling,
      unfrozen,
      batch,
      optimizer,
      relaxed,
      budget: trainerBudget(environment.deviceMemory),
      ...(threads === null ? {} : { threads }),
    }),
  );
  return watchTrainer(own, losing);
}
