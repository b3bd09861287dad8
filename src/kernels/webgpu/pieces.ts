import { HeadstartError, throwIfCancelled } from '../../domain/errors';
import { usage } from './flags';
import { writeBytes, type GpuMemory } from './gpu-memory';
import { sizesBytes, writeSizes, type Uniforms } from './programs/sizes';

/** One program over one set of buffers. It may be cut into parts along `cut`; each part is told where it begins. */
export interface Dispatch {
  readonly pipeline: GPUComputePipeline;
  readonly buffers: GPUBindGroup;
  readonly sizes: Uniforms;
  readonly groups: readonly [number, number, number];
  readonly cut: 'x' | 'z';
  /** Rough cost in FLOP, moved values counted too; only compared with other dispatches'. */
  readonly work: number;
}

interface Part {
  readonly dispatch: Dispatch;
  readonly first: number;
  readonly count: number;
}

interface PieceClock {
  /** Milliseconds, steady. */
  now(): number;
}

/** Milliseconds of one submission: well under what a desktop notices and a watchdog kills. */
export const targetMs = 40;

/** Submissions under way: one computes while the next waits, so that the device never does. */
const inFlight = 2;

/** Parts of one submission. */
const slots = 256;

/** FLOP a millisecond before anything is known: the first pieces are small, and grow fourfold until they take their time. */
const firstRate = 2e5;

export const sizesSlotBytes = (alignment: number) => Math.ceil(sizesBytes / alignment) * alignment;

/** What the sizes of one submission's parts take on the device. */
export function sizesBufferBytes(alignment: number): number {
  return slots * sizesSlotBytes(alignment);
}

export interface Pieces {
  readonly sizes: GPUBuffer;
  /**
   * Submits the work in pieces of about `targetMs`; resolves when the last has been submitted, not when it is done.
   * `end` may add copies to the last. Rejects with `cancelled` between two pieces.
   */
  submit(dispatches: readonly Dispatch[], signal?: AbortSignal, end?: (encoder: GPUCommandEncoder) => void): Promise<void>;
  /** Resolves when everything submitted so far is done. */
  settle(): Promise<void>;
  /** Milliseconds of the longest piece so far. */
  longest(): number;
}

export interface PiecesOptions {
  readonly device: GPUDevice;
  readonly memory: GpuMemory;
  readonly clock: PieceClock;
  readonly orFailure: <T>(promise: Promise<T>) => Promise<T>;
}

export function createPieces({ device, memory, clock, orFailure }: PiecesOptions): Pieces {
  const step = sizesSlotBytes(device.limits.minUniformBufferOffsetAlignment);
  const buffer = memory.create('sizes', slots * step, usage.uniform | usage.copyTarget);
  const words = new Uint32Array((slots * step) / 4);
  const bytes = new Uint8Array(words.buffer);
  const most = device.limits.maxComputeWorkgroupsPerDimension;
  const running: Promise<void>[] = [];
  let rate = firstRate;
  let longest = 0;
  let lastDone = 0;

  function learn(work: number, submitted: number): void {
    const now = clock.now();
    const took = Math.max(0.1, now - Math.max(submitted, lastDone));
    lastDone = now;
    longest = Math.max(longest, took);
    const seen = Math.min(work / took, rate * 4);
    // Of a short piece, or a copy alone, most of the time may be the way there and back: it tells of no slow device.
    rate = took < targetMs / 4 ? Math.max(rate, seen) : work === 0 ? rate : seen;
  }

  async function send(parts: readonly Part[], end?: (encoder: GPUCommandEncoder) => void): Promise<void> {
    parts.forEach(({ dispatch, first }, slot) => {
      writeSizes(words, (slot * step) / 4, dispatch.sizes, first);
    });
    if (parts.length > 0) writeBytes(device, buffer, 0, bytes.subarray(0, parts.length * step));
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    let work = 0;
    parts.forEach(({ dispatch, count }, slot) => {
      const [x, y, z] = dispatch.groups;
      pass.setPipeline(dispatch.pipeline);
      pass.setBindGroup(0, dispatch.buffers, [slot * step]);
      if (dispatch.cut === 'x') pass.dispatchWorkgroups(count, y, z);
      else pass.dispatchWorkgroups(x, y, count);
      work += (dispatch.work * count) / (dispatch.cut === 'x' ? x : z);
    });
    pass.end();
    end?.(encoder);
    device.queue.submit([encoder.finish()]);
    const submitted = clock.now();
    const done = orFailure(device.queue.onSubmittedWorkDone()).then(() => {
      learn(work, submitted);
    });
    done.catch(() => undefined); // told to whoever waits for it
    running.push(done);
    while (running.length >= inFlight) await running.shift();
  }

  async function submit(
    dispatches: readonly Dispatch[],
    signal?: AbortSignal,
    end?: (encoder: GPUCommandEncoder) => void,
  ): Promise<void> {
    let parts: Part[] = [];
    let work = 0;
    const flush = async (last?: (encoder: GPUCommandEncoder) => void) => {
      throwIfCancelled(signal);
      const sent = parts;
      parts = [];
      work = 0;
      await send(sent, last);
    };
    for (const dispatch of dispatches) {
      const [x, y, z] = dispatch.groups;
      const total = dispatch.cut === 'x' ? x : z;
      if (y > most || (dispatch.cut === 'x' ? z : x) > most)
        throw new HeadstartError('unexpected', { detail: `a dispatch of ${dispatch.groups.join(' x ')} workgroups` });
      const each = dispatch.work / total;
      let first = 0;
      while (first < total) {
        const room = Math.floor((rate * targetMs - work) / each);
        if (parts.length === slots || (room < 1 && parts.length > 0)) {
          await flush();
          continue;
        }
        const count = Math.min(Math.max(1, room), total - first, most);
        parts.push({ dispatch, first, count });
        work += each * count;
        first += count;
      }
    }
    await flush(end);
  }

  return {
    sizes: buffer,
    submit,
    settle: async () => {
      await Promise.all(running);
    },
    longest: () => longest,
  };
}
