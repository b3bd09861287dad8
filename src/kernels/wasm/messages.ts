import type { LoopEnd } from './job-loop';
import type { Phase } from './phases';
import type { Scratch } from './shares';

/** To a compute worker. Without shared memory the worker owns the memory and is told what to write and read. */
export type ToKernelWorker =
  | {
      readonly kind: 'start';
      readonly module: WebAssembly.Module;
      readonly memory: WebAssembly.Memory;
      readonly control: number;
      readonly scratch: Scratch;
    }
  | { readonly kind: 'start-alone'; readonly module: WebAssembly.Module; readonly bytes: number; readonly scratch: Scratch }
  | { readonly kind: 'run'; readonly phases: readonly Phase[] }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'write'; readonly address: number; readonly values: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'read'; readonly address: number; readonly length: number };

export type FromKernelWorker =
  | { readonly kind: 'ready' }
  /** One thread without shared memory: it lives, a phase has passed. */
  | { readonly kind: 'beat' }
  | { readonly kind: 'ended'; readonly end: LoopEnd }
  | { readonly kind: 'values'; readonly values: Uint8Array<ArrayBuffer> }
  /** `memory`: the worker could not allocate. */
  | { readonly kind: 'failed'; readonly why: 'memory' | 'other'; readonly words: string };
