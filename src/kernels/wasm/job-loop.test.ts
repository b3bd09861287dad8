import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { controlWords, takeJobs, takeJobsAlone } from './job-loop';
import type { Kernel } from './kernel';
import type { FlattenPhase, Phase } from './phases';
import { trainingNames } from './training-kernel';

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
  const training = Object.fromEntries(trainingNames.map((name) => [name, refuse])) as Record<
    (typeof trainingNames)[number],
    typeof refuse
  >;
  const kernel: Kernel = {
    ...training,
    convolve: refuse,
    multiplyPlaces: refuse,
    convolveFirst: refuse,
    packFirst: refuse,
    transformFilters: refuse,
    transformInput: refuse,
    transformOutput: refuse,
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

/** Another thread, which ends its job, or sets the cancel flag, after 60 ms. */
function startOther(control: Int32Array, word: number): Worker {
  const code = `const { workerData: { control, word } } = require('node:worker_threads');
    setTimeout(() => { Atomics.add(control, word, 1); Atomics.notify(control, ${String(controlWords.done)}); }, 60);`;
  return new Worker(code, { eval: true, workerData: { control, word } });
}

it('a phase waits for the jobs of the one before it that another thread has taken', async () => {
  const control = new Int32Array(new SharedArrayBuffer(64));
  Atomics.add(control, controlWords.next, 1); // the other has job 0
  const doneBefore: number[] = [];
  const { kernel, seen } = createRecorder(() => doneBefore.push(Atomics.load(control, controlWords.done)));
  const other = startOther(control, controlWords.done);
  expect(takeJobs(kernel, phases, control, scratch)).toBe('done');
  expect(seen).toEqual(inOrder.slice(1));
  expect(doneBefore).toEqual([0, 1, 3, 4, 5]);
  await other.terminate();
});

it('a thread that waits for another hears the cancel flag', async () => {
  const control = new Int32Array(new SharedArrayBuffer(64));
  Atomics.add(control, controlWords.next, 1);
  const { kernel, seen } = createRecorder();
  const other = startOther(control, controlWords.cancel);
  expect(takeJobs(kernel, phases, control, scratch)).toBe('cancelled');
  expect(seen).toEqual([1004, 1008]);
  await other.terminate();
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
