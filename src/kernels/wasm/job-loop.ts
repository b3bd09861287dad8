import type { Kernel } from './kernel';
import { runJob, type Phase } from './phases';
import type { Scratch } from './shares';

/** Words of the shared control block. `done` only grows within a run, so a thread may sleep on it. */
export const controlWords = { next: 0, done: 1, cancel: 2 } as const;

export type LoopEnd = 'done' | 'cancelled';

/** Number of jobs before each phase, and of all as the last entry. */
function startsOf(phases: readonly Phase[]): readonly number[] {
  const starts = [0];
  let sum = 0;
  for (const { jobs } of phases) starts.push((sum += jobs));
  return starts;
}

/** A thread that runs dry looks this often before it sleeps: a phase ends within microseconds of its last job. */
const looksBeforeSleep = 2000;
/** Sleep in milliseconds before the cancel flag is looked at again, should a wake-up be missed. */
const sleepMs = 100;

function waitUntilDone(control: Int32Array, start: number): LoopEnd {
  for (let look = 0; ; look++) {
    const done = Atomics.load(control, controlWords.done);
    if (done >= start) return 'done';
    if (Atomics.load(control, controlWords.cancel) !== 0) return 'cancelled';
    if (look >= looksBeforeSleep) Atomics.wait(control, controlWords.done, done, sleepMs);
  }
}

/**
 * Takes jobs until none is left. Any thread may take any job; a phase begins when all jobs of the phases before it are done.
 * One counter numbers the jobs of all phases, so nothing is reset between phases and a thread that comes late just finds fewer jobs.
 * Hears the cancel flag before each job. `control` is over shared memory and set to 0 before the run.
 */
export function takeJobs(kernel: Kernel, phases: readonly Phase[], control: Int32Array, scratch: Scratch): LoopEnd {
  const starts = startsOf(phases);
  const all = starts[phases.length] ?? 0;
  let at = 0;
  for (;;) {
    const job = Atomics.add(control, controlWords.next, 1);
    if (job >= all) return waitUntilDone(control, all);
    while (job >= (starts[at + 1] ?? all)) at++;
    const phase = phases[at];
    const start = starts[at] ?? 0;
    if (phase === undefined) throw new RangeError(`no phase holds job ${job}`);
    if (waitUntilDone(control, start) === 'cancelled') return 'cancelled';
    if (Atomics.load(control, controlWords.cancel) !== 0) return 'cancelled';
    runJob(kernel, phase, job - start, scratch);
    const done = Atomics.add(control, controlWords.done, 1) + 1;
    if (done === starts[at + 1]) Atomics.notify(control, controlWords.done);
  }
}

/** The same for one thread without shared memory; between phases it listens, so that a cancel message is heard. */
export async function takeJobsAlone(
  kernel: Kernel,
  phases: readonly Phase[],
  scratch: Scratch,
  listen: () => Promise<void>,
  isCancelled: () => boolean,
): Promise<LoopEnd> {
  for (const phase of phases) {
    await listen();
    if (isCancelled()) return 'cancelled';
    for (let job = 0; job < phase.jobs; job++) runJob(kernel, phase, job, scratch);
  }
  return 'done';
}
