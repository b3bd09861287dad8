import { HeadstartError, throwIfCancelled } from '../../domain/errors';
import { convLayers, featureCount, inputValues, type ConvLayer } from '../../domain/vgg16';
import { momentsOf, type BackboneTrainer, type TrainedTensor, type UpdateSettings } from '../backbone-trainer';
import type { ConvSource, CpuEnvironment } from './cpu-backbone';
import { scaleTable, type InputScaling } from './input-scaling';
import type { KernelBuild } from './kernel-builds';
import { convSteps, type ConvStep } from './network';
import { startKernelPool, type KernelPool } from './pool';
import { hasRelaxedSimd } from './relaxed-simd';
import { fromMasters, readFloats, toMasters, widenHalf } from './trainer-layout';
import { inputBytes, trainerMemoryPlan, updateJobs, type TrainerPlan, type TrainerRequest } from './trainer-plan';
import { backwardPhases, forwardPhases, squaresPhase, updatePhase } from './trainer-schedule';
import { chooseThreads } from './threads';

export interface CpuTrainerOptions {
  readonly environment: CpuEnvironment;
  readonly readSource: (layer: ConvLayer) => ConvSource;
  /** Of 8-bit values as numbers from 0 to 1. */
  readonly scaling: InputScaling;
  /** How many of the last convolutions are trained, 1 to 13; block 5 is 3. */
  readonly unfrozen: number;
  /** Pictures in a batch; `plan.microBatch` tells how many of them pass at once. */
  readonly batch: number;
  readonly optimizer: TrainerRequest['optimizer'];
  /** Bytes that the memory should not exceed. */
  readonly budget?: number | undefined;
  readonly threads?: number | undefined;
  readonly relaxed?: boolean | undefined;
  readonly stallMs?: number | undefined;
}

/** A trainer on the CPU's compute workers. */
export interface CpuTrainer extends BackboneTrainer {
  readonly plan: TrainerPlan;
  readonly build: KernelBuild;
}

/** Where one tensor lies: in floats from the start of the weights. */
interface PlacedTensor extends TrainedTensor {
  readonly at: number;
  readonly length: number;
  /** Null for a bias. */
  readonly step: ConvStep | null;
}

function placeTensors({ tensors }: TrainerPlan): readonly PlacedTensor[] {
  return convSteps.flatMap((step, index) => {
    const places = tensors[index];
    if (places === undefined || places === null) return [];
    const { inChannels, outChannels } = step;
    const name = `features.${step.index}`;
    const shape = [outChannels, inChannels, 3, 3];
    return [
      { name: `${name}.weight`, shape, at: places.weight, length: outChannels * inChannels * 9, step },
      { name: `${name}.bias`, shape: [outChannels], at: places.bias, length: outChannels, step: null },
    ];
  });
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function areFinite(values: Float32Array): boolean {
  // One NaN or infinity makes the sum one.
  return Number.isFinite(values.reduce((sum, value) => sum + value, 0));
}

/** Starts workers over the largest memory that can be had: fewer pictures at once where it is refused. */
async function openPool(options: CpuTrainerOptions, build: KernelBuild): Promise<{ plan: TrainerPlan; pool: KernelPool }> {
  const { environment, stallMs, unfrozen, optimizer, budget } = options;
  const threads = chooseThreads(environment, options.threads);
  const module = await environment.loadModule(build);
  let { batch } = options;
  for (;;) {
    const plan = trainerMemoryPlan({ unfrozen, batch, threads, optimizer, budget });
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
      if (plan.microBatch === 1) throw new HeadstartError('out-of-memory', {}, { cause: error });
      batch = Math.floor(plan.microBatch / 2);
    }
  }
}

/**
 * Widens the weights of the last convolutions to float32 in the workers' memory; `dispose` frees it.
 * Rejects with `out-of-memory` when one picture at a time is still too much, with `worker-dead` when a worker does not start.
 */
