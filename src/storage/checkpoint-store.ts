import { openPrivateFolder, type CacheFolder } from './cache-folder';
import { holdLock } from './hold-lock';
import { readRunFile, readSequence, writeRunFile, type RunParts } from './run-file';
import { checkpointFolder } from './storage-sizes';

export interface CheckpointEnvironment {
  /** Of one project. Rejects where nothing may be kept. */
  readonly openFolder: (project: string) => Promise<CacheFolder>;
  /** Removes those of all projects. */
  readonly clear: () => Promise<void>;
  /** Holds a lock until the function that comes back is called, or this worker ends; null where another holds it. */
  readonly lock: (name: string) => Promise<(() => void) | null>;
  readonly pieceBytes?: number;
}

export function createBrowserCheckpointEnvironment(): CheckpointEnvironment {
  return {
    // An id may be any text: that of an imported project comes from a file.
    openFolder: (project) => openPrivateFolder(encodeURIComponent(project), checkpointFolder),
    clear: async () => {
      await (await openPrivateFolder(checkpointFolder)).removeAll();
    },
    lock: holdLock,
  };
}

type Slot = 'a' | 'b';

interface Found {
  readonly slot: Slot;
  readonly sequence: number;
  readonly parts: RunParts;
}

/**
 * Checkpoints of unfinished runs on disk, one run a project, in two files that take turns: the older one is written anew, so whatever
 * happens meanwhile the newer one stands. A file counts only if every byte of it is as it was written.
 */
export class CheckpointStore {
  readonly #environment: CheckpointEnvironment;
  /** The project that only this tab may write. */
  #held: { readonly project: string; readonly release: () => void } | null = null;
  /** Of the held project: the newest whole file; null where it has not been looked for. */
  #newest: { readonly slot: Slot | null; readonly sequence: number } | null = null;

  constructor(environment: CheckpointEnvironment) {
    this.#environment = environment;
  }

  /** Takes a project for this tab, and lets the former one go. False where another tab has it; rejects where there are no locks. */
  async hold(project: string): Promise<boolean> {
    if (this.#held?.project === project) return true;
    this.release();
    const release = await this.#environment.lock(`${checkpointFolder}/${project}`);
    if (release === null) return false;
    this.#held = { project, release };
    return true;
  }

  release(): void {
    this.#held?.release();
    this.#held = null;
    this.#newest = null;
  }

  /**
   * The newest checkpoint that is whole and that `read` can make something of; null where there is none. Rejects where storage is refused.
   */
  async load<T>(project: string, read: (parts: RunParts) => T | null): Promise<T | null> {
    const folder = await this.#environment.openFolder(project);
    for await (const { slot, sequence, parts } of find(folder)) {
      const value = read(parts);
      if (value === null) continue;
      if (this.#held?.project === project) this.#newest = { slot, sequence };
      return value;
    }
    return null;
  }

  /** Writes over the older of the held project's two. Resolves with its bytes; what fails leaves the newer one as it is. */
  async write(project: string, parts: RunParts): Promise<number> {
    if (this.#held?.project !== project) throw new DOMException('another tab has it', 'NoModificationAllowedError');
    const folder = await this.#environment.openFolder(project);
    if (this.#newest === null) {
      this.#newest = { slot: null, sequence: 0 };
      for await (const { slot, sequence } of find(folder)) {
        this.#newest = { slot, sequence };
        break;
      }
    }
    const slot = this.#newest.slot === 'a' ? 'b' : 'a';
    const sequence = this.#newest.sequence + 1;
    const bytes = await writeRunFile(folder, slot, sequence, parts, this.#environment.pieceBytes);
    this.#newest = { slot, sequence };
    return bytes;
  }

  /** The older one first: should only one go, the run is where it was. */
  async remove(project: string): Promise<void> {
    const folder = await this.#environment.openFolder(project);
    const newest = this.#held?.project === project ? (this.#newest?.slot ?? 'b') : 'b';
    for (const slot of [newest === 'a' ? 'b' : 'a', newest] as const) await folder.remove(slot);
    await folder.removeAll();
    if (this.#held?.project === project) this.#newest = { slot: null, sequence: 0 };
  }

  /** Those of every project. */
  async clear(): Promise<void> {
    await this.#environment.clear();
    this.#newest = null;
  }
}

/** Whole ones, the newest first; each is read only when it is asked for. */
async function* find(folder: CacheFolder): AsyncGenerator<Found> {
  const slots: { readonly slot: Slot; readonly sequence: number }[] = [];
  for (const slot of ['a', 'b'] as const) {
    const sequence = await readSequence(folder, slot);
    if (sequence !== null) slots.push({ slot, sequence });
  }
  for (const { slot, sequence } of slots.sort((one, other) => other.sequence - one.sequence)) {
    const parts = await readRunFile(folder, slot);
    if (parts !== null) yield { slot, sequence, parts };
  }
}
