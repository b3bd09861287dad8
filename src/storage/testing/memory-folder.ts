import type { CacheFolder } from '../cache-folder';
import type { FeatureCacheEnvironment } from '../feature-cache';

/** A disk that a test can look into, harm and fill up. It outlives the caches that are opened on it, as a disk does a visit. */
export class MemoryFolder implements CacheFolder {
  readonly files = new Map<string, Uint8Array>();
  /** What is called, as `write segment-000001`. */
  readonly calls: string[] = [];
  /** Bytes that all files may have together. */
  room = Infinity;
  /** Every call rejects with it. */
  refusal: Error | null = null;

  names(): Promise<readonly string[]> {
    return this.#answer('names', '', () => [...this.files.keys()]);
  }

  size(name: string): Promise<number> {
    return this.#answer('size', name, () => this.files.get(name)?.length ?? 0);
  }

  read(name: string, from: number, length?: number): Promise<Uint8Array> {
    return this.#answer('read', name, () => {
      const file = this.files.get(name);
      if (file === undefined) throw new DOMException('absent', 'NotFoundError');
      return file.slice(from, length === undefined ? undefined : from + length);
    });
  }

  part(name: string, from: number, length: number): Promise<Blob> {
    return this.#answer('part', name, () => {
      const file = this.files.get(name);
      if (file === undefined) throw new DOMException('absent', 'NotFoundError');
      return new Blob([file.slice(from, from + length)]);
    });
  }

  write(name: string, at: number, parts: readonly Uint8Array<ArrayBuffer>[]): Promise<void> {
    return this.#answer('write', name, () => {
      const before = (this.files.get(name) ?? new Uint8Array(0)).slice(0, at);
      this.files.set(name, before);
      const file = new Uint8Array(parts.reduce((sum, { length }) => sum + length, before.length));
      let next = 0;
      for (const part of [before, ...parts]) {
        file.set(part, next);
        next += part.length;
      }
      const others = [...this.files].reduce((sum, [other, { length }]) => sum + (other === name ? 0 : length), 0);
      if (others + file.length > this.room) throw new DOMException('full', 'QuotaExceededError');
      this.files.set(name, file);
    });
  }

  remove(name: string): Promise<void> {
    return this.#answer('remove', name, () => {
      this.files.delete(name);
    });
  }

  removeAll(): Promise<void> {
    return this.#answer('removeAll', '', () => {
      this.files.clear();
    });
  }

  async #answer<T>(call: string, name: string, work: () => T): Promise<T> {
    this.calls.push(`${call} ${name}`);
    await Promise.resolve();
    if (this.refusal !== null) throw this.refusal;
    return work();
  }
}

/** Opens caches on one disk as tabs do: they share the lock. */
export function createMemoryEnvironment(
  folder: MemoryFolder,
  parts: Partial<FeatureCacheEnvironment> = {},
): FeatureCacheEnvironment {
  let last: Promise<unknown> = Promise.resolve();
  return {
    openFolder: () => Promise.resolve(folder),
    exclusively: (work) => {
      const mine = last.then(work);
      last = mine.catch(() => undefined);
      return mine;
    },
    quota: () => Promise.resolve(null),
    now: () => 0,
    ...parts,
  };
}