export async function createCpuTrainer(options: CpuTrainerOptions): Promise<CpuTrainer> {
  const build = { shared: options.environment.isolated, relaxed: options.relaxed ?? hasRelaxedSimd() };
  const { plan, pool } = await openPool(options, build);
  const { first, microBatch } = plan;
  const tensors = placeTensors(plan);
  const inputLength = first === 0 ? inputValues : inputBytes(first) / 4;

  let updates = 0;
  /** Gradients are to be written, not added to. */
  let isFresh = true;
  /** Features on the way to the gradients were not finite: what ReLU hides must not count as a gradient. */
  let isSpoilt = false;
  /** Of the present gradients; null until they are measured. */
  let squares: number | null = null;
  /** Pictures whose maps are kept for `backward`. */
  let waiting = 0;

  function write(address: number, values: Float32Array | Uint8Array): void {
    pool.write(address, bytesOf(values));
  }

  async function read(address: number, length: number): Promise<Float32Array> {
    return new Float32Array((await pool.read(address, length * 4)).buffer);
  }

  function find(name: string): PlacedTensor {
    const tensor = tensors.find((one) => one.name === name);
    if (tensor === undefined) throw new RangeError(`${name} is not trained`);
    return tensor;
  }

  function writeAt(base: number, { at, length, step }: PlacedTensor, values: Float32Array): void {
    if (values.length !== length) throw new RangeError(`expected ${length} values, not ${values.length}`);
    write(base + at * 4, step === null ? values : toMasters(step, values));
  }

  async function readAt(base: number, { at, length, step }: PlacedTensor): Promise<Float32Array> {
    const values = await read(base + at * 4, length);
    return step === null ? values : fromMasters(step, values);
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
    for (const [at, input] of inputs.entries()) {
      if (input.length !== inputLength || input instanceof Uint8Array !== (first === 0))
        throw new RangeError(`expected ${inputLength} ${first === 0 ? 'bytes' : 'floats'}, not ${input.length} of other values`);
      if (first === 0) write(plan.pixels + at * inputLength, input);
      else write((plan.maps[first] ?? 0) + at * inputLength * 4, input);
    }
    await pool.run(forwardPhases(plan, inputs.length), signal);
    const features = await read(plan.features, inputs.length * featureCount);
    if (!areFinite(features)) isSpoilt = true;
    waiting = inputs.length;
    return features;
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
    write(plan.features, featureGradients);
    try {
      await pool.run(backwardPhases(plan, pictures, !isFresh), signal);
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
      await pool.run([squaresPhase(plan)]);
      const sums = new Float64Array((await pool.read(plan.parts, updateJobs(plan.threads) * 8)).buffer);
      squares = sums.reduce((sum, value) => sum + value, 0);
    }
    return squares;
  }

  async function update(settings: UpdateSettings): Promise<boolean> {
    if (isFresh && !isSpoilt) throw new RangeError('there is no gradient to update with');
    if (!Number.isFinite(await gradientSquares()) || !Number.isFinite(settings.gradientScale)) return false;
    updates += 1;
    await pool.run([updatePhase(plan, settings, updates)]);
    waiting = 0; // the maps are those of the weights before
    return true;
  }

  try {
    write(plan.scale, scaleTable(options.scaling));
    for (const [at, layer] of convLayers.entries()) {
      if (at < first) continue;
      const { kernel, half, bias } = options.readSource(layer);
      const name = `features.${layer.index}`;
      writeAt(plan.weights, find(`${name}.weight`), half ? widenHalf(kernel) : readFloats(kernel));
      writeAt(plan.weights, find(`${name}.bias`), bias);
    }
    await pool.read(plan.control, 4); // all is written
  } catch (error) {
    pool.dispose();
    throw error;
  }

  let last: Promise<unknown> = Promise.resolve();
  /** One after another: all calls share the memory. */
  function inTurn<T>(work: () => Promise<T> | T): Promise<T> {
    const result = last.then(work, work);
    last = result.catch(() => undefined);
    return result;
  }

  return {
    plan,
    build,
    tensors: tensors.map(({ name, shape }) => ({ name, shape })),
    inputLength,
    forward: (inputs, signal) => inTurn(() => forward(inputs, signal)),
    backward: (featureGradients, signal) => inTurn(() => backward(featureGradients, signal)),
    zeroGradients: () => {
      void inTurn(zeroGradients);
    },
    gradientSquares: () => inTurn(gradientSquares),
    update: (settings) => inTurn(() => update(settings)),
    readTensor: (name) => inTurn(() => readAt(plan.weights, find(name))),
    writeTensor: (name, values) =>
      inTurn(() => {
        writeAt(plan.weights, find(name), values);
        waiting = 0;
      }),
    readGradient: (name) => inTurn(() => readAt(plan.gradients, find(name))),

    saveOptimizer: () =>
      inTurn(async () => {
        const moments: Float32Array[][] = [];
        for (const tensor of tensors) {
          const own: Float32Array[] = [];
          if (updates > 0) for (const base of plan.moments) own.push(await readAt(base, tensor));
          moments.push(own);
        }
        return { updates, moments };
      }),

    loadOptimizer: (state) =>
      inTurn(() => {
        const count = state.updates === 0 ? 0 : momentsOf[plan.optimizer];
        const fits = tensors.every(
          ({ length }, at) =>
            (state.moments[at] ?? []).length === count && (state.moments[at] ?? []).every((own) => own.length === length),
        );
        if (!fits) throw new RangeError('the optimizer’s state is not of these tensors');
        for (const [at, tensor] of tensors.entries()) {
          for (const [moment, values] of (state.moments[at] ?? []).entries()) writeAt(plan.moments[moment] ?? 0, tensor, values);
        }
        updates = state.updates;
      }),

    dispose: () => {
      pool.dispose();
    },
  };
}
