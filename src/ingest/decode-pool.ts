import type { ErrorRecord } from '../domain/errors';
import { describeError, HeadstartError } from '../domain/errors';
import type { DecodeAnswer, DecodeRequest, DecodeResults, DecodeTask } from './decode-protocol';

/** A picture that takes longer than this has taken its worker with it: browsers end a worker out of memory without a word. */
const taskSeconds = 60;
/** Counted in so many looks: a laptop's sleep, however long, is one of them and not the whole. */
const looksAllowed = 12;

export type DecodeOutcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: ErrorRecord };
type AnyResult = DecodeResults[keyof DecodeResults];

interface Job {
  readonly id: number;
  readonly task: DecodeTask;
  settle(outcome: DecodeOutcome<AnyResult>): void;
  fail(error: HeadstartError): void;
}

interface Slot {
  readonly worker: Worker;
  ready: boolean;
  job: Job | null;
  timer: ReturnType<typeof setInterval> | undefined;
}

/** Two cores are enough for most folders, and four leave memory for large photos; one stays free for the page. */
export function poolSize(cores: number = globalThis.navigator.hardwareConcurrency): number {
  return Math.min(4, Math.max(1, cores - 1));
}

/** Decode workers, started when first needed. Each works on one task; pictures to look at go before pictures to take in. */
export class DecodePool {
  readonly size: number;
  readonly #spawn: () => Worker;
  readonly #slots = new Set<Slot>();
  #urgent: Job[] = [];
  #waiting: Job[] = [];
  #nextId = 0;
  #disposed = false;

  constructor(spawn: () => Worker, size: number = poolSize()) {
    this.#spawn = spawn;
    this.size = size;
  }

  /** How many tasks keep every worker busy: callers keep no more than this waiting. */
  get window(): number {
    return this.size * 3;
  }

  /**
   * Runs a task in a worker.
   * @returns the result, or the reason for which the picture was refused; a worker that dies gives `picture-broken`.
   * @throws HeadstartError `cancelled` at once when the signal is aborted, `worker-dead` when the workers cannot even start.
   */
  run<T extends DecodeTask>(task: T, signal?: AbortSignal): Promise<DecodeOutcome<DecodeResults[T['kind']]>> {
    return new Promise((resolve, reject) => {
      if (this.#disposed) return reject(new HeadstartError('worker-dead'));
      if (signal?.aborted === true) return reject(new HeadstartError('cancelled'));
      const cancel = () => {
        this.#urgent = this.#urgent.filter((other) => other !== job);
        this.#waiting = this.#waiting.filter((other) => other !== job);
        reject(new HeadstartError('cancelled'));
      };
      const job: Job = {
        id: this.#nextId++,
        task,
        settle: (outcome) => {
          signal?.removeEventListener('abort', cancel);
          // The worker answers a task with its own kind of result; `#receive` checks it.
          resolve(outcome as DecodeOutcome<DecodeResults[T['kind']]>);
        },
        fail: (error) => {
          signal?.removeEventListener('abort', cancel);
          reject(error);
        },
      };
      signal?.addEventListener('abort', cancel, { once: true });
      (task.kind === 'fit' ? this.#urgent : this.#waiting).push(job);
      this.#pump();
    });
  }

  /** Ends every worker; whatever waits is cancelled. */
  dispose(): void {
    this.#disposed = true;
    const jobs = [...this.#urgent, ...this.#waiting, ...[...this.#slots].flatMap(({ job }) => (job === null ? [] : [job]))];
    for (const slot of this.#slots) this.#end(slot);
    this.#urgent = [];
    this.#waiting = [];
    for (const job of jobs) job.fail(new HeadstartError('cancelled'));
  }

  #pump(): void {
    while (this.#urgent.length + this.#waiting.length > 0) {
      const slot = [...this.#slots].find(({ job }) => job === null) ?? (this.#slots.size < this.size ? this.#open() : null);
      if (slot === null) return;
      const job = this.#urgent.shift() ?? this.#waiting.shift();
      if (job === undefined) return;
      slot.job = job;
      let looks = 0;
      slot.timer = setInterval(
        () => {
          looks += 1;
          if (looks === looksAllowed) this.#lose(slot);
        },
        (taskSeconds * 1000) / looksAllowed,
      );
      slot.worker.postMessage({ id: job.id, task: job.task } satisfies DecodeRequest);
    }
  }

  #open(): Slot {
    const slot: Slot = { worker: this.#spawn(), ready: false, job: null, timer: undefined };
    slot.worker.addEventListener('message', (event: MessageEvent<DecodeAnswer>) => this.#receive(slot, event.data));
    slot.worker.addEventListener('error', () => this.#lose(slot));
    slot.worker.addEventListener('messageerror', () => this.#lose(slot));
    this.#slots.add(slot);
    return slot;
  }

  #receive(slot: Slot, answer: DecodeAnswer): void {
    slot.ready = true;
    if (answer.kind === 'ready' || slot.job?.id !== answer.id) return;
    const { job } = slot;
    clearInterval(slot.timer);
    slot.job = null;
    if (answer.kind === 'refused') job.settle({ ok: false, reason: answer.reason });
    else if (answer.kind === job.task.kind) job.settle({ ok: true, value: answer.result });
    else job.fail(new HeadstartError('unexpected', { detail: `${answer.kind} answers ${job.task.kind}` }));
    this.#pump();
  }

  /** A worker died: its picture is told as broken, another worker takes its place. */
  #lose(slot: Slot): void {
    if (!this.#slots.has(slot)) return;
    const { job, ready } = slot;
    this.#end(slot);
    if (ready) job?.settle({ ok: false, reason: describeError('picture-broken') });
    else job?.fail(new HeadstartError('worker-dead'));
    this.#pump();
  }

  #end(slot: Slot): void {
    clearInterval(slot.timer);
    slot.worker.terminate();
    this.#slots.delete(slot);
  }
}
