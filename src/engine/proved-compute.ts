import { HeadstartError } from '../domain/errors';
import type { ComputeStatus, DeviceChoice, DeviceProgress, MemoryReport, SelfTestReport } from '../domain/events';
import type { Backbone } from './backbone';
import { toComputeError } from './compute-errors';
import type { ComputePath, ComputePaths, PathOptions } from './compute-paths';
import { createCompute, type Compute, type DeviceEnvironment } from './device';
import { casesFor, type TrainingProofSubject } from './self-test/training-proof';
import type { BackboneTraining, TrainerRequest } from './trainer';
import type { BackboneWeights } from './weights/conv-weights';

export interface ProvedComputeParts {
  readonly device: DeviceEnvironment;
  readonly paths: ComputePaths;
  /** Of now. Throws where the weights that come with the page are not loaded. */
  readonly weights: () => WeightsInUse;
  readonly selfTest: (path: ComputePath, backbone: Backbone, compute: Compute) => Promise<SelfTestReport>;
  /** Rejects with `training-test-failed` where gradients, updates or their gate are wrong. */
  readonly trainingTest: (subject: TrainingProofSubject) => Promise<unknown>;
  /** Awaited before a backbone or a device is taken away from those that use it. */
  readonly settle: () => Promise<void>;
  readonly onProgress: (progress: DeviceProgress) => void;
  /** Told when other numbers may come out from now on: `computePlan` and adapter. */
  readonly onPlan: (plan: string) => void;
}

/** Paths are proved with the one, whose numbers are committed, and used with the other; the same object where nothing came in. */
export interface WeightsInUse {
  readonly shipped: BackboneWeights;
  readonly inForce: BackboneWeights;
}

/** A device and a backbone on it that passed its self-test. */
export interface Ready {
  readonly compute: Compute;
  readonly backbone: Backbone;
  readonly status: ComputeStatus;
}

/** What is to be trained, and where its proof is told and stopped. */
export interface TrainingWish
  extends Pick<TrainerRequest, 'unfrozen' | 'optimizer'>, Pick<TrainingProofSubject, 'onProgress' | 'signal'> {}

/** What trains the last convolutions. */
export interface OpenTraining {
  readonly training: BackboneTraining;
  /** Whether what computes the rest does not train them itself, so that other kernels do. */
  readonly isElsewhere: boolean;
  /** Why it does not, where that showed only in its test. */
  readonly refusal: HeadstartError | null;
  release(): void;
}

interface Proof {
  readonly compute: Compute;
  /** Name of the path that passed. */
  readonly path: string;
  readonly selfTest: SelfTestReport;
  readonly reason: ComputeStatus['reason'];
}

/** Reasons that would stop the next path as well, or that are nobody's fault. */
const notThePaths = new Set(['cancelled', 'weights-tensor-invalid']);
const notTheTrainers = new Set([...notThePaths, 'cpu-worker-lost', 'device-lost']);

/** What computes: the chosen device, and on it the best path that passes its self-test. Nobody gets an unproved backbone. */
export class ProvedCompute {
  readonly #parts: ProvedComputeParts;
  #choice: DeviceChoice = 'auto';
  #options: PathOptions = { threads: null };
  #compute: Compute | null = null;
  #status: ComputeStatus | null = null;
  /** A device on its way. */
  #starting: Promise<Compute> | null = null;
  #proving: Promise<Ready> | null = null;
  #backbone: Backbone | null = null;
  /** Name of the path that was proved. */
  #path: string | null = null;
  /** What was found of the present device; null before, and once it, or what computes on it, was lost. */
  #proof: Proof | null = null;
  /** Of each device what its paths' trainers were found to be: null where they passed. */
  readonly #trainers = new WeakMap<Compute, Map<string, HeadstartError | null>>();
  /** Counts devices: a proof that ends after its device was replaced is thrown away. */
  #generation = 0;

  constructor(parts: ProvedComputeParts) {
    this.#parts = parts;
  }

