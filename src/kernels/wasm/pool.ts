import { HeadstartError } from '../../domain/errors';
import { controlWords } from './job-loop';
import type { MemoryPlan } from './memory-plan';
import type { FromKernelWorker, ToKernelWorker } from './messages';
import type { Phase } from './phases';

/** Compute workers over one memory. One call at a time; every promise settles, also when a worker dies. */
export interface KernelPool {
  /** Computes the phases on the first `threads` of the workers, all of them by default. Rejects with `cancelled`, or `worker-dead` after which the pool is of no more use. */
  run(phases: readonly Phase[], signal?: AbortSignal, threads?: number): Promise<void>;
  /** Copies bytes into the memory, before whatever is asked next. */
  write(address: number, values: Uint8Array): void;
  /** A copy of `length` bytes of the memory. */
  read(address: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Ends the workers; what is pending rejects with `cancelled`. */
  dispose(): void;
}

export interface PoolOptions {
  readonly spawn: () => Worker;
  readonly module: WebAssembly.Module;
  readonly plan: Pick<MemoryPlan, 'bytes' | 'control' | 'scratch'>;
  /** The shared memory of `plan.bytes`; null lets one worker have a memory of its own. */
  readonly memory: WebAssembly.Memory | null;
  /** Milliseconds without a job done, or an answer, after which a worker counts as dead. A job takes milliseconds. */
  readonly stallMs?: number;
}

/** Looks a stall must last: counted, not timed, so that a machine that slept does not look dead when it wakes. */
const looksAllowed = 10;

interface Slot {
  readonly worker: Worker;
  settle: { resolve: (answer: FromKernelWorker) => void; reject: (error: HeadstartError) => void } | null;
}

function failureOf({ why, words }: Extract<FromKernelWorker, { kind: 'failed' }>): HeadstartError {
  return why === 'memory'
    ? new HeadstartError('out-of-memory', {}, { cause: words })
    : new HeadstartError('worker-dead', {}, { cause: words });
}

/** Spawns the workers and waits until each has its kernels. Rejects with `out-of-memory` or `worker-dead`. */
export async function startKernelPool({ spawn, module, plan, memory, stallMs = 15_000 }: PoolOptions): Promise<KernelPool> {
  const control = memory === null ? null : new Int32Array(memory.buffer, plan.control, 16);
  const slots: Slot[] = [];
  let dead: HeadstartError | null = null;
  let beats = 0;
  let watch: ReturnType<typeof setInterval> | null = null;

  function stopWatch(): void {
    if (watch !== null) clearInterval(watch);
    watch = null;
  }

  function end(error: HeadstartError): void {
    if (dead !== null) return;
    dead = error;
    stopWatch();
    if (control !== null) {
      Atomics.store(control, controlWords.cancel, 1);
      Atomics.notify(control, controlWords.done);
    }
    for (const { worker } of slots) worker.terminate();
    for (const slot of slots) {
      slot.settle?.reject(error);
      slot.settle = null;
    }
  }

  function startWatch(): void {
    if (watch !== null) return;
    let seen = -1;
    let looks = 0;
    watch = setInterval(() => {
      const progress = beats + (control === null ? 0 : Atomics.load(control, controlWords.done));
      looks = progress === seen ? looks + 1 : 0;
      seen = progress;
      if (looks >= looksAllowed)
        end(new HeadstartError('worker-dead', {}, { cause: `no compute worker did anything for ${stallMs} ms` }));
    }, stallMs / looksAllowed);
  }

  function ask(slot: Slot, message: ToKernelWorker): Promise<FromKernelWorker> {
    return new Promise((resolve, reject) => {
      if (dead !== null) {
        reject(dead);
        return;
      }
      slot.settle = { resolve, reject };
      startWatch();
      slot.worker.postMessage(message);
    });
  }

  function open(): Slot {
    const slot: Slot = { worker: spawn(), settle: null };
    slot.worker.addEventListener('message', ({ data: answer }: MessageEvent<FromKernelWorker>) => {
      beats++;
      if (answer.kind === 'beat') return;
      if (answer.kind === 'failed') {
        end(failureOf(answer));
        return;
      }
      const { settle } = slot;
      slot.settle = null;
      if (slots.every((other) => other.settle === null)) stopWatch();
      settle?.resolve(answer);
    });
    slot.worker.addEventListener('error', (event) => {
      event.preventDefault();
      end(new HeadstartError('worker-dead', {}, { cause: event.message }));
    });
    slot.worker.addEventListener('messageerror', () => {
      end(new HeadstartError('worker-dead', {}, { cause: 'a message could not be read' }));
    });
    return slot;
  }

  function cancelRun(): void {
    if (control === null) {
      for (const { worker } of slots) worker.postMessage({ kind: 'cancel' } satisfies ToKernelWorker);
    } else {
      Atomics.store(control, controlWords.cancel, 1);
      Atomics.notify(control, controlWords.done);
    }
  }

  const scratches = memory === null ? plan.scratch.slice(0, 1) : plan.scratch;
  try {
    for (let thread = 0; thread < scratches.length; thread++) slots.push(open());
    await Promise.all(
      slots.map((slot, thread) => {
        const scratch = scratches[thread];
        if (scratch === undefined) throw new RangeError('a thread has no scratch');
        return ask(
          slot,
          memory === null
            ? { kind: 'start-alone', module, bytes: plan.bytes, scratch }
            : { kind: 'start', module, memory, control: plan.control, scratch },
        );
      }),
    );
  } catch (error) {
    end(new HeadstartError('worker-dead', {}, { cause: error }));
    throw error;
  }

  return {
    async run(phases, signal, threads = slots.length) {
      if (signal?.aborted === true) throw new HeadstartError('cancelled');
      control?.fill(0);
      signal?.addEventListener('abort', cancelRun);
      try {
        const answers = await Promise.all(slots.slice(0, Math.max(1, threads)).map((slot) => ask(slot, { kind: 'run', phases })));
        if (answers.some((answer) => answer.kind === 'ended' && answer.end === 'cancelled'))
          throw new HeadstartError('cancelled');
      } finally {
        signal?.removeEventListener('abort', cancelRun);
      }
    },

    write(address, values) {
      if (memory !== null) {
        new Uint8Array(memory.buffer).set(values, address);
        return;
      }
      const copy = new Uint8Array(values);
      slots[0]?.worker.postMessage({ kind: 'write', address, values: copy } satisfies ToKernelWorker, [copy.buffer]);
    },

    async read(address, length) {
      if (memory !== null) {
        const copy = new Uint8Array(length);
        copy.set(new Uint8Array(memory.buffer, address, length));
        return copy;
      }
      const [slot] = slots;
      if (slot === undefined) throw new HeadstartError('worker-dead');
      const answer = await ask(slot, { kind: 'read', address, length });
      if (answer.kind !== 'values') throw new HeadstartError('worker-dead', {}, { cause: `answered ${answer.kind}` });
      return answer.values;
    },

    dispose() {
      end(new HeadstartError('cancelled'));
    },
  };
}
