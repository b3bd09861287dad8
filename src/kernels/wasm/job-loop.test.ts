import { expect, it } from 'vitest';
import { controlWords, takeJobs, takeJobsAlone } from './job-loop';
import type { Kernel } from './kernel';
import type { FlattenPhase, Phase } from './phases';

const scratch = { base: 0, v: 0, m: 0 };

function phase(input: number, jobs: number): FlattenPhase {
  return { kind: 'flatten', jobs, input, output: 0, size: 1, channels: 1 };
}

/** Records what is computed; each flatten job moves its input by 4 bytes. */
function createRecorder(onJob: (count: number) => void = () => undefined): { kernel: Kernel; seen: number[] } {
  const seen: number[] = [];
  const refuse = () => {
    throw new Error('only flatten is asked for here');
  };
  const kernel: Kernel = {
    convolve: refuse, multiplyPlaces: refuse, convolveFirst: refuse, packFirst: refuse, transformFilters: refuse, transformInput: refuse, transformOutput: refuse,
    flatten: (from) => {
      seen.push(from);
      onJob(seen.length);
    },
  };
  return { kernel, seen };
}

const phases: readonly Phase[] = [phase(1000, 3), phase(2000, 1), phase(3000, 2)];
const inOrder = [1000, 1004, 1008, 2000, 3000, 3004];

it('one thread computes every job once, phase after phase', () => {
  const { kernel, seen } = createRecorder();
  expect(takeJobs(kernel, phases, new Int32Array(new SharedArrayBuffer(64)), scratch)).toBe('done');
  expect(seen).toEqual(inOrder);
});

it('a thread that comes when all is taken and done finds nothing to do', () => {
  const control = new Int32Array(new SharedArrayBuffer(64));
  takeJobs(createRecorder().kernel, phases, control, scratch);
  const late = createRecorder();
  expect(takeJobs(late.kernel, phases, control, scratch)).toBe('done');
  expect(late.seen).toEqual([]);
});

it('a phase waits for the jobs of the one before it that another thread has taken', () => {
  const control = new Int32Array(new SharedArrayBuffer(64));
  Atomics.add(control, controlWords.next, 1); // another thread has job 0 and does not end it
  const { kernel, seen } = createRecorder((count) => {
    if (count === 2) setTimeout(() => undefined, 0);
  });
  // It must not pass: only cancelling ends the wait, here set by the last job it can do.
  const cancelling = createRecorder((count) => {
    if (count === 2) Atomics.store(control, controlWords.cancel, 1);
  });
  expect(takeJobs(cancelling.kernel, phases, control, scratch)).toBe('cancelled');
  expect(cancelling.seen).toEqual([1004, 1008]);
  control.fill(0);
  expect(takeJobs(kernel, phases, control, scratch)).toBe('done');
  expect(seen).toEqual(inOrder);
});

it('the cancel flag is heard before the next job', () => {
  const control = new Int32Array(new SharedArrayBuffer(64));
  const { kernel, seen } = createRecorder((count) => {
    if (count === 2) Atomics.store(control, controlWords.cancel, 1);
  });
  expect(takeJobs(kernel, phases, control, scratch)).toBe('cancelled');
  expect(seen).toEqual(inOrder.slice(0, 2));
});

it('a lone thread computes the same and listens between phases', async () => {
  let listened = 0;
  const listen = () => {
    listened += 1;
    return Promise.resolve();
  };
  const { kernel, seen } = createRecorder();
  expect(await takeJobsAlone(kernel, phases, scratch, listen, () => false)).toBe('done');
  expect(seen).toEqual(inOrder);
  expect(listened).toBe(3);
  const stopped = createRecorder();
  listened = 0;
  expect(await takeJobsAlone(stopped.kernel, phases, scratch, listen, () => listened === 2)).toBe('cancelled');
  expect(stopped.seen).toEqual(inOrder.slice(0, 3));
});
