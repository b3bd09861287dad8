/** A thread that gives one target its inputs; the main thread watches it, since a hang cannot be seen from within. */
import { parentPort, workerData } from 'node:worker_threads';
import { execute, makeInput, shrink } from './execute';
import { place, type Told, type Work } from './protocol';
import { fuzzTargets } from './targets';

const { target: targetIndex, seed, from, to, shared } = workerData as Work;
const numbers = new Int32Array(shared);
const tell = (told: Told): void => parentPort?.postMessage(told);
/** What is thrown where nobody waits for it is a defect as well. */
const unheard: unknown[] = [];
process.on('unhandledRejection', (reason) => unheard.push(reason));

function describeThrown(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message).split('\n').slice(0, 6).join('\n') : String(thrown);
}

const hidden = fuzzTargets[targetIndex];
if (hidden === undefined) throw new RangeError(`there is no target ${String(targetIndex)}`);
await hidden.use(async (target) => {
  let worst = 0;
  for (let number = from; number < to; number += 1) {
    Atomics.store(numbers, place.at, number);
    const input = makeInput(target, seed, number);
    const start = performance.now();
    const before = process.cpuUsage();
    const outcome = await execute(target, input);
    // The processor's time where that is less: a busy machine lets a thread wait.
    const { user, system } = process.cpuUsage(before);
    const ms = Math.min(performance.now() - start, (user + system) / 1000);
    if (ms > worst) {
      worst = ms;
      tell({ kind: 'worst', number, ms });
    }
    const [lost] = unheard.splice(0);
    if (outcome.verdict === 'crash') {
      Atomics.store(numbers, place.shrinking, 1);
      const smallest = await shrink(target, input);
      Atomics.store(numbers, place.at, number + 1);
      Atomics.store(numbers, place.shrinking, 0);
      unheard.length = 0;
      tell({ kind: 'crash', number, error: describeThrown(outcome.thrown), input: target.show(smallest) });
    } else if (lost !== undefined) {
      tell({ kind: 'crash', number, error: `rejected where nobody waits: ${describeThrown(lost)}`, input: target.show(input) });
    } else Atomics.add(numbers, outcome.verdict === 'accepted' ? place.accepted : place.refused, 1);
  }
  tell({ kind: 'done' });
});
