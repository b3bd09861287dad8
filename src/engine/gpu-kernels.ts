import { HeadstartError } from '../domain/errors';
import type { DeviceProgress } from '../domain/events';
import { createGpuBackbone } from '../kernels/webgpu/gpu-backbone';
import { createGpuTrainer, type GpuTrainer } from '../kernels/webgpu/gpu-trainer';
import { defaultPlan, parseKernelPlan, programsOf, type KernelPlan } from '../kernels/webgpu/kernel-plan';
import { browserClock, measurePlan, planKey, type MeasureClock } from '../kernels/webgpu/measure-plan';
import { createPipelines, type Pipelines } from '../kernels/webgpu/pipelines';
import type { KernelPlanStore } from '../storage/kernel-plans';
import type { Backbone } from './backbone';
import type { Compute } from './device';
import { trainerBudget, watchTrainer, type BackboneTrainer, type TrainerRequest } from './trainer';
import { openConvSources, type BackboneWeights } from './weights/conv-weights';

/** Where measured plans are kept; it may refuse. */
export type KernelPlans = KernelPlanStore;

type Tell = (progress: DeviceProgress) => void;

interface Prepared {
  readonly plan: KernelPlan;
  readonly pipelines: Pipelines;
}

export interface GpuKernelsOptions {
  readonly clock?: MeasureClock;
  /** GB, as the browser tells; undefined where it does not. */
  readonly deviceMemory?: number | undefined;
}

/** Where a trainer is opened; `trainers` are those that are open. */
interface TrainerPlace extends Prepared {
  readonly compute: Compute;
  readonly device: GPUDevice;
  readonly weights: BackboneWeights;
  readonly trainers: Set<GpuTrainer>;
}

/** A measurement's clock that can be told that the time is up. */
function skippable(clock: MeasureClock): MeasureClock & { skip(): void; isSkipped(): boolean } {
  let skipped = false;
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return {
    now: () => (skipped ? Infinity : clock.now()),
    after: (ms) => Promise.race([clock.after(ms), ended]),
    skip: () => {
      skipped = true;
      end();
    },
    isSkipped: () => skipped,
  };
}

/**
 * Our WGSL kernels on a device: which of them, by what was measured on this adapter before or by a measurement now; compiled while
 * the weights are on their way.
 */
export class GpuKernels {
  readonly #plans: KernelPlans;
  readonly #clock: MeasureClock;
  readonly #trainerBudget: number;
  readonly #prepared = new WeakMap<GPUDevice, Promise<Prepared>>();
  #skip: (() => void) | null = null;
  #tell: Tell = () => undefined;
  /** The last thing told, for a listener that comes late. */
  #last: DeviceProgress | null = null;

  constructor(plans: KernelPlans, { clock = browserClock, deviceMemory }: GpuKernelsOptions = {}) {
    this.#plans = plans;
    this.#clock = clock;
    this.#trainerBudget = trainerBudget(deviceMemory);
  }

  /** Begins to choose and to compile. Never rejects: `open` tells. */
  prepare(compute: Compute): void {
    if (compute.device !== null) this.#prepare(compute, compute.device).catch(() => undefined);
  }

  /** Ends a measurement that goes on: what was not tried keeps its default. */
  skipMeasuring(): void {
    this.#skip?.();
  }

