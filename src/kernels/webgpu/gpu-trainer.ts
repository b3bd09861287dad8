import { HeadstartError, throwIfCancelled } from '../../domain/errors';
import { convLayers, featureCount, inputValues, type ConvLayer } from '../../domain/vgg16';
import {
  momentsOf,
  type BackboneTrainer,
  type TrainedTensor,
  type TrainerOptimizer,
  type UpdateSettings,
} from '../backbone-trainer';
import { convSteps } from '../wasm/network';
import { readFloats, widenHalf } from '../wasm/trainer-layout';
import { mapRead, usage } from './flags';
import { bytesOf, scaleTable, watchDevice, type ConvSource, type GpuBackboneOptions } from './gpu-backbone';
import { allocate, createGpuMemory, writeBytes, type GpuMemory } from './gpu-memory';
import { defaultPlan, type KernelPlan } from './kernel-plan';
import { toPlanes } from './map-layout';
import { tableBytes } from './memory-plan';
import { createPieces, sizesBufferBytes, type Dispatch, type Pieces } from './pieces';
import { createPipelines, type CompileProgress, type Pipelines, type ProgramName } from './pipelines';
import type { MultiplyKind } from './programs/multiply-programs';
import { sizesBytes } from './programs/sizes';
import { squaresGroups } from './programs/sum-programs';
import { createMaker } from './schedule';
import { flagBytes, gpuTrainerPlan, nothingBytes, type GpuTrainerPlan } from './training-plan';
import {
  backwardDispatches,
  forwardDispatches,
  squaresDispatches,
  updateDispatch,
  type TrainingBuffers,
} from './training-schedule';

export interface GpuTrainerOptions {
  readonly device: GPUDevice;
  readonly readSource: (layer: ConvLayer) => ConvSource;
  readonly scaling: GpuBackboneOptions['scaling'];
  /** How many of the last convolutions are trained, 1 to 13; block 5 is 3. */
  readonly unfrozen: number;
  /** Pictures in a batch; `plan.microBatch` tells how many of them pass at once. */
  readonly batch: number;
  readonly optimizer: TrainerOptimizer;
  /** The backbone's plan on this adapter: its products are taken. Else a sane one for this kind of adapter. */
  readonly kernels?: KernelPlan | undefined;
  /** Whether the adapter is emulated on the processor; only asked for where there is no plan. */
  readonly software?: boolean | undefined;
  /** Bytes that all buffers together should not exceed. */
  readonly budget?: number | undefined;
  /** Programs that may be compiled already. */
  readonly pipelines?: Pipelines | undefined;
  readonly onCompileProgress?: ((progress: CompileProgress) => void) | undefined;
  /** Called with what will be taken before it is, again for each smaller try. */
  readonly onMemory?: ((plan: GpuTrainerPlan) => void) | undefined;
  /** Rejects when the device fails, else settles as the promise does: a lost device may leave a read pending for ever. */
  readonly orFailure?: (<T>(promise: Promise<T>) => Promise<T>) | undefined;
  readonly clock?: { now(): number } | undefined;
}

/** A trainer on the graphics card. Whatever waits rejects with `device-lost` once the device is. */
export interface GpuTrainer extends BackboneTrainer {
  readonly plan: GpuTrainerPlan;
  /** Bytes that are taken on the device now. */
  gpuBytes(): number;
  /** Milliseconds of the longest submission so far. */
  longestPiece(): number;
}

/** Where one tensor lies: in floats from the start of the weights. */
interface PlacedTensor extends TrainedTensor {
  readonly at: number;
  readonly length: number;
}

function placeTensors({ tensors }: GpuTrainerPlan): readonly PlacedTensor[] {
  return convSteps.flatMap(({ index, inChannels, outChannels }, at) => {
    const own = tensors[at];
    if (own === undefined || own === null) return [];
    const name = `features.${index}`;
    return [
      { name: `${name}.weight`, shape: [outChannels, inChannels, 3, 3], at: own.weight, length: outChannels * inChannels * 9 },
      { name: `${name}.bias`, shape: [outChannels], at: own.bias, length: outChannels },
    ];
  });
}

/** What has to be compiled for training. */
export function trainingPrograms(optimizer: TrainerOptimizer, multiply: MultiplyKind, withPixels: boolean): ProgramName[] {
  return [
    ...(withPixels ? (['pixels', 'pack-masters', 'direct'] as const) : []),
    'transform-masters',
    'input',
    multiply,
    'output',
    'pool',
    'picks',
    'unpool',
    'bias-gradient',
    'input-rows',
    'gradient-rows',
    'filter-gradient',
    'output-masked',
    'squares',
    'gate',
    optimizer === 'sgd' ? 'sgd' : 'adam',
  ];
}

