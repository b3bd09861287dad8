import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { BuildCache, cachePrefix, FillError, type BuildCacheEnvironment } from './build-cache';

const scope = 'https://site.example/sub/';
const hash = (text: string) => createHash('sha256').update(text).digest('hex');

/** The Cache API as far as it is used; `full` refuses to keep. */
class FakeCaches {
  readonly kept = new Map<string, Map<string, Response>>();
  full = false;

  open(name: string) {
    const files = this.kept.get(name) ?? new Map<string, Response>();
    this.kept.set(name, files);
    return Promise.resolve({
      match: (url: string) => Promise.resolve(files.get(url)?.clone()),
      put: (url: string, response: Response) => {
        if (this.full) return Promise.reject(new DOMException('no room', 'QuotaExceededError'));
        files.set(url, response);
        return Promise.resolve();
      },
    });
  }

  has(name: string) {
    return Promise.resolve(this.kept.has(name));
  }

  keys() {
    return Promise.resolve([...this.kept.keys()]);
  }

  delete(name: string) {
    return Promise.resolve(this.kept.delete(name));
  }
}

/** A host with one build's files, by their paths. */
function createHost(files: Record<string, string>) {
  const asked: string[] = [];
  return {
    files,
    asked,
    fetch: (url: string, { cache }: RequestInit): Promise<Response> => {
      const path = url.slice(scope.length);
      asked.push(`${path} ${String(cache)}`);
      const text = files[path];
      if (text === 'cut') return Promise.reject(new TypeError('the connection was cut'));
      const type = { 'Content-Type': 'text/javascript', 'Content-Encoding': 'br' };
      return Promise.resolve(
        text === undefined ? new Response('not here', { status: 404 }) : new Response(text, { headers: type }),
      );
    },
  };
}

const describeBuild = (id: string, files: Record<string, string>) => ({
  id,
  headers: {},
  files: Object.entries(files).map(([path, text]) => ({ path, sha256: hash(text), bytes: text.length })),
});

function createDevice(open: readonly string[] = []) {
  const caches = new FakeCaches();
  const environment = (fetch: BuildCacheEnvironment['fetch']): BuildCacheEnvironment => ({
    caches: caches as unknown as CacheStorage,
    fetch,
    locks: {
      request: (_, work) => work(),
      query: () => Promise.resolve({ held: open.map((id) => ({ name: `headstart-page-of-build-${id}` })) }),
    },
    scope,
  });
  return { caches, environment };
}

const first = { 'index.html': 'first', 'assets/main-1.js': 'main of first', 'assets/late-0.js': 'same in both' };
const second = { 'index.html': 'second', 'assets/main-2.js': 'main of second', 'assets/late-0.js': 'same in both' };
const textOf = async (found: Promise<Response | undefined>) => (await found)?.text();