  /** Takes the chosen device in place of the present one. Rejects with `wasm-simd-absent` or `compute-unavailable`. */
  async configure(choice: DeviceChoice, options: PathOptions): Promise<ComputeStatus> {
    this.#choice = choice;
    this.#options = options;
    return (await this.#start()).status;
  }

  /** The device's own failure, once it has failed. */
  failure(): HeadstartError | null {
    return this.#compute?.failure() ?? null;
  }

  /** Null before a device was started. */
  memory(): MemoryReport | null {
    const report = this.#compute?.memory() ?? null;
    if (report === null || report.gpuBytes === null) return report;
    return { ...report, gpuBytes: report.gpuBytes + (this.#backbone?.gpuBytes() ?? 0) };
  }

  /**
   * The device with its backbone; starts and proves what is missing, and what was lost again.
   * Rejects with `no-path-proved`, `weights-tensor-invalid`, with what `weights` throws, `wasm-simd-absent` or `compute-unavailable`.
   */
  async ready(): Promise<Ready> {
    for (;;) {
      if (this.#starting !== null) await this.#starting;
      if (this.#compute === null || this.#compute.failure() !== null) await this.#start();
      if (this.#backbone?.isLost() === true) await this.#dropProof();
      const generation = this.#generation;
      this.#proving ??= this.#prove(generation);
      const proving = this.#proving;
      try {
        const ready = await proving;
        // Another device may have been chosen meanwhile, or this one lost.
        if (generation === this.#generation) return { ...ready, status: this.#status ?? ready.status };
      } catch (error) {
        if (this.#proving === proving) this.#proving = null;
        if (generation === this.#generation) throw error;
      }
    }
  }

  /**
   * What trains convolutions: the proved backbone where it can and its trainer passes its own test, else the processor's kernels once they
   * passed both tests. Each is tested once a device and visit, when it is first wanted.
   * Rejects with `way-not-available` where neither can, with `cancelled`, and as `ready`. The caller releases it.
   */
  async openTraining(wish: TrainingWish): Promise<OpenTraining> {
    const { compute, backbone } = await this.ready();
    const { training } = backbone;
    const { shipped, inForce } = this.#parts.weights();
    let refusal: HeadstartError | null = null;
    if (training !== null) {
      const path = this.#path ?? '';
      const reference = shipped === inForce ? null : pathOf(this.#parts.paths.of(compute, shipped, this.#options), path);
      refusal = await this.#proveTraining(path, compute, { training, reference }, wish);
      if (refusal === null) return { training, isElsewhere: false, refusal, release: () => undefined };
      this.#tellRefusal(refusal);
    }
    let last: unknown = refusal;
    for (const path of this.#parts.paths.forTraining(compute, shipped, this.#options)) {
      if (path.name === this.#path) continue;
      let own: Backbone | null = null;
      try {
        own = await path.open(() => undefined);
        await this.#parts.selfTest(path, own, compute);
        if (own.training === null) throw new RangeError(`${path.name} cannot train`);
        const failed = await this.#proveTraining(path.name, compute, { training: own.training, reference: null }, wish);
        if (failed !== null) throw failed;
        if (shipped !== inForce) {
          own.dispose();
          own = await pathOf(this.#parts.paths.forTraining(compute, inForce, this.#options), path.name).open(() => undefined);
        }
        if (own.training === null) throw new RangeError(`${path.name} cannot train`);
        return { training: own.training, isElsewhere: true, refusal, release: own.dispose.bind(own) };
      } catch (error) {
        own?.dispose();
        if (compute.failure() !== null || notTheTrainers.has(toComputeError(error).code)) throw error;
        last = error;
      }
    }
    throw new HeadstartError('way-not-available', {}, { cause: last });
  }

  /** The proved way to compute, with other weights. The caller disposes it before this device is taken away: see `settle`. */
  async openTuned({ compute }: Ready, weights: BackboneWeights): Promise<Backbone> {
    return pathOf(this.#parts.paths.of(compute, weights, this.#options), this.#path ?? '').open(() => undefined);
  }

  /** Other weights are in force from now on (see `weights`). What was proved of the device stands: only its backbone is made anew. */
  async changeWeights(): Promise<void> {
    const proof = this.#proof;
    await this.#dropProof();
    // A proof that was under way came to its end meanwhile.
    this.#proof ??= proof;
  }

  async stop(): Promise<void> {
    await this.#dropProof();
    this.#compute?.dispose();
    this.#compute = null;
    this.#status = null;
  }

  #start(): Promise<Compute> {
    this.#starting ??= this.#replace(() => createCompute(this.#choice, this.#parts.device)).finally(() => {
      this.#starting = null;
    });
    return this.#starting;
  }

  async #replace(create: () => Promise<Compute>): Promise<Compute> {
    await this.stop();
    const compute = await create();
    this.#use(compute, compute.status);
    return compute;
  }

  #use(compute: Compute, status: ComputeStatus): void {
    this.#compute = compute;
    this.#status = status;
    this.#parts.paths.prepare(compute);
  }

  /** Takes the backbone away, also one that is just being proved. */
  async #dropProof(): Promise<void> {
    this.#generation += 1;
    this.#proof = null;
    await this.#parts.settle();
    const proving = this.#proving;
    this.#proving = null;
    this.#disposeBackbone(); // ends what is pending on it
    await proving?.catch(() => undefined);
    this.#disposeBackbone();
  }

  #disposeBackbone(): void {
    this.#backbone?.dispose();
    this.#backbone = null;
  }

  async #prove(generation: number): Promise<Ready> {
    const weights = this.#parts.weights();
    const refusals: HeadstartError[] = [];
    for (;;) {
      const compute = this.#compute;
      if (compute === null || generation !== this.#generation) throw new HeadstartError('cancelled');
      const proof = this.#proof?.compute === compute ? this.#proof : null;
      const inForce = this.#parts.paths.of(compute, weights.inForce, this.#options);
      for (const path of this.#parts.paths.of(compute, weights.shipped, this.#options)) {
        if (proof !== null && proof.path !== path.name) continue;
        try {
          const own = weights.inForce === weights.shipped ? null : pathOf(inForce, path.name);
          return await this.#open(path, own, compute, refusals);
        } catch (thrown) {
          const error = compute.failure() ?? toComputeError(thrown);
          if (generation !== this.#generation || notThePaths.has(error.code)) throw error;
          refusals.push(refusalOf(path, error));
        }
      }
      if (proof !== null) {
        // What was proved does not open any more: every path is tried.
        this.#proof = null;
        continue;
      }
      if (compute.device === null)
        throw new HeadstartError('no-path-proved', { detail: refusals.map(({ message }) => message).join(' ') });
      // Nothing on the graphics card passed: the processor is next.
      compute.dispose();
      const cpu = await createCompute('cpu', this.#parts.device);
      this.#use(cpu, cpu.status);
    }
  }

  /** `own` is the path with the weights in force, where they are not those that come with the page. */
  async #open(path: ComputePath, own: ComputePath | null, compute: Compute, refusals: readonly HeadstartError[]): Promise<Ready> {
    const generation = this.#generation;
    const { onProgress } = this.#parts;
    const known = this.#proof?.compute === compute ? this.#proof : null;
    const mine: { backbone: Backbone | null } = { backbone: null };
    const open = async (one: ComputePath): Promise<Backbone> => {
      if (generation !== this.#generation) throw new HeadstartError('cancelled');
      // Two at once take twice the memory.
      this.#disposeBackbone();
      const opened = await one.open(onProgress);
      this.#backbone = opened;
      mine.backbone = opened;
      if (generation !== this.#generation) throw new HeadstartError('cancelled');
      return opened;
    };
    const prove = async (backbone: Backbone): Promise<SelfTestReport> => {
      onProgress({ stage: 'self-test', done: 0, total: 1 });
      const report = await this.#parts.selfTest(path, backbone, compute);
      onProgress({ stage: 'self-test', done: 1, total: 1 });
      return report;
    };
    try {
      let backbone = await open(known === null ? path : (own ?? path));
      const selfTest = known?.selfTest ?? (await prove(backbone));
      if (known === null && own !== null) backbone = await open(own);
      const { computePlan, threads, memoryBytes } = backbone;
      const { status } = compute;
      const proved: ComputeStatus = {
        ...status,
        label: status.device === 'cpu' ? cpuLabel(threads) : status.label,
        threads,
        computePlan,
        memoryBytes,
        selfTest,
        reason: known?.reason ?? refusals[0]?.toRecord() ?? status.reason,
      };
      this.#status = proved;
      this.#path = path.name;
      this.#proof = { compute, path: path.name, selfTest, reason: proved.reason };
      this.#parts.onPlan(`${computePlan} ${status.adapter ?? ''}`);
      return { compute, backbone, status: proved };
    } catch (error) {
      if (mine.backbone !== null && this.#backbone === mine.backbone) this.#disposeBackbone();
      throw error;
    }
  }

  /** Null where the path's trainer passes its test; rejects with what is not the path's fault. */
  async #proveTraining(
    name: string,
    compute: Compute,
    subject: TrainerSubject,
    { unfrozen, optimizer, ...rest }: TrainingWish,
  ): Promise<HeadstartError | null> {
    const known = this.#trainers.get(compute) ?? new Map<string, HeadstartError | null>();
    this.#trainers.set(compute, known);
    for (const proofCase of casesFor(unfrozen)) {
      const key = `${name} ${proofCase} ${optimizer}`;
      let found = known.get(key);
      if (found === undefined) {
        const test = (training: BackboneTraining) => this.#parts.trainingTest({ name, training, proofCase, optimizer, ...rest });
        found = await testTrainer(subject, test).then(
          () => null,
          (thrown: unknown) => {
            const error = compute.failure() ?? toComputeError(thrown);
            if (compute.failure() !== null || notTheTrainers.has(error.code)) throw error;
            if (error.code === 'training-test-failed') return error;
            return new HeadstartError('training-path-failed', { path: name, detail: error.message }, { cause: error });
          },
        );
        // What was for want of memory may be otherwise next time.
        if (found === null || found.code === 'training-test-failed') known.set(key, found);
      }
      if (found !== null) return found;
    }
    return null;
  }

  /** From now on the status has it as the reason, unless there was one before. */
  #tellRefusal(refusal: HeadstartError): void {
    const status = this.#status;
    if (status !== null) this.#status = { ...status, reason: status.reason ?? refusal.toRecord() };
  }

  /** As it stands now; null before a device was started. */
  status(): ComputeStatus | null {
    return this.#status;
  }
}

/** What trains; where it does so with other weights than the committed numbers are of, the same path with those. */
interface TrainerSubject {
  readonly training: BackboneTraining;
  readonly reference: ComputePath | null;
}

async function testTrainer(
  { training, reference }: TrainerSubject,
  test: (training: BackboneTraining) => Promise<unknown>,
): Promise<void> {
  if (reference === null) {
    await test(training);
    return;
  }
  const opened = await reference.open(() => undefined);
  try {
    if (opened.training === null) throw new RangeError('it cannot train');
    await test(opened.training);
  } finally {
    opened.dispose();
  }
}

function pathOf(paths: readonly ComputePath[], name: string): ComputePath {
  const path = paths.find((one) => one.name === name);
  if (path === undefined) throw new HeadstartError('unexpected', { detail: 'the proved path is gone' });
  return path;
}

function refusalOf({ name }: ComputePath, error: HeadstartError): HeadstartError {
  if (error.code === 'self-test-failed') return error;
  return new HeadstartError('compute-path-failed', { path: name, detail: error.message }, { cause: error });
}

/** `CPU · 1 thread`. */
export function cpuLabel(threads: number): string {
  return `CPU · ${String(threads)} ${threads === 1 ? 'thread' : 'threads'}`;
}
