import { HeadstartError } from '../../domain/errors';
import type { RunEvent } from '../../domain/events';
import type { RunKeep, RunOutcome, UnfinishedRun } from '../../protocol/engine-api';
import type { CheckpointStore } from '../../storage/checkpoint-store';
import { decodeRun } from './run-codec';
import { RunKeeper } from './run-keeper';
import { runIdOf, type RunState } from './run-state';
import { describeUnfinished } from './unfinished-run';

/** A run that is going on or waits, and where it is kept. */
export interface HeldRun {
  readonly state: RunState;
  readonly keep: RunKeep | null;
  /** Of what is in `state.checkpoint`, ISO 8601. */
  readonly savedAt: string;
  /** Whether it is paused, and can go on. */
  readonly waits: boolean;
}

export interface RunDeskParts {
  /** Null holds runs in memory only. */
  readonly store: CheckpointStore | null;
  readonly now: () => number;
  readonly today: () => Date;
}

/** The one run that is going on, waits or has just ended, in memory and on disk. */
export class RunDesk {
  readonly #parts: RunDeskParts;
  #run: HeldRun | null = null;
  /** The last run that ended: what is on disk of it stays until its record and head are. */
  #ended: { readonly id: string; readonly keep: RunKeep } | null = null;

  constructor(parts: RunDeskParts) {
    this.#parts = parts;
  }

  /** In place of whatever was here. */
  begin(state: RunState, keep: RunKeep | null): HeldRun {
    const run = { state, keep, savedAt: state.startedAt, waits: false };
    [this.#run, this.#ended] = [run, null];
    return run;
  }

  /**
   * What can go on. `baseId` is of the convolutions in force, null for those that come with the page.
   * @throws HeadstartError `run-absent`, `run-of-other-weights`
   */
  paused(baseId: string | null): HeldRun {
    if (this.#run === null) throw new HeadstartError('run-absent');
    if (this.#run.state.baseId !== baseId) throw new HeadstartError('run-of-other-weights');
    return this.#run;
  }

  /**
   * Weights change under no run that waits, unless it waits for these; `present` are those in force, as `paused` has them.
   * @throws HeadstartError `run-unfinished`
   */
  requireNoneOn(baseId: string | null, present: string | null): void {
    const run = this.#run;
    const isItsOwn = baseId !== present && run?.state.baseId === baseId;
    if (run?.waits === true && !isItsOwn) throw new HeadstartError('run-unfinished');
  }

  /** What failed cannot go on with other weights; what of it is on disk stands. */
  dropFailed(): void {
    if (this.#run?.waits === false) this.#run = null;
  }

  /** It ended, and its record is made. */
  end(): void {
    this.#run = null;
  }

  /** Another project is opened, or everything ends; what is on disk stays. */
  letGo(): void {
    [this.#run, this.#ended] = [null, null];
    this.#parts.store?.release();
  }

  async unfinished(keep: RunKeep): Promise<UnfinishedRun | null> {
    const held = this.#run;
    if (held?.keep?.project === keep.project) return describeUnfinished(held.state, keep, held.savedAt);
    const { store } = this.#parts;
    if (store === null) return null;
    try {
      const found = (await store.hold(keep.project)) ? await store.load(keep.project, decodeRun) : null;
      // A run that was started meanwhile goes before.
      if (found === null || this.#run !== held) return null;
      this.#run = { ...found, keep, waits: true };
      return describeUnfinished(found.state, keep, found.savedAt);
    } catch {
      return null; // storage is refused: then nothing was kept
    }
  }

  async discard(id: string): Promise<void> {
    const own = this.#run;
    const isWaiting = own !== null && runIdOf(own.state) === id;
    const keep = isWaiting ? own.keep : this.#ended?.id === id ? this.#ended.keep : null;
    if (isWaiting) this.#run = null;
    if (this.#ended?.id === id) this.#ended = null;
    const { store } = this.#parts;
    if (keep === null || store === null) return;
    try {
      if (await store.hold(keep.project)) await store.remove(keep.project);
    } catch {
      // Nothing was kept, or it is offered once more at the next visit.
    }
  }

  /** Of every project, on disk too. @throws HeadstartError `storage-refused` */
  async forget(): Promise<void> {
    [this.#run, this.#ended] = [null, null];
    try {
      await this.#parts.store?.clear();
    } catch (thrown) {
      throw new HeadstartError('storage-refused', {}, { cause: thrown });
    } finally {
      this.#parts.store?.release();
    }
  }

  /** However the stretch ends, what it came to is on disk before its outcome is told: a page that is closed then loses nothing. */
  async goOn(
    { state, keep }: HeldRun,
    isNew: boolean,
    onEvent: (event: RunEvent) => void,
    work: (keeper: RunKeeper | null) => Promise<RunOutcome>,
  ): Promise<RunOutcome> {
    const { store, now, today } = this.#parts;
    const keeper = keep === null || store === null ? null : new RunKeeper({ store, keep, onEvent, now, today });
    if (isNew) await keeper?.begin(state);
    let waits = false;
    try {
      const outcome = await work(keeper);
      waits = outcome.status === 'paused';
      if (outcome.status === 'paused') keeper?.keep(state, 0);
      else if (keep !== null) this.#ended = { id: outcome.run.id, keep };
      return outcome;
    } catch (error) {
      // A run that came to no number would come to none again.
      if (state.deadEnd === null) keeper?.keep(state, 0);
      else if (keep !== null) await keeper?.settle().then(() => store?.remove(keep.project).catch(() => undefined));
      throw error;
    } finally {
      await keeper?.settle();
      if (this.#run?.state === state) this.#run = { state, keep, savedAt: today().toISOString(), waits };
    }
  }
}
