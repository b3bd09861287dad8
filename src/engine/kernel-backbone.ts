import { HeadstartError, toHeadstartError } from '../domain/errors';
import { createCpuBackbone, type CpuEnvironment } from '../kernels/wasm/cpu-backbone';
import type { Backbone } from './backbone';
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
    computePlan: `headstart-wasm winograd4 ${own.build.relaxed ? 'relaxed-simd' : 'simd'} float32`,
    threads: own.threads,
    memoryBytes: own.plan.bytes,
    gpuBytes: () => 0,
    batch: own.batch,
    isLost: () => lost,
    extractFeatures: (pixels, tap, signal) => watched(own.extractFeatures(pixels, tap, signal)),
    extractBatch: (pixels, signal, gently = false) =>
      watched(own.extractBatch(pixels, signal, gently ? own.threads - 1 : own.threads)),
    dispose: () => {
      own.dispose();
    },
  };
}
