import { hasRelaxedSimd } from '../kernels/wasm/kernel-builds';
import { browserEnvironment } from '../kernels/wasm/cpu-backbone';
import type { Backbone } from './backbone';
import type { Compute } from './device';
import { createKernelBackbone } from './kernel-backbone';
import { createTfjsBackbone } from './tfjs-backbone';
import type { BackboneWeights } from './weights/conv-weights';

/** One way to compute on a device. It is used only after it passed its self-test. */
export interface ComputePath {
  /** For people, as the subject of a sentence. */
  readonly name: string;
  /** Largest error of the self-test's features over their rms that passes. */
  readonly featureTolerance: number;
  /** Rejects with why it cannot be had. */
  open(): Promise<Backbone>;
}

export interface PathOptions {
  /** Threads of the processor; null takes all cores. */
  readonly threads: number | null;
}

/** The ways to compute on a device, best first. */
export type PathsOf = (compute: Compute, weights: BackboneWeights, options: PathOptions) => readonly ComputePath[];

/** Every float32 path is within a third of this of the reference: what is further off is broken, not rounded. */
const float32Tolerance = 1e-3;

export function createTfjsPath(name: string, compute: Compute, weights: BackboneWeights): ComputePath {
  return {
    name,
    featureTolerance: float32Tolerance,
    open: () => Promise.resolve().then(() => createTfjsBackbone(weights, compute)),
  };
}

/** What a browser offers. `spawnKernel` starts one of the CPU's compute workers. */
export function createBrowserPaths(spawnKernel: () => Worker): PathsOf {
  return (compute, weights, { threads }) => {
    if (compute.device !== null) return [createTfjsPath('The graphics card', compute, weights)];
    const environment = browserEnvironment(spawnKernel);
    const kernels = (name: string, relaxed: boolean): ComputePath => ({
      name,
      featureTolerance: float32Tolerance,
      open: () => createKernelBackbone(weights, { environment, threads, relaxed }),
    });
    return [
      ...(hasRelaxedSimd() ? [kernels('The processor with relaxed SIMD', true)] : []),
      kernels('The processor with SIMD', false),
      createTfjsPath('TensorFlow.js on the processor', compute, weights),
    ];
  };
}