describe('the files of a build', () => {
  it('are kept whole, each as it was built, and found by their paths', async () => {
    const { environment } = createDevice();
    const host = createHost(first);
    const cache = new BuildCache(describeBuild('one', first), environment(host.fetch));
    expect(await cache.find('index.html')).toBeUndefined();
    await cache.fill();
    expect(await textOf(cache.find('index.html'))).toBe('first');
    const found = await cache.find('assets/main-1.js');
    expect(Object.fromEntries(found?.headers ?? [])).toEqual({
      'content-type': 'text/javascript',
      'content-length': '13',
      'x-content-type-options': 'nosniff',
    });
    expect(host.asked).toEqual(Object.keys(first).map((path) => `${path} no-cache`));
    await cache.fill();
    expect(host.asked).toHaveLength(3);
    expect(cache.bytes).toBe(30);
  });

  it.each([
    ['cut', 'unreachable', 1],
    ['another main', 'altered', 2],
    [undefined, 'altered', 1],
  ] as const)('are not used while one is missing (%s: %s); what came is not fetched again', async (fault, reason, tries) => {
    const { environment } = createDevice();
    const host = createHost({ ...first });
    if (fault === undefined) delete host.files['assets/main-1.js'];
    else host.files['assets/main-1.js'] = fault;
    const cache = new BuildCache(describeBuild('one', first), environment(host.fetch));
    await expect(cache.fill()).rejects.toMatchObject({ reason });
    expect(await cache.find('index.html')).toBeUndefined();
    expect(host.asked.filter((asked) => asked.startsWith('assets/main-1.js'))).toHaveLength(tries);
    Object.assign(host.files, first);
    host.asked.length = 0;
    // The next visit's service worker.
    const again = new BuildCache(describeBuild('one', first), environment(host.fetch));
    await again.fill();
    expect(host.asked.map((asked) => asked.split(' ')[0])).toEqual(['assets/main-1.js', 'assets/late-0.js']);
    expect(await textOf(again.find('index.html'))).toBe('first');
  });

  it('a copy in the HTTP cache that is not as built is passed by', async () => {
    const { environment } = createDevice();
    const host = createHost(first);
    const stale = (url: string, init: RequestInit) =>
      init.cache === 'no-cache' ? Promise.resolve(new Response('stale')) : host.fetch(url, init);
    const cache = new BuildCache(describeBuild('one', first), environment(stale));
    await cache.fill();
    expect(await textOf(cache.find('index.html'))).toBe('first');
  });

  it('a kept file that has changed on the disk before all were there is fetched again', async () => {
    const { caches, environment } = createDevice();
    const host = createHost(first);
    caches.kept.set(`${cachePrefix}one`, new Map([[`${scope}index.html`, new Response('fir')]]));
    const cache = new BuildCache(describeBuild('one', first), environment(host.fetch));
    await cache.fill();
    expect(await textOf(cache.find('index.html'))).toBe('first');
  });

  it('say when there is no room, or no storage at all', async () => {
    const { caches, environment } = createDevice();
    const cache = new BuildCache(describeBuild('one', first), environment(createHost(first).fetch));
    caches.full = true;
    await expect(cache.fill()).rejects.toMatchObject({ reason: 'storage-full' });
    caches.open = () => Promise.reject(new DOMException('no', 'SecurityError'));
    await expect(cache.fill()).rejects.toBeInstanceOf(FillError);
    await expect(cache.fill()).rejects.toMatchObject({ reason: 'storage-refused' });
  });
});

describe('two builds', () => {
  async function upgrade(open: readonly string[]) {
    const device = createDevice(open);
    const former = new BuildCache(describeBuild('one', first), device.environment(createHost(first).fetch));
    await former.fill();
    const host = createHost(second);
    const next = new BuildCache(describeBuild('two', second), device.environment(host.fetch));
    await next.fill();
    return { ...device, host, former, next };
  }

  it('do not mix: each answers with its own page, and an older page’s scripts are found while it is open', async () => {
    const { former, next, host } = await upgrade(['one']);
    expect([await textOf(former.find('index.html')), await textOf(next.find('index.html'))]).toEqual(['first', 'second']);
    // What both have is not fetched twice.
    expect(host.asked.map((asked) => asked.split(' ')[0])).toEqual(['index.html', 'assets/main-2.js']);
    await next.dropOthers(() => true);
    expect(await textOf(next.find('assets/main-1.js'))).toBe('main of first');
  });

  it('the older is removed once no page of it is open, and never while another may be filling', async () => {
    const { caches, next } = await upgrade([]);
    await next.dropOthers(() => false);
    expect(caches.kept.size).toBe(2);
    caches.kept.set('headstart-weights-v1', new Map());
    await next.dropOthers(() => true);
    expect([...caches.kept.keys()]).toEqual([`${cachePrefix}two`, 'headstart-weights-v1']);
    expect(await next.find('assets/main-1.js')).toBeUndefined();
    await next.forget();
    expect([...caches.kept.keys()]).toEqual(['headstart-weights-v1']);
    expect(await next.find('index.html')).toBeUndefined();
  });

  it('what a torn one left is not looked into', async () => {
    const { caches, next } = await upgrade([]);
    caches.kept.set(`${cachePrefix}torn`, new Map([[`${scope}assets/odd.js`, new Response('odd')]]));
    expect(await next.find('assets/odd.js')).toBeUndefined();
  });
});
