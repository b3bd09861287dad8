import { describeError, type ErrorCode, type ErrorRecord } from '../../domain/errors';
import type { KeptReport, RunEvent } from '../../domain/events';
import type { RunKeep } from '../../protocol/engine-api';
import type { CheckpointStore } from '../../storage/checkpoint-store';
import type { RunParts } from '../../storage/run-file';
import { encodeRun } from './run-codec';
import type { RunState } from './run-state';

/** After a refusal it is tried again, but no more often than this. */
const retryMs = 60_000;

export interface RunKeeperParts {
  readonly store: CheckpointStore;
  readonly keep: RunKeep;
  readonly onEvent: (event: RunEvent) => void;
  /** Milliseconds, steady. */
  readonly now: () => number;
  /** The time of day. */
  readonly today: () => Date;
}

/**
 * Keeps a run on disk for one stretch of it, in the background: training goes on while a checkpoint is written. Never rejects; what cannot
 * be kept is told once.
 */
export class RunKeeper {
  readonly #parts: RunKeeperParts;
  /** When the last one was begun, or tried. */
  #last = -Infinity;
  #writing: Promise<void> | null = null;
  #problem: ErrorRecord | null = null;
  /** In a row: one alone may be a file that a worker which just ended has not let go. */
  #failures = 0;
  #times = 0;
  #seconds = 0;

  constructor(parts: RunKeeperParts) {
    this.#parts = parts;
  }

  /** Whether the run should be kept at the next step boundary. */
  isDue(): boolean {
    if (this.#writing !== null) return false;
    const everyMs = this.#parts.keep.everySeconds * 1000;
    return this.#parts.now() - this.#last >= (this.#problem === null ? everyMs : Math.max(everyMs, retryMs));
  }

  /** For a run that begins: what an earlier one left goes, and from now on a kill finds this one. */
  async begin(state: RunState): Promise<void> {
    const { store, keep } = this.#parts;
    try {
      if (await store.hold(keep.project)) await store.remove(keep.project);
    } catch {
      // Told by the first write, which meets the same.
    }
    this.keep(state, 0);
    await this.settle();
  }

  /** Begins to write the run as its checkpoint has it; `spentMs` is what bringing it there took. */
  keep(state: RunState, spentMs: number): void {
    const { now, today } = this.#parts;
    const started = now() - spentMs;
    const savedAt = today().toISOString();
    const parts = encodeRun(state, savedAt);
    const before = this.#writing;
    this.#last = now();
    const writing = (async () => {
      await before;
      await this.#write(parts, savedAt, started);
    })().finally(() => {
      if (this.#writing === writing) this.#writing = null;
    });
    this.#writing = writing;
  }

  /** Resolves when nothing is being written. */
  async settle(): Promise<void> {
    while (this.#writing !== null) await this.#writing;
  }

  async #write(parts: RunParts, savedAt: string, started: number): Promise<void> {
    const { store, keep, now } = this.#parts;
    try {
      if (!(await store.hold(keep.project))) {
        this.#tellProblem('run-kept-elsewhere');
        return;
      }
      const bytes = await store.write(keep.project, parts);
      this.#times += 1;
      this.#seconds += (now() - started) / 1000;
      this.#failures = 0;
      this.#problem = null;
      this.#tell({ savedAt, bytes, times: this.#times, seconds: this.#seconds, problem: null });
    } catch (thrown) {
      this.#failures += 1;
      const isFull = thrown instanceof DOMException && thrown.name === 'QuotaExceededError';
      const isBusy = thrown instanceof DOMException && thrown.name === 'NoModificationAllowedError';
      const bytes = parts.arrays.reduce((sum, { byteLength }) => sum + byteLength, 0);
      if (isFull) this.#tellProblem('run-storage-full', { size: `${(bytes / 1e6).toFixed(1)} MB` });
      else if (!isBusy || this.#failures > 1) this.#tellProblem('run-not-kept');
    }
  }

  #tellProblem(code: ErrorCode, parameters: Readonly<Record<string, string>> = {}): void {
    if (this.#problem?.code === code) return;
    this.#problem = describeError(code, parameters);
    this.#tell({ savedAt: null, bytes: 0, times: this.#times, seconds: this.#seconds, problem: this.#problem });
  }

  #tell(report: KeptReport): void {
    this.#parts.onEvent({ kind: 'kept', report });
  }
}
