import type { DeviceProgress } from '../domain/events';
import { browserEnvironment } from '../kernels/wasm/cpu-backbone';
import { hasRelaxedSimd } from '../kernels/wasm/relaxed-simd';
import type { Backbone } from './backbone';
import type { Compute } from './device';
import { GpuKernels, type KernelPlans } from './gpu-kernels';
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
  open(onProgress: (progress: DeviceProgress) => void): Promise<Backbone>;
}

export interface PathOptions {
  /** Threads of the processor; null takes all cores. */
  readonly threads: number | null;
}

export interface ComputePaths {
  /** Begins on a new device what needs no weights, while they are on their way. Never rejects. */
  prepare(compute: Compute): void;
  /** The ways to compute on a device, best first. */
  of(compute: Compute, weights: BackboneWeights, options: PathOptions): readonly ComputePath[];
  /** Where the backbone in use cannot train its convolutions, or wrongly: what trains them instead, best first; may name that path too. */
  forTraining(compute: Compute, weights: BackboneWeights, options: PathOptions): readonly ComputePath[];
  /** See EngineApi. */
  skipMeasuring(): void;
}

/** Every float32 path is within a third of this of the reference: what is further off is broken, not rounded. */
const float32Tolerance = 1e-3;

export function createTfjsPath(name: string, compute: Compute, weights: BackboneWeights): ComputePath {
  return {
    name,
    featureTolerance: float32Tolerance,
    open: () => Promise.resolve().then(() => createTfjsBackbone(weights, compute)),
  };
}

export interface BrowserPathParts {
  /** Starts one of the CPU's compute workers. */
  readonly spawnKernel: () => Worker;
  readonly plans: KernelPlans;
}

/** What a browser offers: on the graphics card our kernels, and after it the processor's. */
export function createBrowserPaths({ spawnKernel, plans }: BrowserPathParts): ComputePaths {
  const environment = browserEnvironment(spawnKernel);
  const gpu = new GpuKernels(plans, { deviceMemory: environment.deviceMemory });
  const onProcessor = (weights: BackboneWeights, { threads }: PathOptions): readonly ComputePath[] => {
    const kernels = (name: string, relaxed: boolean): ComputePath => ({
      name,
      featureTolerance: float32Tolerance,
      open: () => createKernelBackbone(weights, { environment, threads, relaxed }),
    });
    return [
      ...(hasRelaxedSimd() ? [kernels('The processor with relaxed SIMD', true)] : []),
      kernels('The processor with SIMD', false),
    ];
  };
  return {
    prepare: (compute) => {
      gpu.prepare(compute);
    },
    skipMeasuring: () => {
      gpu.skipMeasuring();
    },
    of: (compute, weights, options) => {
      if (compute.device !== null)
        return [
          {
            name: 'The graphics card',
            featureTolerance: float32Tolerance,
            open: (onProgress) => gpu.open(compute, weights, onProgress),
          },
        ];
      return [...onProcessor(weights, options), createTfjsPath('TensorFlow.js on the processor', compute, weights)];
    },
    forTraining: (_compute, weights, options) => onProcessor(weights, options),
  };
}
