import { HeadstartError, throwIfCancelled } from '../../domain/errors';
import { convLayers, featureCount, inputValues, type ConvLayer } from '../../domain/vgg16';
import { convSteps, outSizeOf } from '../wasm/network';
import { mapRead, usage } from './flags';
import { allocate, createGpuMemory, writeBytes, type GpuMemory } from './gpu-memory';
import { defaultPlan, describePlan, leanPlan, programsOf, type KernelPlan } from './kernel-plan';
import { toPixels } from './map-layout';
import {
  activationBytes,
  allowedBatch,
  filterBytesOf,
  memoryPlan,
  scratchBytes,
  singleSteps,
  tableBytes,
  type MemoryPlan,
} from './memory-plan';
import { createPieces, sizesBufferBytes, type Pieces } from './pieces';
import { createPipelines, type CompileProgress, type Pipelines } from './pipelines';
import { sizesBytes } from './programs/sizes';
import {
  createMaker,
  featureBytes,
  filterDispatch,
  networkSchedule,
  type Maker,
  type NetworkBuffers,
  type NetworkSchedule,
} from './schedule';

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

export interface GpuBackboneOptions {
  readonly device: GPUDevice;
  readonly readSource: (layer: ConvLayer) => ConvSource;
  /** Of 8-bit values as numbers from 0 to 1. */
  readonly scaling: { readonly mean: readonly number[]; readonly std: readonly number[] };
  /** Which kernel computes what: a remembered or measured plan; else a sane one for this kind of adapter. */
  readonly plan?: KernelPlan | undefined;
  /** Whether the adapter is emulated on the processor; only asked for where there is no plan. */
  readonly software?: boolean | undefined;
  /** Pictures that pass together; overrides the plan's. */
  readonly batch?: number | undefined;
  /** Programs that may be compiled already, while the weights are on their way. */
  readonly pipelines?: Pipelines | undefined;
  readonly onCompileProgress?: ((progress: CompileProgress) => void) | undefined;
  /** Called with what will be taken before it is, again for each smaller try. */
  readonly onMemory?: ((plan: MemoryPlan) => void) | undefined;
  /** Rejects when the device fails, else settles as the promise does: a lost device may leave a read pending for ever. */
  readonly orFailure?: (<T>(promise: Promise<T>) => Promise<T>) | undefined;
  readonly clock?: { now(): number } | undefined;
}

/** VGG-16's convolutional part on the graphics card. Calls may overlap: the next one's work is submitted while the last one's ends. */
export interface GpuBackbone {
  readonly batch: number;
  /** What computes, as it came out: with the batch that fitted. */
  readonly plan: KernelPlan;
  /** Names the arithmetic, for records: see describePlan. */
  readonly computePlan: string;
  readonly memory: MemoryPlan;
  /** Bytes that are taken on the device now. */
  gpuBytes(): number;
  /** Milliseconds of the longest submission so far. */
  longestPiece(): number;
  /**
   * 224 x 224 RGB pixels -> 25,088 features in CHW order.
   * Rejects with `cancelled`, `device-lost`, `out-of-memory`, or `self-check-failed` when they are not all numbers.
   */
  extractFeatures(pixels: Uint8Array, tap?: LayerTap, signal?: AbortSignal): Promise<Float32Array>;
  /** The same for several pictures, up to `batch` at a time: faster for each. */
  extractBatch(pixels: readonly Uint8Array[], signal?: AbortSignal): Promise<Float32Array[]>;
  /**
   * Features of up to `batch` pictures, left on the device: `[pictures, 25088]` float32 at the start of a buffer of the caller's, who
   * destroys it. Resolves once the work is submitted; nobody has looked whether they are numbers.
   */
  extractToBuffer(pixels: readonly Uint8Array[], signal?: AbortSignal): Promise<GPUBuffer>;
  /**
   * What the first `steps` convolutions give (1 to 12, pooling included where it follows), each picture's map `[h, w, c]`: the input of a
   * `BackboneTrainer` whose last `13 - steps` convolutions are trained. Rejects as `extractFeatures` does.
   */
  extractBoundary(pixels: readonly Uint8Array[], steps: number, signal?: AbortSignal): Promise<Float32Array[]>;
  /** Gives the memory back; whatever still waits rejects with `cancelled`. */
  dispose(): void;
}

