import type { CheckpointEnvironment } from '../checkpoint-store';
import { MemoryFolder } from './memory-folder';

/** What becomes of a write. `cut`: so many of its bytes arrive, and then the machine stops. */
export type WriteFault =
  | { readonly kind: 'refused'; readonly name: 'QuotaExceededError' | 'InvalidStateError' }
  | { readonly kind: 'cut'; readonly bytes: number };

/** A disk on which one write, counted from 1, goes wrong. After a cut nothing is done any more until it is opened anew. */
export class FaultyFolder extends MemoryFolder {
  writes = 0;
  fault: { readonly at: number; readonly what: WriteFault } | null = null;
  /** As after the power went: every call rejects. */
  isStopped = false;

  override async write(name: string, at: number, parts: readonly Uint8Array<ArrayBuffer>[]): Promise<void> {
    this.#throwIfStopped();
    this.writes += 1;
    if (this.fault?.at !== this.writes) return super.write(name, at, parts);
    const { what } = this.fault;
    if (what.kind === 'refused') throw new DOMException('as the test wants', what.name);
    const whole = new Uint8Array(parts.flatMap((part) => [...part])).subarray(0, what.bytes);
    await super.write(name, at, [whole]);
    this.isStopped = true;
    this.#throwIfStopped();
  }

  override async remove(name: string): Promise<void> {
    this.#throwIfStopped();
    return super.remove(name);
  }

  #throwIfStopped(): void {
    if (this.isStopped) throw new DOMException('the machine stopped', 'AbortError');
  }
}

/** Tabs that share a disk with one project: a lock is held by one of them until it is released. */
export function createTabs(folder: MemoryFolder, pieceBytes?: number): () => CheckpointEnvironment {
  const held = new Set<string>();
  return () => ({
    openFolder: () => Promise.resolve(folder),
    clear: () => folder.removeAll(),
    lock: (name) => {
      if (held.has(name)) return Promise.resolve(null);
      held.add(name);
      return Promise.resolve(() => {
        held.delete(name);
      });
    },
    ...(pieceBytes === undefined ? {} : { pieceBytes }),
  });
}
