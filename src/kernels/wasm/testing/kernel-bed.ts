import { createKernel, type Kernel } from '../kernel';

/** One build of the kernels over a memory of its own, with places to put arrays. */
export class KernelBed {
  readonly kernel: Kernel;
  private readonly memory: WebAssembly.Memory;
  private top = 1024;

  private constructor(kernel: Kernel, memory: WebAssembly.Memory) {
    this.kernel = kernel;
    this.memory = memory;
  }

  static async create(module: WebAssembly.Module, shared: boolean): Promise<KernelBed> {
    const pages = 512;
    const memory = new WebAssembly.Memory(shared ? { initial: pages, maximum: pages, shared } : { initial: pages });
    return new KernelBed(await createKernel(module, memory), memory);
  }

  /** Starts again from an empty memory. */
  clear(): void {
    this.top = 1024;
    new Uint8Array(this.memory.buffer).fill(0xff); // NaN: whatever reads what nobody wrote shows
  }

  /** An address, a cache line apart from what was taken before; 64 bytes more follow that nothing may write. */
  take(bytes: number): number {
    const from = this.top;
    this.top += (Math.ceil(bytes / 64) + 1) * 64;
    if (this.top > this.memory.buffer.byteLength) throw new RangeError('the test asks for too much memory');
    return from;
  }

  put(values: Float32Array | Uint8Array | Uint16Array): number {
    const at = this.take(values.byteLength);
    new Uint8Array(this.memory.buffer).set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    return at;
  }

  /** Overwrites what was put or taken at `at`. */
  putAt(at: number, values: Float32Array): void {
    new Float32Array(this.memory.buffer, at, values.length).set(values);
  }

  floats(at: number, count: number): Float32Array {
    return new Float32Array(this.memory.buffer, at, count).slice();
  }

  /** Whether the line that follows `bytes` bytes at `at` is still untouched. */
  isWithin(at: number, bytes: number): boolean {
    const end = at + bytes;
    return new Uint8Array(this.memory.buffer, end, 64).every((byte) => byte === 0xff);
  }
}
