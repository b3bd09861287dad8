/** The version is part of the name: other weights come with another name, and the old cache is dropped. */
export const weightsCacheName = 'headstart-weights-v1';
const cachePrefix = 'headstart-weights-';
const hashHeader = 'x-headstart-sha256';

/** What is needed of the browser's CacheStorage, so that tests can stand in for a refusing one. */
export type CacheStorageLike = Pick<CacheStorage, 'open' | 'keys' | 'delete'>;

export interface CachedFile {
  readonly bytes: Uint8Array;
  /** As told when it was written; null when the entry has none. The caller compares it with the bytes. */
  readonly sha256: string | null;
}

/**
 * Files by URL in the browser's Cache API. It never throws: where storage is absent, refused or full a read finds nothing
 * and a write answers false, and the page goes on without.
 */
export interface WeightsCache {
  read(url: string): Promise<CachedFile | null>;
  has(url: string): Promise<boolean>;
  /** Whether the file is kept. */
  write(url: string, bytes: Uint8Array, sha256: string): Promise<boolean>;
  drop(url: string): Promise<void>;
}

const nowhere: WeightsCache = {
  read: () => Promise.resolve(null),
  has: () => Promise.resolve(false),
  write: () => Promise.resolve(false),
  drop: () => Promise.resolve(),
};

/** Access itself can throw (a sandboxed frame), and insecure addresses have no `caches` at all. */
function browserCaches(): CacheStorageLike | null {
  try {
    return 'caches' in globalThis ? globalThis.caches : null;
  } catch {
    return null;
  }
}

async function quietly<T>(attempt: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await attempt();
  } catch {
    return otherwise; // refused, full or gone: the contract above
  }
}

/** Opens this version's cache and drops those of other versions. */
export async function openWeightsCache(storage: CacheStorageLike | null = browserCaches()): Promise<WeightsCache> {
  if (storage === null) return nowhere;
  const cache = await quietly<Cache | null>(() => storage.open(weightsCacheName), null);
  if (cache === null) return nowhere;
  await quietly(() => deleteCaches(storage, (name) => name !== weightsCacheName), undefined);
  return {
    read: (url) =>
      quietly(async () => {
        const response = await cache.match(url);
        if (response === undefined) return null;
        return { bytes: new Uint8Array(await response.arrayBuffer()), sha256: response.headers.get(hashHeader) };
      }, null),
    has: (url) => quietly(async () => (await cache.match(url)) !== undefined, false),
    write: (url, bytes, sha256) =>
      quietly(async () => {
        const headers = {
          'content-type': 'application/octet-stream',
          'content-length': String(bytes.length),
          [hashHeader]: sha256,
        };
        await cache.put(url, new Response(new Uint8Array(bytes), { headers }));
        return true;
      }, false),
    drop: async (url) => {
      await quietly(() => cache.delete(url), false);
    },
  };
}

async function deleteCaches(storage: CacheStorageLike, matches: (name: string) => boolean): Promise<void> {
  const names = (await storage.keys()).filter((name) => name.startsWith(cachePrefix) && matches(name));
  await Promise.all(names.map((name) => storage.delete(name)));
}