/** A byte's value in each channel, `(x / 255 - mean) / std`, every operation rounded to float32 as PyTorch does it: `[3][256]`. */
export function scaleTable({ mean, std }: GpuBackboneOptions['scaling']): Float32Array {
  const { fround } = Math;
  return Float32Array.from({ length: 3 * 256 }, (_, at) => {
    const channel = Math.floor(at / 256);
    return fround(fround(fround((at % 256) / 255) - fround(mean[channel] ?? 0)) / fround(std[channel] ?? 1));
  });
}

export function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Rejects with `device-lost` once the device is; for owners without a watch of their own. */
export function watchDevice(device: GPUDevice): <T>(promise: Promise<T>) => Promise<T> {
  const lost = device.lost.then(({ reason, message }) => {
    throw new HeadstartError('device-lost', { detail: message === '' ? reason : message });
  });
  lost.catch(() => undefined); // nobody may be waiting when it fails
  return (promise) => Promise.race([promise, lost]);
}

function createBuffers(memory: GpuMemory, plan: KernelPlan, scaling: GpuBackboneOptions['scaling']): NetworkBuffers {
  const { v, m } = scratchBytes(plan);
  const { single, all } = activationBytes();
  const storage = usage.storage | usage.copySource;
  const pixels = () => memory.create('pixels', inputValues * plan.batch, usage.storage | usage.copyTarget);
  return {
    pixels: [pixels(), pixels()],
    table: memory.create('table', tableBytes, usage.storage | usage.copyTarget, bytesOf(scaleTable(scaling))),
    scaled: memory.create('scaled', inputValues * 4, storage),
    single: [memory.create('one picture', single[0], storage), memory.create('one picture', single[1], storage)],
    all: [
      memory.create('all pictures', all[0] * plan.batch, storage),
      memory.create('all pictures', all[1] * plan.batch, storage),
    ],
    v: memory.create('v', v, usage.storage),
    m: memory.create('m', m, usage.storage),
    filters: convSteps.map((step, at) =>
      memory.create(`filters ${step.index}`, filterBytesOf(step, plan, at), usage.storage | usage.copyTarget),
    ),
    biases: convSteps.map((step) =>
      memory.create(`biases ${step.index}`, step.outChannels * 4, usage.storage | usage.copyTarget),
    ),
    nothing: memory.create('nothing', 16, usage.storage),
  };
}

interface Room {
  readonly plan: KernelPlan;
  readonly buffers: NetworkBuffers;
  readonly pieces: Pieces;
}

/** Takes the memory for the plan's batch, or for half of it as often as the device has no room; at last for the leanest plan. */
async function takeRoom(
  options: GpuBackboneOptions,
  wanted: KernelPlan,
  memory: GpuMemory,
  clock: { now(): number },
  orFailure: <T>(promise: Promise<T>) => Promise<T>,
): Promise<Room> {
  const { device, scaling, onMemory } = options;
  const sizes = sizesBufferBytes(device.limits.minUniformBufferOffsetAlignment);
  let refusal: unknown = null;
  const tries: KernelPlan[] = [];
  for (let batch = allowedBatch(wanted, device.limits); batch >= 1; batch = Math.floor(batch / 2))
    tries.push({ ...wanted, batch });
  for (const plan of [...tries, leanPlan(wanted)]) {
    onMemory?.(memoryPlan(plan, sizes));
    try {
      return await allocate(
        device,
        memory,
        () => ({
          plan,
          buffers: createBuffers(memory, plan, scaling),
          pieces: createPieces({ device, memory, clock, orFailure }),
        }),
        orFailure,
      );
    } catch (error) {
      if (!(error instanceof HeadstartError) || error.code !== 'out-of-memory') throw error;
      refusal = error;
    }
  }
  throw new HeadstartError('out-of-memory', {}, { cause: refusal });
}

/** Uploads each layer as it lies in the file, and arranges it on the device. */
async function putWeights(
  { device, readSource }: GpuBackboneOptions,
  memory: GpuMemory,
  { plan, buffers, pieces }: Room,
  maker: Maker,
  orFailure: <T>(promise: Promise<T>) => Promise<T>,
): Promise<void> {
  for (const [at, layer] of convLayers.entries()) {
    const { kernel, half, bias } = readSource(layer);
    const [step, to, biases] = [convSteps[at], buffers.filters[at], buffers.biases[at]];
    if (step === undefined || to === undefined || biases === undefined) continue;
    writeBytes(device, biases, 0, bytesOf(bias));
    const winograd = plan.layers[at]?.kernel === 'winograd4';
    if (!winograd) writeBytes(device, to, step.inChannels * 9 * step.outChannels * 4, bytesOf(bias));
    const source = await allocate(
      device,
      memory,
      () => memory.create('source', kernel.length, usage.storage | usage.copyTarget, kernel),
      orFailure,
    );
    await pieces.submit([filterDispatch(maker, step, winograd, { source, half, to, nothing: buffers.nothing })]);
    memory.destroy(source);
  }
}

