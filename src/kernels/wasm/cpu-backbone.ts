import { HeadstartError, throwIfCancelled } from '../../domain/errors';
import { convLayers, featureCount, inputValues, type ConvLayer } from '../../domain/vgg16';
import { scaleTable, type InputScaling } from './input-scaling';
import { loadKernelModule, type KernelBuild } from './kernel-builds';
import { defaultBatch, isRemade, memoryPlan, type FilterMode, type MemoryPlan } from './memory-plan';
import { convSteps, outSizeOf } from './network';
import { startKernelPool, type KernelPool } from './pool';
import { hasRelaxedSimd } from './relaxed-simd';
import { filterPhase, networkPhases } from './schedule';
import { chooseThreads, type ThreadEnvironment } from './threads';

/** One layer's weights as they lie in the file. */
export interface ConvSource {
  /** Kernel, OIHW, row-major: float16 bit patterns where `half`, else float32; little-endian. */
  readonly kernel: Uint8Array;
  readonly half: boolean;
  /** `[outChannels]`. */
  readonly bias: Float32Array;
}

/** Sees what comes out of a step (its pooling where it has one): torchvision's layer index, `[h, w, c]`, values row-major. For tests. */
export type LayerTap = (layerIndex: number, shape: readonly [number, number, number], values: Float32Array) => void;

export interface CpuEnvironment extends ThreadEnvironment {
  /** `navigator.deviceMemory` in GB; undefined where the browser does not say. */
  readonly deviceMemory: number | undefined;
  spawn(): Worker;
  /** Throws a RangeError when the memory cannot be had. */
  createMemory(bytes: number): WebAssembly.Memory;
  loadModule(build: KernelBuild): Promise<WebAssembly.Module>;
}

export interface CpuBackboneOptions {
  readonly environment: CpuEnvironment;
  readonly readSource: (layer: ConvLayer) => ConvSource;
  /** Of 8-bit values as numbers from 0 to 1. */
  readonly scaling: InputScaling;
  readonly threads?: number | undefined;
  /** Pictures that pass together; more read the filters less often and need more memory. */
  readonly batch?: number | undefined;
  readonly mode?: FilterMode | undefined;
  readonly relaxed?: boolean | undefined;
  readonly stallMs?: number | undefined;
}

/** VGG-16's convolutional part on the CPU, on compute workers. Calls may overlap; they are computed in turn. */
export interface CpuBackbone {
  readonly threads: number;
  readonly batch: number;
  readonly plan: MemoryPlan;
  readonly build: KernelBuild;
  /**
   * 224 x 224 RGB pixels -> 25,088 features in CHW order.
   * Rejects with `cancelled`, `worker-dead`, or `self-check-failed` when they are not all numbers.
   */
  extractFeatures(pixels: Uint8Array, tap?: LayerTap, signal?: AbortSignal): Promise<Float32Array>;
  /**
   * The same for several pictures, up to `batch` at a time: faster for each. Fewer `threads` than there are leave cores to others; the
   * numbers are the same.
   */
  extractBatch(pixels: readonly Uint8Array[], signal?: AbortSignal, threads?: number): Promise<Float32Array[]>;
  /**
   * What the first `steps` convolutions give (1 to 12, pooling included where it follows), each picture's map `[h, w, c]`: the input of a
   * `CpuTrainer` whose last `13 - steps` convolutions are trained. Rejects as `extractFeatures` does.
   */
  extractBoundary(pixels: readonly Uint8Array[], steps: number, signal?: AbortSignal): Promise<Float32Array[]>;
  /** Ends the workers and gives the memory back. */
  dispose(): void;
}

/** GB at or below which filters are transformed layer by layer. */
const littleMemory = 4;