  /** Rejects with `out-of-memory` when not even one picture at a time fits, with `device-lost`, or `weights-tensor-invalid`. */
  async open(compute: Compute, weights: BackboneWeights, onProgress: Tell): Promise<Backbone> {
    const { device, status } = compute;
    if (device === null) throw new HeadstartError('webgpu-absent');
    this.#tell = onProgress;
    if (this.#last !== null) onProgress(this.#last);
    const { plan, pipelines } = await this.#prepare(compute, device);
    this.#say({ stage: 'weights', done: 0, total: 1 });
    const own = await createGpuBackbone({
      device,
      plan,
      pipelines,
      readSource: openConvSources(weights),
      scaling: weights.scaling,
      software: status.softwareAdapter,
      orFailure: (promise) => compute.orFailure(promise),
    });
    this.#say({ stage: 'weights', done: 1, total: 1 });
    const trainers = new Set<GpuTrainer>();
    return {
      computePlan: own.computePlan,
      threads: 1,
      memoryBytes: own.memory.total,
      gpuBytes: () => [...trainers].reduce((bytes, trainer) => bytes + trainer.gpuBytes(), own.gpuBytes()),
      batch: own.batch,
      isLost: () => false, // a lost device is the device's matter
      extractFeatures: (pixels, tap, signal) => own.extractFeatures(pixels, tap, signal),
      extractBatch: (pixels, signal) => own.extractBatch(pixels, signal),
      training: {
        computePlan: own.computePlan,
        batch: own.batch,
        extractBoundary: (pixels, steps, signal) => own.extractBoundary(pixels, steps, signal),
        openTrainer: (request) => this.#openTrainer({ compute, device, weights, plan, pipelines, trainers }, request),
      },
      dispose: () => {
        own.dispose();
      },
    };
  }

  /** Its buffers are bounded by the budget and by what one buffer of the device may take; where the device is full it takes fewer pictures. */
  async #openTrainer(
    { compute, device, weights, plan, pipelines, trainers }: TrainerPlace,
    { unfrozen, batch, optimizer, onProgress }: TrainerRequest,
  ): Promise<BackboneTrainer> {
    const own = await createGpuTrainer({
      device,
      readSource: openConvSources(weights),
      scaling: weights.scaling,
      unfrozen,
      batch,
      optimizer,
      kernels: plan,
      software: compute.status.softwareAdapter,
      budget: this.#trainerBudget,
      pipelines,
      orFailure: (promise) => compute.orFailure(promise),
      onCompileProgress: (progress) => onProgress?.({ stage: 'compiling', ...progress }),
    });
    trainers.add(own);
    const trainer = watchTrainer(own, (work) => work);
    return {
      ...trainer,
      dispose: () => {
        trainers.delete(own);
        trainer.dispose();
      },
    };
  }

  #say(progress: DeviceProgress): void {
    this.#last = progress;
    this.#tell(progress);
  }

  #prepare(compute: Compute, device: GPUDevice): Promise<Prepared> {
    const begun = this.#prepared.get(device) ?? this.#choose(compute, device);
    this.#prepared.set(device, begun);
    return begun;
  }

  async #choose(compute: Compute, device: GPUDevice): Promise<Prepared> {
    this.#last = null;
    const orFailure = <T>(promise: Promise<T>) => compute.orFailure(promise);
    const subgroups = device.features.has('subgroups');
    const pipelines = createPipelines(device, { subgroups }, orFailure);
    const plan = await this.#choosePlan(compute, device, pipelines);
    await pipelines.compile(programsOf(plan), (progress) => {
      this.#say({ stage: 'compiling', ...progress });
    });
    return { plan, pipelines };
  }

  /** What was measured on this adapter on an earlier visit, else what is measured now. Storage may refuse; it is then measured each visit. */
  async #choosePlan(compute: Compute, device: GPUDevice, pipelines: Pipelines): Promise<KernelPlan> {
    const options = { subgroups: device.features.has('subgroups'), software: compute.status.softwareAdapter };
    if (compute.adapter === null) return defaultPlan(options);
    const key = planKey(compute.adapter);
    const kept = parseKernelPlan(await this.#plans.loadKernelPlan(key).catch(() => null), device.features);
    if (kept !== null) return kept;
    const clock = skippable(this.#clock);
    this.#skip = () => {
      clock.skip();
    };
    // From here on it can be skipped.
    this.#say({ stage: 'measuring', done: 0, total: 1 });
    try {
      const { plan } = await measurePlan({
        ...options,
        device,
        pipelines,
        clock,
        orFailure: (promise) => compute.orFailure(promise),
      });
      this.#say({ stage: 'measuring', done: 1, total: 1 });
      // What was cut short by a person is tried again on the next visit.
      if (!clock.isSkipped()) await this.#plans.saveKernelPlan(key, plan).catch(() => undefined);
      return plan;
    } finally {
      this.#skip = null;
    }
  }
}