/**
 * Takes memory, compiles, and arranges the weights on the device; `dispose` frees it.
 * Rejects with `out-of-memory` when not even one picture at a time fits, with `device-lost`.
 */
export async function createGpuBackbone(options: GpuBackboneOptions): Promise<GpuBackbone> {
  const { device } = options;
  const clock = options.clock ?? performance;
  let rejectEnded: (error: HeadstartError) => void = () => undefined;
  const ended = new Promise<never>((_, reject) => {
    rejectEnded = reject;
  });
  ended.catch(() => undefined); // nobody may be waiting
  const watch = options.orFailure ?? watchDevice(device);
  const orFailure = <T>(promise: Promise<T>) => Promise.race([watch(promise), ended]);

  const subgroups = device.features.has('subgroups');
  const chosen = options.plan ?? defaultPlan({ subgroups, software: options.software ?? false });
  const wanted = { ...chosen, batch: Math.max(1, Math.floor(options.batch ?? chosen.batch)) };
  const pipelines = options.pipelines ?? createPipelines(device, wanted, watch);
  const memory = createGpuMemory(device);
  let room: Room;
  let maker: Maker;
  try {
    const compiled = pipelines.compile(programsOf(wanted), options.onCompileProgress);
    compiled.catch(() => undefined); // told below
    room = await takeRoom(options, wanted, memory, clock, orFailure);
    await compiled;
    await pipelines.compile(programsOf(room.plan));
    maker = createMaker(device, pipelines, room.pieces.sizes, sizesBytes);
    await putWeights(options, memory, room, maker, orFailure);
    await orFailure(room.pieces.settle());
  } catch (error) {
    memory.destroyAll();
    throw error;
  }
  const { plan, buffers, pieces } = room;
  const schedules = new Map<string, NetworkSchedule>();
  let slot: 0 | 1 = 0;
  let last: Promise<unknown> = Promise.resolve();

  /** One after another: all calls share the memory. A turn ends when its work is submitted; the device keeps the order. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = last.then(work, work);
    last = result.catch(() => undefined);
    return result;
  }

  function scheduleOf(pictures: number, side: 0 | 1): NetworkSchedule {
    const key = [pictures, side].join();
    const schedule = schedules.get(key) ?? networkSchedule(maker, plan, buffers, pictures, side);
    schedules.set(key, schedule);
    return schedule;
  }

  function putPixels(pixels: readonly Uint8Array[]): void {
    for (const picture of pixels)
      if (picture.length !== inputValues) throw new RangeError(`expected ${inputValues} values, not ${picture.length}`);
    // The other slot may still be read by what was submitted before.
    slot = slot === 0 ? 1 : 0;
    for (const [at, picture] of pixels.entries()) writeBytes(device, buffers.pixels[slot], at * inputValues, picture);
  }

  /** Submits a schedule; its result is copied to the start of a new buffer. */
  async function compute(
    { dispatches, result }: NetworkSchedule,
    bytes: number,
    flags: number,
    signal?: AbortSignal,
  ): Promise<GPUBuffer> {
    const target = device.createBuffer({ label: 'headstart result', size: bytes, usage: usage.copyTarget | flags });
    try {
      await pieces.submit(dispatches, signal, (encoder) => {
        encoder.copyBufferToBuffer(result.buffer, result.from * 4, target, 0, bytes);
      });
      return target;
    } catch (error) {
      target.destroy();
      throw error;
    }
  }

  /** Submits the network over some pictures; resolves with their features' buffer when it is submitted. */
  async function start(pixels: readonly Uint8Array[], flags: number, signal?: AbortSignal): Promise<GPUBuffer> {
    throwIfCancelled(signal);
    putPixels(pixels);
    return compute(scheduleOf(pixels.length, slot), featureBytes(pixels.length), flags, signal);
  }

  async function read(buffer: GPUBuffer): Promise<Float32Array> {
    try {
      await orFailure(buffer.mapAsync(mapRead));
      return new Float32Array(buffer.getMappedRange().slice(0));
    } finally {
      buffer.destroy();
    }
  }

  async function readFeatures(buffer: GPUBuffer, pictures: number): Promise<Float32Array[]> {
    const all = await read(buffer);
    // One NaN or infinity makes the sum one.
    if (!Number.isFinite(all.reduce((sum, value) => sum + value, 0))) throw new HeadstartError('self-check-failed');
    return Array.from({ length: pictures }, (_, at) => all.slice(at * featureCount, (at + 1) * featureCount));
  }

  /** Submits each part of the list in a turn of its own, and reads one while the next is computed. */
  async function extract(pixels: readonly Uint8Array[], signal?: AbortSignal): Promise<Float32Array[]> {
    const parts: Promise<Float32Array[]>[] = [];
    for (let from = 0; from < pixels.length; from += plan.batch) {
      const part = pixels.slice(from, from + plan.batch);
      const target = await inTurn(() => start(part, usage.mapRead, signal));
      const read = readFeatures(target, part.length);
      read.catch(() => undefined); // told below
      parts.push(read);
      // Two parts ahead at most, so that features do not pile up.
      await parts.at(-2);
    }
    const all = (await Promise.all(parts)).flat();
    throwIfCancelled(signal);
    return all;
  }

  /** Maps after step `at` of as many pictures as pass it at once. */
  async function extractMaps(pixels: readonly Uint8Array[], at: number, signal?: AbortSignal): Promise<Float32Array[]> {
    throwIfCancelled(signal);
    const step = convSteps[at];
    if (step === undefined) throw new RangeError(`there is no step ${at}`);
    putPixels(pixels);
    const schedule = networkSchedule(maker, plan, buffers, pixels.length, slot, 0, at);
    const length = outSizeOf(step) ** 2 * step.outChannels;
    const all = await read(await compute(schedule, pixels.length * length * 4, usage.mapRead, signal));
    throwIfCancelled(signal);
    // One NaN or infinity makes the sum one.
    if (!Number.isFinite(all.reduce((sum, value) => sum + value, 0))) throw new HeadstartError('self-check-failed');
    return pixels.map((_, picture) => toPixels(all.subarray(picture * length, (picture + 1) * length), step.outChannels));
  }

  /** Step by step, reading what is between: only tests look inside. */
  async function showSteps(pixels: Uint8Array, tap: LayerTap): Promise<void> {
    putPixels([pixels]);
    for (const [at, step] of convSteps.entries()) {
      const size = outSizeOf(step);
      const schedule = networkSchedule(maker, plan, buffers, 1, slot, at, at);
      const values = await read(await compute(schedule, size * size * step.outChannels * 4, usage.mapRead));
      tap(step.index + (step.pool ? 2 : 1), [size, size, step.outChannels], toPixels(values, step.outChannels));
    }
  }

  return {
    batch: plan.batch,
    plan,
    computePlan: describePlan(plan),
    memory: memoryPlan(plan, pieces.sizes.size),
    gpuBytes: () => memory.bytes(),
    longestPiece: () => pieces.longest(),

    extractFeatures: async (pixels, tap, signal) => {
      if (tap !== undefined) await inTurn(() => showSteps(pixels, tap));
      const [features] = await extract([pixels], signal);
      if (features === undefined) throw new HeadstartError('unexpected', { detail: 'no features' });
      return features;
    },

    extractBatch: extract,

    extractToBuffer: (pixels, signal) => {
      if (pixels.length > plan.batch) throw new RangeError(`${pixels.length} pictures, but ${plan.batch} at most`);
      return inTurn(() => start(pixels, usage.storage | usage.copySource, signal));
    },

    extractBoundary: async (pixels, steps, signal) => {
      if (steps < 1) throw new RangeError('before the first convolution there are only pixels');
      const together = steps < singleSteps ? 1 : plan.batch;
      const maps: Float32Array[] = [];
      for (let from = 0; from < pixels.length; from += together)
        maps.push(...(await inTurn(() => extractMaps(pixels.slice(from, from + together), steps - 1, signal))));
      return maps;
    },

    dispose: () => {
      rejectEnded(new HeadstartError('cancelled'));
      memory.destroyAll();
    },
  };
}
