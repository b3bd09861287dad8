import { Worker } from 'node:worker_threads';
import { makeInput } from './execute';
import { place, type Told, type Work } from './protocol';
import { fuzzTargets } from './targets';

/** An input that computes longer is a hang. Of the processor's time: a busy machine lets a thread wait. */
const hangMs = 1000;
/** One that waits so long waits for ever. */
const waitMs = 60_000;
const lookEveryMs = 20;
/** Of the thread's heap, MiB: what needs more has been given an allocation of its own by an input. */
const mostHeap = 512;

export interface FuzzFinding {
  readonly kind: 'crash' | 'hang' | 'memory';
  readonly number: number;
  readonly error: string;
  readonly input: string;
}

export interface FuzzReport {
  readonly target: string;
  readonly of: string;
  readonly inputs: number;
  readonly refused: number;
  readonly accepted: number;
  readonly findings: readonly FuzzFinding[];
  readonly worstMs: number;
  readonly worstInput: number;
  /** Of the whole process over what it had before, bytes. */
  readonly memoryGrowth: number;
  readonly seconds: number;
}

/** Gives a target so many inputs on a thread of its own. A hang is seen from here: the thread is ended and goes on behind it. */
export async function watchTarget(target: number, seed: number, inputs: number): Promise<FuzzReport> {
  const hidden = fuzzTargets[target];
  if (hidden === undefined) throw new RangeError(`there is no target ${String(target)}`);
  const shared = new SharedArrayBuffer(4 * place.length);
  const numbers = new Int32Array(shared);
  const findings: FuzzFinding[] = [];
  let [worstMs, worstInput] = [0, 0];
  const started = performance.now();
  const before = process.memoryUsage().rss;
  let peak = before;

  const go = (from: number): Promise<number> =>
    new Promise((resolve, reject) => {
      const work: Work = { target, seed, from, to: inputs, shared };
      const worker = new Worker(new URL('start-thread.mjs', import.meta.url), {
        workerData: work,
        resourceLimits: { maxOldGenerationSizeMb: mostHeap },
      });
      let [seen, since, isDone, isStarted, isSettled] = [-1, performance.now(), false, false, false];
      let computed = process.cpuUsage();
      const settle = (kind: FuzzFinding['kind'], error: string): void => {
        if (isSettled) return;
        isSettled = true;
        clearInterval(timer);
        const at = Atomics.load(numbers, place.at);
        findings.push({ kind, number: at, error, input: showInput(target, seed, at) });
        void worker.terminate().then(() => {
          resolve(at + 1);
        });
      };
      Atomics.store(numbers, place.at, -1);
      Atomics.store(numbers, place.shrinking, 0);
      const timer = setInterval(() => {
        peak = Math.max(peak, process.memoryUsage().rss);
        const at = Atomics.load(numbers, place.at);
        if (at !== seen) {
          [seen, since, isStarted] = [at, performance.now(), at >= 0];
          computed = process.cpuUsage();
        }
        // A crash is made smaller by many runs of its target: that is no hang.
        const isShrinking = Atomics.load(numbers, place.shrinking) === 1;
        const waited = performance.now() - since;
        if (!isStarted || isDone || isShrinking || waited < hangMs) return;
        const { user, system } = process.cpuUsage(computed);
        if ((user + system) / 1000 > hangMs || waited > waitMs) settle('hang', `more than ${String(hangMs)} ms`);
      }, lookEveryMs);
      worker.on('message', (told: Told) => {
        if (told.kind === 'worst' && told.ms > worstMs) [worstMs, worstInput] = [told.ms, told.number];
        if (told.kind === 'crash') findings.push(told);
        if (told.kind === 'done') isDone = true;
      });
      worker.on('error', (thrown: Error & { code?: string }) => {
        if (thrown.code === 'ERR_WORKER_OUT_OF_MEMORY') settle('memory', thrown.message);
        else {
          clearInterval(timer);
          reject(thrown);
        }
      });
      worker.on('exit', () => {
        if (isDone) {
          clearInterval(timer);
          resolve(inputs);
        } else settle('hang', 'waits for what never comes');
      });
    });

  for (let from = 0; from < inputs;) from = await go(from);
  return {
    target: hidden.name,
    of: hidden.of,
    inputs,
    refused: Atomics.load(numbers, place.refused),
    accepted: Atomics.load(numbers, place.accepted),
    findings,
    worstMs,
    worstInput,
    memoryGrowth: peak - before,
    seconds: (performance.now() - started) / 1000,
  };
}

function showInput(target: number, seed: number, number: number): string {
  return fuzzTargets[target]?.use((known) => known.show(makeInput(known, seed, number))) ?? '';
}
