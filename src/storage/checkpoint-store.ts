import { sha256Hex } from '../domain/sha256';
import { openPrivateFolder, type CacheFolder } from './cache-folder';
import { readRunFile, readSequence, writeRunFile, type RunParts } from './run-file';

/** The version is part of the name: another format comes with another name. */
export const runFolderName = 'headstart-runs-v1';

/** How long a lock is waited for: a worker that just ended gives its own back a moment later. */
const lockPatienceMs = 1_500;

export interface CheckpointEnvironment {
  /** Rejects where nothing may be kept. */
  readonly openFolder: () => Promise<CacheFolder>;
  /** Holds a lock until the function that comes back is called, or this worker ends; null where another holds it. */
  readonly lock: (name: string) => Promise<(() => void) | null>;
  readonly pieceBytes?: number;
}

export function createBrowserCheckpointEnvironment(): CheckpointEnvironment {
  return {
    openFolder: () => openPrivateFolder(runFolderName),
    lock: (name) =>
      new Promise((resolve, reject) => {
        const patience = AbortSignal.timeout(lockPatienceMs);
        navigator.locks
          .request(name, { signal: patience }, () => new Promise<void>((release) => resolve(() => release())))
          .catch((error: unknown) => {
            if (patience.aborted) resolve(null);
            else reject(error instanceof Error ? error : new Error(String(error)));
          });
      }),
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
  #folder: Promise<CacheFolder> | null = null;
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
    const release = await this.#environment.lock(`${runFolderName} ${await fileStem(project)}`);
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
    const folder = await this.#open();
    for await (const { slot, sequence, parts } of this.#find(folder, project)) {
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
    const folder = await this.#open();
    if (this.#newest === null) {
      this.#newest = { slot: null, sequence: 0 };
      for await (const { slot, sequence } of this.#find(folder, project)) {
        this.#newest = { slot, sequence };
        break;
      }
    }
    const slot = this.#newest.slot === 'a' ? 'b' : 'a';
    const sequence = this.#newest.sequence + 1;
    const bytes = await writeRunFile(folder, await fileName(project, slot), sequence, parts, this.#environment.pieceBytes);
    this.#newest = { slot, sequence };
    return bytes;
  }

  /** The older one first: should only one go, the run is where it was. */
  async remove(project: string): Promise<void> {
    const folder = await this.#open();
    const newest = this.#held?.project === project ? (this.#newest?.slot ?? 'b') : 'b';
    for (const slot of [newest === 'a' ? 'b' : 'a', newest] as const) await folder.remove(await fileName(project, slot));
    if (this.#held?.project === project) this.#newest = { slot: null, sequence: 0 };
  }

  /** Those of every project. */
  async clear(): Promise<void> {
    await (await this.#open()).removeAll();
    this.#newest = null;
  }

  /** Whole ones, the newest first; each is read only when it is asked for. */
  async *#find(folder: CacheFolder, project: string): AsyncGenerator<Found> {
    const slots: { readonly slot: Slot; readonly sequence: number }[] = [];
    for (const slot of ['a', 'b'] as const) {
      const sequence = await readSequence(folder, await fileName(project, slot));
      if (sequence !== null) slots.push({ slot, sequence });
    }
    for (const { slot, sequence } of slots.sort((one, other) => other.sequence - one.sequence)) {
      const parts = await readRunFile(folder, await fileName(project, slot));
      if (parts !== null) yield { slot, sequence, parts };
    }
  }

  #open(): Promise<CacheFolder> {
    this.#folder ??= this.#environment.openFolder().catch((error: unknown) => {
      this.#folder = null; // a refusal may be for the moment only
      throw error;
    });
    return this.#folder;
  }
}

/** A project's id may be any text: that of an imported project comes from a file. */
async function fileStem(project: string): Promise<string> {
  return (await sha256Hex(new TextEncoder().encode(project))).slice(0, 32);
}

async function fileName(project: string, slot: Slot): Promise<string> {
  return `${await fileStem(project)}.${slot}`;
}
