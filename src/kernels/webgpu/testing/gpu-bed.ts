import { mapRead, usage } from '../flags';
import { createGpuMemory, writeBytes, type GpuMemory } from '../gpu-memory';
import { createPieces, type Dispatch, type Pieces } from '../pieces';
import { createPipelines, type Pipelines, type ProgramName } from '../pipelines';
import { sizesBytes } from '../programs/sizes';
import { createMaker, type Maker } from '../schedule';

/** A software device with what its adapter has, as far as the kernels care. */
export async function openDevice(): Promise<{ device: GPUDevice; features: ReadonlySet<string> }> {
  const adapter = await navigator.gpu.requestAdapter();
  if (adapter === null) throw new Error('this browser has no adapter');
  const wanted = (['subgroups'] as const).filter((feature) => adapter.features.has(feature));
  const device = await adapter.requestDevice({ requiredFeatures: wanted });
  return { device, features: new Set<string>(device.features) };
}

/** Programs over a device, with places to put arrays; whatever is written beside them shows. */
export class GpuBed {
  readonly device: GPUDevice;
  readonly maker: Maker;
  readonly nothing: GPUBuffer;
  readonly errors: string[] = [];
  readonly pipelines: Pipelines;
  readonly memory: GpuMemory;
  readonly #pieces: Pieces;

  private constructor(device: GPUDevice, pipelines: Pipelines, clock: { now(): number }) {
    this.device = device;
    this.pipelines = pipelines;
    this.memory = createGpuMemory(device);
    this.#pieces = createPieces({ device, memory: this.memory, clock, orFailure: (promise) => promise });
    this.maker = createMaker(device, pipelines, this.#pieces.sizes, sizesBytes);
    this.nothing = this.memory.create('nothing', 16, usage.storage);
    device.addEventListener('uncapturederror', ({ error }) => this.errors.push(error.message));
  }

  static async create(
    names: readonly ProgramName[],
    subgroups: boolean,
    clock: { now(): number } = performance,
  ): Promise<GpuBed> {
    const { device } = await openDevice();
    const pipelines = createPipelines(device, { subgroups }, (promise) => promise);
    await pipelines.compile(names);
    return new GpuBed(device, pipelines, clock);
  }

  put(values: Float32Array | Uint8Array | Uint16Array): GPUBuffer {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const buffer = this.memory.create('put', bytes.length, usage.storage | usage.copyTarget);
    writeBytes(this.device, buffer, 0, bytes);
    return buffer;
  }

  /** `count` values, and 16 more that nothing may write; all begin as NaN, so that whatever reads what nobody wrote shows. */
  take(count: number): GPUBuffer {
    const buffer = this.memory.create('taken', (count + 16) * 4, usage.storage | usage.copySource | usage.copyTarget);
    this.device.queue.writeBuffer(buffer, 0, new Uint8Array((count + 16) * 4).fill(0xff));
    return buffer;
  }

  async run(dispatches: readonly Dispatch[]): Promise<void> {
    await this.#pieces.submit(dispatches);
    await this.#pieces.settle();
    if (this.errors.length > 0) throw new Error(this.errors.join('\n'));
  }

  /** What `take` gave; throws when the places behind were written. */
  async read(buffer: GPUBuffer): Promise<Float32Array> {
    const copy = this.memory.create('copy', buffer.size, usage.mapRead | usage.copyTarget);
    const encoder = this.device.createCommandEncoder();
    encoder.copyBufferToBuffer(buffer, 0, copy, 0, buffer.size);
    this.device.queue.submit([encoder.finish()]);
    await copy.mapAsync(mapRead);
    const all = new Float32Array(copy.getMappedRange().slice(0));
    this.memory.destroy(copy);
    if (!new Uint32Array(all.buffer, all.byteLength - 64).every((word) => word === 0xffffffff))
      throw new Error('something was written behind the end');
    return all.slice(0, -16);
  }

  close(): void {
    this.memory.destroyAll();
    this.device.destroy();
  }
}