/** What a browser gives, for the worker that owns the backbone. */
export function browserEnvironment(spawn: () => Worker): CpuEnvironment {
  const isolated = globalThis.crossOriginIsolated;
  const deviceMemory =
    'deviceMemory' in navigator && typeof navigator.deviceMemory === 'number' ? navigator.deviceMemory : undefined;
  return {
    cores: navigator.hardwareConcurrency,
    isolated,
    deviceMemory,
    spawn,
    createMemory: (bytes) => new WebAssembly.Memory({ initial: bytes / 65_536, maximum: bytes / 65_536, shared: true }),
    loadModule: loadKernelModule,
  };
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Starts workers over the largest memory that can be had: all filters kept, else layer by layer, else one picture at a time. */
async function openPool(
  options: CpuBackboneOptions,
  build: KernelBuild,
  half: boolean,
): Promise<{ plan: MemoryPlan; pool: KernelPool }> {
  const { environment, stallMs } = options;
  const threads = chooseThreads(environment, options.threads);
  const batch = Math.max(1, Math.floor(options.batch ?? defaultBatch));
  const mode = options.mode ?? ((environment.deviceMemory ?? Infinity) <= littleMemory ? 'layer-by-layer' : 'kept');
  const module = await environment.loadModule(build);
  const attempts = [
    { mode, batch },
    { mode: 'layer-by-layer', batch },
    { mode: 'layer-by-layer', batch: 1 },
  ] as const;
  let refusal: unknown = null;
  for (const attempt of attempts) {
    const plan = memoryPlan({ threads, half, ...attempt });
    try {
      const memory = build.shared ? environment.createMemory(plan.bytes) : null;
      const pool = await startKernelPool({
        spawn: () => environment.spawn(),
        module,
        plan,
        memory,
        ...(stallMs === undefined ? {} : { stallMs }),
      });
      return { plan, pool };
    } catch (error) {
      const isMemory = error instanceof RangeError || (error instanceof HeadstartError && error.code === 'out-of-memory');
      if (!isMemory) throw error;
      refusal = error;
    }
  }
  throw new HeadstartError('out-of-memory', {}, { cause: refusal });
}

/** Copies the weights into the memory and transforms the filters there, on all threads. */
async function putWeights(
  pool: KernelPool,
  plan: MemoryPlan,
  sources: readonly ConvSource[],
  scaling: InputScaling,
): Promise<void> {
  pool.write(plan.scale, bytesOf(scaleTable(scaling)));
  for (const [at, { kernel, bias }] of sources.entries()) {
    const source = plan.sources[at] ?? 0;
    pool.write(plan.biases[at] ?? 0, bytesOf(bias));
    pool.write(source, kernel);
    const step = convSteps[at];
    if (step !== undefined && !isRemade(step, plan.mode)) await pool.run([filterPhase(plan, at)]);
  }
}

/**
 * Puts the weights into the workers' memory once; `dispose` frees it.
 * Rejects with `out-of-memory` when even the smallest plan cannot be had, with `worker-dead` when a worker does not start.
 */
export async function createCpuBackbone(options: CpuBackboneOptions): Promise<CpuBackbone> {
  const sources = convLayers.map((layer) => options.readSource(layer));
  const half = sources.every((source) => source.half);
  if (!half && sources.some((source) => source.half)) throw new RangeError('float16 and float32 kernels are mixed');
  const build = { shared: options.environment.isolated, relaxed: options.relaxed ?? hasRelaxedSimd() };
  const { plan, pool } = await openPool(options, build, half);
  try {
    await putWeights(pool, plan, sources, options.scaling);
  } catch (error) {
    pool.dispose();
    throw error;
  }

  let last: Promise<unknown> = Promise.resolve();
  /** One after another: all calls share the memory. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = last.then(work, work);
    last = result.catch(() => undefined);
    return result;
  }

  function put(pixels: readonly Uint8Array[]): void {
    for (const [at, picture] of pixels.entries()) {
      if (picture.length !== inputValues) throw new RangeError(`expected ${inputValues} values, not ${picture.length}`);
      pool.write(plan.pixels + at * inputValues, picture);
    }
  }

  async function readFloats(address: number, count: number): Promise<Float32Array> {
    return new Float32Array((await pool.read(address, count * 4)).buffer);
  }

  async function extract(pixels: readonly Uint8Array[], signal?: AbortSignal, threads?: number): Promise<Float32Array[]> {
    throwIfCancelled(signal);
    put(pixels);
    await pool.run(networkPhases(plan, pixels.length).phases, signal, threads);
    const all = await readFloats(plan.features, pixels.length * featureCount);
    // One NaN or infinity makes the sum one.
    if (!Number.isFinite(all.reduce((sum, value) => sum + value, 0))) throw new HeadstartError('self-check-failed');
    return pixels.map((_, at) => all.subarray(at * featureCount, (at + 1) * featureCount));
  }

  /** Maps after step `at` (0 to 12) of as many pictures as its stage passes at once. */
  async function extractMaps(pixels: readonly Uint8Array[], at: number, signal?: AbortSignal): Promise<Float32Array[]> {
    throwIfCancelled(signal);
    put(pixels);
    const step = convSteps[at];
    if (step === undefined) throw new RangeError(`there is no step ${at}`);
    const { phases, address } = networkPhases(plan, pixels.length, at);
    await pool.run(phases, signal);
    const length = outSizeOf(step) ** 2 * step.outChannels;
    const all = await readFloats(address, pixels.length * length);
    if (!Number.isFinite(all.reduce((sum, value) => sum + value, 0))) throw new HeadstartError('self-check-failed');
    return pixels.map((_, picture) => all.slice(picture * length, (picture + 1) * length));
  }

  /** Runs the network again up to each step: only tests look inside. */
  async function showSteps(pixels: Uint8Array, tap: LayerTap): Promise<void> {
    put([pixels]);
    for (const [at, step] of convSteps.entries()) {
      const { phases, address } = networkPhases(plan, 1, at);
      await pool.run(phases);
      const size = outSizeOf(step);
      tap(
        step.index + (step.pool ? 2 : 1),
        [size, size, step.outChannels],
        await readFloats(address, size * size * step.outChannels),
      );
    }
  }

  return {
    threads: plan.threads,
    batch: plan.batch,
    plan,
    build,

    extractFeatures: (pixels, tap, signal) =>
      inTurn(async () => {
        if (tap !== undefined) await showSteps(pixels, tap);
        const [features] = await extract([pixels], signal);
        if (features === undefined) throw new HeadstartError('unexpected', { detail: 'no features' });
        return features;
      }),

    extractBatch: (pixels, signal, threads) =>
      inTurn(async () => {
        const features: Float32Array[] = [];
        for (let from = 0; from < pixels.length; from += plan.batch)
          features.push(...(await extract(pixels.slice(from, from + plan.batch), signal, threads)));
        return features;
      }),

    extractBoundary: (pixels, steps, signal) =>
      inTurn(async () => {
        if (steps < 1) throw new RangeError('before the first convolution there are only pixels');
        const together = plan.stages.find(({ last: end }) => steps - 1 <= end)?.pictures ?? 1;
        const maps: Float32Array[] = [];
        for (let from = 0; from < pixels.length; from += together)
          maps.push(...(await extractMaps(pixels.slice(from, from + together), steps - 1, signal)));
        return maps;
      }),

    dispose: () => {
      pool.dispose();
    },
  };
}
