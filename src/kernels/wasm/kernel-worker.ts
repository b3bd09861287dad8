import { takeJobs, takeJobsAlone } from './job-loop';
import { createKernel, type Kernel } from './kernel';
import type { FromKernelWorker, ToKernelWorker } from './messages';
import type { Scratch } from './shares';

/** What the compute worker needs of its global scope. */
export interface KernelScope {
  addEventListener(type: 'message', listener: (event: MessageEvent<ToKernelWorker>) => void): void;
  postMessage(message: FromKernelWorker, transfer?: Transferable[]): void;
}

interface Started {
  readonly kernel: Kernel;
  readonly memory: WebAssembly.Memory;
  readonly scratch: Scratch;
  /** Null without shared memory. */
  readonly control: Int32Array | null;
}

/** Resolves after the messages that wait by now: a timer of 0 ms would be clamped to 4 ms. */
function createListen(): () => Promise<void> {
  const { port1, port2 } = new MessageChannel();
  let wake = (): void => undefined;
  port1.onmessage = () => {
    wake();
  };
  return () =>
    new Promise((resolve) => {
      wake = resolve;
      port2.postMessage(0);
    });
}

async function start(message: Extract<ToKernelWorker, { kind: 'start' | 'start-alone' }>): Promise<Started> {
  const { module, scratch } = message;
  if (message.kind === 'start') {
    const { memory, control } = message;
    return { kernel: await createKernel(module, memory), memory, scratch, control: new Int32Array(memory.buffer, control, 16) };
  }
  const memory = new WebAssembly.Memory({ initial: message.bytes / 65_536 });
  return { kernel: await createKernel(module, memory), memory, scratch, control: null };
}

/** Answers the pool's messages. With shared memory it may block while it computes: nobody but the pool talks to it. */
export function serveKernel(scope: KernelScope): void {
  const listen = createListen();
  let started: Started | null = null;
  let cancelled = false;

  function beatAndListen(): Promise<void> {
    scope.postMessage({ kind: 'beat' });
    return listen();
  }

  function need(): Started {
    if (started === null) throw new Error('the compute worker was not started');
    return started;
  }

  async function answer(message: ToKernelWorker): Promise<void> {
    switch (message.kind) {
      case 'start':
      case 'start-alone':
        started = await start(message);
        scope.postMessage({ kind: 'ready' });
        return;
      case 'run': {
        const { kernel, scratch, control } = need();
        cancelled = false;
        const end =
          control === null
            ? await takeJobsAlone(kernel, message.phases, scratch, beatAndListen, () => cancelled)
            : takeJobs(kernel, message.phases, control, scratch);
        scope.postMessage({ kind: 'ended', end });
        return;
      }
      case 'cancel':
        cancelled = true;
        return;
      case 'write':
        new Uint8Array(need().memory.buffer).set(message.values, message.address);
        return;
      case 'read': {
        const values = new Uint8Array(need().memory.buffer).slice(message.address, message.address + message.length);
        scope.postMessage({ kind: 'values', values }, [values.buffer]);
      }
    }
  }

  scope.addEventListener('message', ({ data: message }) => {
    answer(message).catch((error: unknown) => {
      const words = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      // A memory that cannot be had is a RangeError in every engine.
      const why = message.kind === 'start-alone' && error instanceof RangeError ? 'memory' : 'other';
      scope.postMessage({ kind: 'failed', why, words });
    });
  });
}
