import type { BuildFile, BuildRecord } from './build';

export const cachePrefix = 'headstart-build-';
/** Holds off removing while another version fills its cache. */
const fillLock = 'headstart-build-fill';
/** Every open page holds one of these, shared, with the id of its build: src/offline/ takes it. */
const pageLockPrefix = 'headstart-page-of-build-';
/** Written last: a cache without it is torn, and is not used. No file of a build has this name. */
const completeMark = 'headstart-build-is-complete';

/** Why a build could not be kept. */
export type FillFailure = 'unreachable' | 'altered' | 'storage-full' | 'storage-refused';

export class FillError extends Error {
  constructor(
    readonly reason: FillFailure,
    path: string,
    options?: ErrorOptions,
  ) {
    super(`${reason}: ${path}`, options);
  }
}

/** What is needed of the browser's Web Locks. */
export interface Locks {
  request<T>(name: string, work: () => Promise<T>): Promise<T>;
  query(): Promise<{ readonly held?: readonly { readonly name?: string }[] }>;
}

export interface BuildCacheEnvironment {
  readonly caches: CacheStorage;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Null where the browser has none: then only what nobody can need is removed. */
  readonly locks: Locks | null;
  /** Of the registration: absolute, ends with `/`. */
  readonly scope: string;
}

async function sha256Hex(bytes: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * The files of one build in a cache of its own, so that two builds never mix. Each file is checked by its hash before it is kept, and the cache is
 * used only once all of them are in it.
 */
export class BuildCache {
  readonly #name: string;
  #complete = false;

  constructor(
    private readonly build: BuildRecord,
    private readonly environment: BuildCacheEnvironment,
  ) {
    this.#name = cachePrefix + build.id;
  }

  /** Bytes of all files. */
  get bytes(): number {
    return this.build.files.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /**
   * The file as it was kept; undefined where it is not. `assets/` have their content's hash in their names, so that a page of an older build, still
   * open, is answered from what is left of its own.
   */
  async find(path: string): Promise<Response | undefined> {
    const own = await this.#openComplete(this.#name);
    const found = await own?.match(this.#url(path));
    if (found !== undefined || !path.startsWith('assets/')) return found;
    for (const name of await this.#otherNames()) {
      const kept = await (await this.#openComplete(name))?.match(this.#url(path));
      if (kept !== undefined) return kept;
    }
    return undefined;
  }

  /** Keeps what is not kept yet. Where that fails what came stays for the next try, and nothing of it is used. @throws FillError */
  async fill(): Promise<void> {
    await this.#alone(async () => {
      const { caches } = this.environment;
      try {
        if ((await this.#openComplete(this.#name)) !== null) return;
        const cache = await caches.open(this.#name);
        const older = await Promise.all((await this.#otherNames()).map((name) => caches.open(name)));
        // One after another: whatever the page asks for meanwhile goes first.
        for (const file of this.build.files) await this.#keep(cache, file, older);
        await cache.put(this.#url(completeMark), new Response(this.build.id));
        this.#complete = true;
      } catch (thrown) {
        if (thrown instanceof FillError) throw thrown;
        const isFull = thrown instanceof DOMException && thrown.name === 'QuotaExceededError';
        throw new FillError(isFull ? 'storage-full' : 'storage-refused', this.#name, { cause: thrown });
      }
    });
  }

  /** Removes what older builds left, but for those of which a page is still open. `mayRemove` is asked once nothing is being filled. */
  async dropOthers(mayRemove: () => boolean): Promise<void> {
    const { caches, locks } = this.environment;
    if (locks === null) return;
    await this.#alone(async () => {
      if (!mayRemove()) return;
      const { held = [] } = await locks.query();
      const inUse = new Set(held.map(({ name = '' }) => name.replace(pageLockPrefix, cachePrefix)));
      const unused = (await this.#otherNames()).filter((name) => !inUse.has(name));
      await Promise.all(unused.map((name) => caches.delete(name)));
    });
  }

  /** Removes everything that any build keeps. */
  async forget(): Promise<void> {
    this.#complete = false;
    const { caches } = this.environment;
    const names = (await caches.keys()).filter((name) => name.startsWith(cachePrefix));
    await Promise.all(names.map((name) => caches.delete(name)));
  }

  #url(path: string): string {
    return new URL(path, this.environment.scope).href;
  }

  async #otherNames(): Promise<string[]> {
    return (await this.environment.caches.keys()).filter((name) => name.startsWith(cachePrefix) && name !== this.#name);
  }

  async #openComplete(name: string): Promise<Cache | null> {
    const { caches } = this.environment;
    if (!(await caches.has(name))) return null;
    const cache = await caches.open(name);
    if (name === this.#name && this.#complete) return cache;
    const isComplete = (await cache.match(this.#url(completeMark))) !== undefined;
    if (name === this.#name) this.#complete = isComplete;
    return isComplete ? cache : null;
  }

  async #keep(cache: Cache, file: BuildFile, older: readonly Cache[]): Promise<void> {
    const url = this.#url(file.path);
    if (await this.#isIn(cache, file)) return;
    for (const other of older) {
      const kept = await other.match(url);
      if (kept === undefined) continue;
      const bytes = await kept.arrayBuffer();
      if ((await sha256Hex(bytes)) === file.sha256) return cache.put(url, copyOf(bytes, kept.headers));
    }
    // The second time past the HTTP cache, which may be what holds the bad copy.
    for (const mode of ['no-cache', 'reload'] as const) {
      const [bytes, headers] = await this.#fetch(url, file.path, mode);
      if ((await sha256Hex(bytes)) === file.sha256) return cache.put(url, copyOf(bytes, headers));
    }
    throw new FillError('altered', file.path);
  }

  async #isIn(cache: Cache, file: BuildFile): Promise<boolean> {
    const kept = await cache.match(this.#url(file.path));
    return kept !== undefined && (await sha256Hex(await kept.arrayBuffer())) === file.sha256;
  }

  async #fetch(url: string, path: string, mode: RequestCache): Promise<readonly [ArrayBuffer, Headers]> {
    try {
      const response = await this.environment.fetch(url, { cache: mode, credentials: 'same-origin' });
      if (response.ok) return [await response.arrayBuffer(), response.headers];
    } catch (cause) {
      throw new FillError('unreachable', path, { cause });
    }
    // A host that has gone on to another build has this file no more.
    throw new FillError('altered', path);
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const { locks } = this.environment;
    return locks === null ? work() : locks.request(fillLock, work);
  }
}

/** Without what described the way it came. */
function copyOf(bytes: ArrayBuffer, headers: Headers): Response {
  return new Response(bytes, {
    headers: {
      'Content-Type': headers.get('Content-Type') ?? 'application/octet-stream',
      'Content-Length': String(bytes.byteLength),
      'X-Content-Type-Options': 'nosniff',
    },
  });
}