function createBuffers(memory: GpuMemory, plan: GpuTrainerPlan, scaling: GpuBackboneOptions['scaling']): TrainingBuffers {
  const kept = usage.storage | usage.copySource | usage.copyTarget;
  const tensors = (label: string) => memory.create(label, plan.length * 4, kept);
  const work = (label: string, bytes: number) => memory.create(label, Math.max(nothingBytes, bytes), usage.storage);
  const unlessNone = (label: string, bytes: number) => (bytes === 0 ? null : memory.create(label, bytes, kept));
  const moments = momentsOf[plan.optimizer];
  return {
    weights: tensors('weights'),
    gradients: tensors('gradients'),
    moments: [tensors('first moments'), moments > 1 ? tensors('second moments') : work('no moments', nothingBytes)],
    pixels: unlessNone('pixels', plan.pixels),
    table: plan.first === 0 ? memory.create('table', tableBytes, kept, bytesOf(scaleTable(scaling))) : null,
    maps: plan.maps.map((bytes, at) => unlessNone(`map ${at}`, bytes)),
    picks: plan.picks.map((bytes, at) => unlessNone(`picks ${at}`, bytes)),
    spread: work('before pooling', plan.spread),
    filters: work('filters', plan.filters),
    v: work('v', plan.transformed),
    m: work('m', plan.transformed),
    nothing: work('nothing', nothingBytes),
    sums: memory.create('sums', squaresGroups * 4, kept),
    flag: memory.create('flag', flagBytes, kept),
  };
}

function areFinite(values: Float32Array): boolean {
  // One NaN or infinity makes the sum one.
  return Number.isFinite(values.reduce((sum, value) => sum + value, 0));
}

/** The products of most use: the last layers'. */
function multiplyOf(options: GpuTrainerOptions): MultiplyKind {
  const subgroups = options.device.features.has('subgroups');
  const sane = defaultPlan({ subgroups, software: options.software ?? false });
  for (const layer of [...(options.kernels?.layers ?? []).toReversed(), ...sane.layers.toReversed()])
    if (layer.kernel === 'winograd4') return layer.multiply;
  throw new RangeError('no layer of a plan is Winograd’s');
}

interface Room {
  readonly plan: GpuTrainerPlan;
  readonly buffers: TrainingBuffers;
  readonly pieces: Pieces;
}

/** Takes the memory for the batch, or for half of it as often as the device has no room. */
async function takeRoom(
  options: GpuTrainerOptions,
  multiply: MultiplyKind,
  memory: GpuMemory,
  orFailure: <T>(promise: Promise<T>) => Promise<T>,
): Promise<Room> {
  const { device, unfrozen, optimizer, budget, scaling } = options;
  const { maxBufferSize, maxStorageBufferBindingSize, minUniformBufferOffsetAlignment } = device.limits;
  let { batch } = options;
  for (;;) {
    const plan = gpuTrainerPlan({
      unfrozen,
      batch,
      optimizer,
      multiply,
      budget,
      mostBuffer: Math.min(maxBufferSize, maxStorageBufferBindingSize),
      sizes: sizesBufferBytes(minUniformBufferOffsetAlignment),
    });
    options.onMemory?.(plan);
    try {
      return await allocate(
        device,
        memory,
        () => ({
          plan,
          buffers: createBuffers(memory, plan, scaling),
          pieces: createPieces({ device, memory, clock: options.clock ?? performance, orFailure }),
        }),
        orFailure,
      );
    } catch (error) {
      const isMemory = error instanceof HeadstartError && error.code === 'out-of-memory';
      if (!isMemory || plan.microBatch === 1) throw error;
      batch = Math.floor(plan.microBatch / 2);
    }
  }
}

/**
 * Takes memory, compiles, and puts the weights of the last convolutions on the device as float32; `dispose` frees it.
 * Rejects with `out-of-memory` when one picture at a time is still too much, with `device-lost`.
 */
