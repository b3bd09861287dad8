import { HeadstartError } from '../../domain/errors';

/** Buffers of one owner, so that their bytes can be told and all be given back. */
export interface GpuMemory {
  /** `initial` is copied in. */
  create(label: string, bytes: number, usage: number, initial?: Uint8Array): GPUBuffer;
  destroy(buffer: GPUBuffer): void;
  /** Bytes of the buffers that are alive. */
  bytes(): number;
  destroyAll(): void;
}

export function createGpuMemory(device: GPUDevice): GpuMemory {
  const alive = new Set<GPUBuffer>();
  const destroy = (buffer: GPUBuffer) => {
    if (alive.delete(buffer)) buffer.destroy();
  };
  return {
    create: (label, bytes, usage, initial) => {
      const buffer = device.createBuffer({ label: `headstart ${label}`, size: Math.ceil(bytes / 4) * 4, usage });
      alive.add(buffer);
      if (initial !== undefined) writeBytes(device, buffer, 0, initial);
      return buffer;
    },
    destroy,
    bytes: () => [...alive].reduce((sum, { size }) => sum + size, 0),
    destroyAll: () => {
      for (const buffer of [...alive]) destroy(buffer);
    },
  };
}

/** A queue takes whole words only: an odd end is padded. */
export function writeBytes(device: GPUDevice, buffer: GPUBuffer, at: number, bytes: Uint8Array): void {
  const whole = bytes.length - (bytes.length % 4);
  if (whole > 0) device.queue.writeBuffer(buffer, at, bytes, 0, whole);
  if (whole === bytes.length) return;
  const end = new Uint8Array(4);
  end.set(bytes.subarray(whole));
  device.queue.writeBuffer(buffer, at + whole, end);
}

/** Makes buffers; rejects with `out-of-memory` when the device has no room for them, and `memory` is empty then. */
export async function allocate<T>(
  device: GPUDevice,
  memory: GpuMemory,
  make: () => T,
  orFailure: <V>(promise: Promise<V>) => Promise<V>,
): Promise<T> {
  device.pushErrorScope('out-of-memory');
  let refusal: unknown = null;
  let made: T | null = null;
  try {
    made = make();
  } catch (error) {
    // A size beyond what the browser can count is thrown at once.
    refusal = error;
  }
  const error = await orFailure(device.popErrorScope());
  if (made !== null && error === null) return made;
  memory.destroyAll();
  if (error === null && !(refusal instanceof RangeError)) throw refusal;
  throw new HeadstartError('out-of-memory', {}, { cause: error ?? refusal });
}