export async function createGpuTrainer(options: GpuTrainerOptions): Promise<GpuTrainer> {
  const { device, optimizer } = options;
  let rejectEnded: (error: HeadstartError) => void = () => undefined;
  const ended = new Promise<never>((_, reject) => {
    rejectEnded = reject;
  });
  ended.catch(() => undefined); // nobody may be waiting
  const watch = options.orFailure ?? watchDevice(device);
  const orFailure = <T>(promise: Promise<T>) => Promise.race([watch(promise), ended]);

  const multiply = multiplyOf(options);
  const pipelines = options.pipelines ?? createPipelines(device, { subgroups: device.features.has('subgroups') }, watch);
  const memory = createGpuMemory(device);

  function tensorNamed(all: readonly PlacedTensor[], name: string): PlacedTensor {
    const tensor = all.find((one) => one.name === name);
    if (tensor === undefined) throw new RangeError(`${name} is not trained`);
    return tensor;
  }
  function writeAt(buffer: GPUBuffer, { at, length }: PlacedTensor, values: Float32Array): void {
    if (values.length !== length) throw new RangeError(`expected ${length} values, not ${values.length}`);
    writeBytes(device, buffer, at * 4, bytesOf(values));
  }

  let room: Room;
  try {
    const names = trainingPrograms(optimizer, multiply, options.unfrozen === convSteps.length);
    const compiled = pipelines.compile(names, options.onCompileProgress);
    compiled.catch(() => undefined); // told below
    room = await takeRoom(options, multiply, memory, orFailure);
    const placed = placeTensors(room.plan);
    for (const [at, layer] of convLayers.entries()) {
      if (at < room.plan.first) continue;
      const { kernel, half, bias } = options.readSource(layer);
      const name = `features.${layer.index}`;
      writeAt(room.buffers.weights, tensorNamed(placed, `${name}.weight`), half ? widenHalf(kernel) : readFloats(kernel));
      writeAt(room.buffers.weights, tensorNamed(placed, `${name}.bias`), bias);
    }
    await compiled;
  } catch (error) {
    memory.destroyAll();
    throw error;
  }
  const { plan, buffers, pieces } = room;
  const { first, microBatch } = plan;
  const maker = createMaker(device, pipelines, pieces.sizes, sizesBytes);
  const tensors = placeTensors(plan);
  const input = buffers.maps[first];
  const features = buffers.maps[convSteps.length];
  const { size, inChannels } = convSteps[first] ?? { size: 0, inChannels: 0 };
  const inputLength = first === 0 ? inputValues : size * size * inChannels;

  let isDisposed = false;
  let lost: HeadstartError | null = null;
  void device.lost.then(({ reason, message }) => {
    lost = new HeadstartError('device-lost', { detail: message === '' ? reason : message });
  });
  let updates = 0;
  /** Gradients are to be written, not added to. */
  let isFresh = true;
  /** Features on the way to the gradients were not finite: what ReLU hides must not count as a gradient. */
  let isSpoilt = false;
  /** Of the present gradients; null until they are measured. The flag on the device belongs to them. */
  let squares: number | null = null;
  /** Pictures whose maps are kept for `backward`. */
  let waiting = 0;

  /** Submits some work and reads what then lies in a buffer. */
  async function read(
    dispatches: readonly Dispatch[],
    { buffer, at, bytes }: { readonly buffer: GPUBuffer; readonly at: number; readonly bytes: number },
    signal?: AbortSignal,
  ): Promise<ArrayBuffer> {
    const target = device.createBuffer({ label: 'headstart read', size: bytes, usage: usage.copyTarget | usage.mapRead });
    try {
      await pieces.submit(dispatches, signal, (encoder) => {
        encoder.copyBufferToBuffer(buffer, at, target, 0, bytes);
      });
      await orFailure(target.mapAsync(mapRead));
      return target.getMappedRange().slice(0);
    } finally {
      target.destroy();
    }
  }

  async function readAt(buffer: GPUBuffer, { at, length }: PlacedTensor): Promise<Float32Array> {
    return new Float32Array(await read([], { buffer, at: at * 4, bytes: length * 4 }));
  }

  function lastMap(): GPUBuffer {
    if (features === undefined || features === null) throw new HeadstartError('unexpected', { detail: 'no map of features' });
    return features;
  }

  function putInput(picture: number, values: Float32Array | Uint8Array): void {
    if (values instanceof Uint8Array) {
      if (buffers.pixels !== null) writeBytes(device, buffers.pixels, picture * inputLength, values);
    } else if (input !== undefined && input !== null)
      writeBytes(device, input, picture * inputLength * 4, bytesOf(toPlanes(values, inChannels)));
  }

  function zeroGradients(): void {
    isFresh = true;
    isSpoilt = false;
    squares = null;
  }

  async function forward(inputs: readonly (Float32Array | Uint8Array)[], signal?: AbortSignal): Promise<Float32Array> {
    throwIfCancelled(signal);
    if (inputs.length < 1 || inputs.length > microBatch)
      throw new RangeError(`expected 1 to ${microBatch} pictures at once, not ${inputs.length}`);
    waiting = 0;
    for (const values of inputs)
      if (values.length !== inputLength || values instanceof Uint8Array !== (first === 0))
        throw new RangeError(`expected ${inputLength} ${first === 0 ? 'bytes' : 'floats'}, not ${values.length} of other values`);
    for (const [at, values] of inputs.entries()) putInput(at, values);
    const bytes = inputs.length * featureCount * 4;
    const dispatches = forwardDispatches(maker, plan, buffers, inputs.length);
    const given = new Float32Array(await read(dispatches, { buffer: lastMap(), at: 0, bytes }, signal));
    throwIfCancelled(signal);
    if (!areFinite(given)) isSpoilt = true;
    waiting = inputs.length;
    return given;
  }

  async function backward(featureGradients: Float32Array, signal?: AbortSignal): Promise<void> {
    throwIfCancelled(signal);
    if (waiting === 0) throw new RangeError('there is no forward to go back from');
    if (featureGradients.length !== waiting * featureCount)
      throw new RangeError(`expected ${waiting * featureCount} values, not ${featureGradients.length}`);
    const pictures = waiting;
    waiting = 0;
    squares = null;
    if (!areFinite(featureGradients)) isSpoilt = true;
    writeBytes(device, lastMap(), 0, bytesOf(featureGradients));
    try {
      // What is read does not matter: only a read tells of a lost device, on which work is "done" at once.
      await read(
        backwardDispatches(maker, plan, buffers, pictures, !isFresh),
        { buffer: buffers.flag, at: 0, bytes: flagBytes },
        signal,
      );
      throwIfCancelled(signal);
      isFresh = false;
    } catch (error) {
      zeroGradients(); // what was added so far is of no use
      throw error;
    }
  }

  async function gradientSquares(): Promise<number> {
    if (isSpoilt) return NaN;
    if (isFresh) return 0;
    if (squares === null) {
      const dispatches = squaresDispatches(maker, plan.length, buffers);
      const sums = new Float32Array(await read(dispatches, { buffer: buffers.sums, at: 0, bytes: squaresGroups * 4 }));
      squares = sums.reduce((sum, value) => sum + value, 0);
    }
    return squares;
  }

  async function update(settings: UpdateSettings): Promise<boolean> {
    if (isFresh && !isSpoilt) throw new RangeError('there is no gradient to update with');
    if (isSpoilt || !Number.isFinite(settings.gradientScale)) return false;
    const dispatches = squares === null ? squaresDispatches(maker, plan.length, buffers) : [];
    dispatches.push(updateDispatch(maker, plan, settings, updates + 1, buffers));
    const [flag] = new Uint32Array(await read(dispatches, { buffer: buffers.flag, at: 0, bytes: flagBytes }));
    if (flag !== 1) return false;
    updates += 1;
    waiting = 0; // the maps are those of the weights before
    return true;
  }

  let last: Promise<unknown> = Promise.resolve();
  /** One after another: all calls share the memory. */
  function inTurn<T>(work: () => Promise<T> | T): Promise<T> {
    const begin = () => {
      if (isDisposed) throw new HeadstartError('cancelled');
      if (lost !== null) throw lost; // also what would need no device
      return work();
    };
    const result = last.then(begin, begin);
    last = result.catch(() => undefined);
    return result;
  }

  return {
    plan,
    tensors: tensors.map(({ name, shape }) => ({ name, shape })),
    inputLength,
    gpuBytes: () => memory.bytes(),
    longestPiece: () => pieces.longest(),
    forward: (inputs, signal) => inTurn(() => forward(inputs, signal)),
    backward: (featureGradients, signal) => inTurn(() => backward(featureGradients, signal)),
    zeroGradients: () => {
      inTurn(zeroGradients).catch(() => undefined); // after the end there is nothing to forget
    },
    gradientSquares: () => inTurn(gradientSquares),
    update: (settings) => inTurn(() => update(settings)),
    readTensor: (name) => inTurn(() => readAt(buffers.weights, tensorNamed(tensors, name))),
    writeTensor: (name, values) =>
      inTurn(() => {
        writeAt(buffers.weights, tensorNamed(tensors, name), values);
        waiting = 0;
      }),
    readGradient: (name) => inTurn(() => readAt(buffers.gradients, tensorNamed(tensors, name))),

    saveOptimizer: () =>
      inTurn(async () => {
        const moments: Float32Array[][] = [];
        for (const tensor of tensors) {
          const own: Float32Array[] = [];
          if (updates > 0)
            for (const buffer of buffers.moments.slice(0, momentsOf[optimizer])) own.push(await readAt(buffer, tensor));
          moments.push(own);
        }
        return { updates, moments };
      }),

    loadOptimizer: (state) =>
      inTurn(() => {
        const count = state.updates === 0 ? 0 : momentsOf[optimizer];
        const fits = tensors.every(
          ({ length }, at) =>
            (state.moments[at] ?? []).length === count && (state.moments[at] ?? []).every((own) => own.length === length),
        );
        if (!fits) throw new RangeError('the optimizer’s state is not of these tensors');
        for (const [at, tensor] of tensors.entries()) {
          for (const [moment, values] of (state.moments[at] ?? []).entries()) {
            const buffer = buffers.moments[moment];
            if (buffer !== undefined) writeAt(buffer, tensor, values);
          }
        }
        updates = state.updates;
      }),

    dispose: () => {
      isDisposed = true;
      rejectEnded(new HeadstartError('cancelled'));
      memory.destroyAll();
    },
  };
}
