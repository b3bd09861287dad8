import { createHash } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { WeightsProgress } from '../../domain/events';
import { convLayers } from '../../domain/vgg16';
import { openWeightsCache, weightsCacheName, type CacheStorageLike } from '../../storage/weights-cache';
import { WeightsLoader, type LoaderEnvironment } from './weights-loader';

/** Three small files stand for the shards: the loader does not look inside them. */
const shards = [1, 2, 3].map((number) => {
  const bytes = Uint8Array.from({ length: 40_000 + number }, (_, i) => (i * number * 31) % 251);
  return {
    name: `shard-${String(number)}`,
    content: bytes,
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
});
const totalBytes = shards.reduce((sum, { bytes }) => sum + bytes, 0);
const index = {
  metadata: { files: shards.map(({ name, bytes, sha256 }) => ({ name, bytes, sha256 })) },
  weight_map: Object.fromEntries(
    convLayers
      .flatMap((layer) => [`features.${String(layer.index)}.weight`, `features.${String(layer.index)}.bias`])
      .map((name) => [name, 'shard-1']),
  ),
};
const config = { architecture: 'vgg16', layout: 'OIHW', input: { channels: 'RGB', mean: [0.4, 0.5, 0.6], std: [0.2, 0.2, 0.2] } };
const files = new Map<string, Uint8Array>([
  ['model.safetensors.index.json', new TextEncoder().encode(JSON.stringify(index))],
  ['config.json', new TextEncoder().encode(JSON.stringify(config))],
  ...shards.map(({ name, content }) => [name, content] as const),
]);

type Fault = (response: ServerResponse, content: Uint8Array) => void;
const fault = {
  missing: (response) => response.writeHead(404).end(),
  busy: (response) => response.writeHead(503).end(),
  startPage: (response) => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<!doctype html>'),
  shorter: (response, content) => response.end(content.subarray(0, 1000)),
  cutOff: (response, content) => {
    response.writeHead(200, { 'content-length': content.length });
    response.write(content.subarray(0, 1000), () => response.destroy());
  },
  altered: (response, content) => {
    const other = content.slice();
    other[123] = (other[123] ?? 0) ^ 1;
    response.end(other);
  },
  longer: (response, content) => response.end(Buffer.concat([content, new Uint8Array(10)])),
  broken: (response) => response.destroy(),
  hanging: (response, content) => {
    response.writeHead(200, { 'content-length': content.length });
    response.write(content.subarray(0, 1000));
  },
} satisfies Record<string, Fault>;

let server: Server;
let baseUrl: string;
const requests: string[] = [];
/** Per file: faults for its next requests, in order. */
const faults = new Map<string, Fault[]>();

beforeAll(async () => {
  server = createServer((request, response) => {
    const name = (request.url ?? '').split('/').at(-1) ?? '';
    requests.push(name);
    const content = files.get(name);
    const next = faults.get(name)?.shift();
    if (content === undefined) response.writeHead(404).end();
    else if (next !== undefined) next(response, content);
    else response.end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/models/vgg16/`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  requests.length = 0;
  faults.clear();
});

/** A CacheStorage in memory, with as much behaviour as the loader meets. */
function createCaches() {
  const entries = new Map<string, Response>();
  const names = new Set(['headstart-weights-v0', 'someone-elses']);
  const cache = {
    match: (url: string) => Promise.resolve(entries.get(url)?.clone()),
    put: (url: string, response: Response) => Promise.resolve(void entries.set(url, response)),
    delete: (url: string) => Promise.resolve(entries.delete(url)),
  };
  const storage = {
    open: (name: string) => {
      names.add(name);
      return Promise.resolve(cache as unknown as Cache);
    },
    keys: () => Promise.resolve([...names]),
    delete: (name: string) => Promise.resolve(names.delete(name)),
  } satisfies CacheStorageLike;
  return { storage, entries, names, cache };
}

function createLoader(caches: CacheStorageLike | null, overrides: Partial<LoaderEnvironment> = {}) {
  const waits: number[] = [];
  const events: WeightsProgress[] = [];
  const loader = new WeightsLoader({
    fetch: (url, init) => fetch(url, init),
    openCache: () => openWeightsCache(caches),
    delay: (milliseconds) => Promise.resolve(void waits.push(milliseconds)),
    now: () => performance.now(),
    random: () => 1,
    ...overrides,
  });
  const load = (signal = new AbortController().signal) => loader.load(baseUrl, (event) => events.push(event), signal);
  return { load, waits, events };
}

function expectLaws(events: readonly WeightsProgress[]) {
  events.forEach((event, i) => {
    expect(event.totalBytes).toBe(totalBytes);
    expect(event.receivedBytes).toBeGreaterThanOrEqual(events[i - 1]?.receivedBytes ?? 0);
  });
  expect(events.at(-1)?.receivedBytes).toBe(totalBytes);
}

describe('WeightsLoader', () => {
  it('loads every file once and gives the bytes, the scaling and a lawful progress', async () => {
    const { load, events } = createLoader(createCaches().storage);
    const { weights, report } = await load();
    expect(report).toMatchObject({ from: 'network', totalBytes, kept: true });
    expect([...requests].sort()).toEqual([...files.keys()].sort());
    expect(weights.scaling).toMatchObject({ mean: config.input.mean, std: config.input.std });
    for (const { name, content } of shards) expect(weights.shards.get(name)).toEqual(content);
    expect(events[0]).toMatchObject({ from: 'network', receivedBytes: 0, bytesPerSecond: null, secondsLeft: null });
    expectLaws(events);
    expect(events.at(-1)?.secondsLeft).toBe(0);
  });

  it('makes no request on the second visit and says that it reads the cache', async () => {
    const { storage } = createCaches();
    await createLoader(storage).load();
    requests.length = 0;
    const second = createLoader(storage);
    const { report, weights } = await second.load();
    expect(requests).toEqual([]);
    expect(report).toMatchObject({ from: 'cache', kept: true });
    expect(second.events.every(({ from }) => from === 'cache')).toBe(true);
    expect(weights.shards.get('shard-2')).toEqual(shards[1]?.content);
    expectLaws(second.events);
  });

  it('drops the cache of another version and leaves caches of others alone', async () => {
    const { storage, names } = createCaches();
    await createLoader(storage).load();
    expect([...names].sort()).toEqual([weightsCacheName, 'someone-elses'].sort());
  });

  it.each(['shard-2', 'model.safetensors.index.json', 'config.json'])(
    'fetches %s again when its kept copy was corrupted',
    async (name) => {
      const { storage, entries } = createCaches();
      await createLoader(storage).load();
      requests.length = 0;
      const entry = entries.get(baseUrl + name);
      const bytes = new Uint8Array((await entry?.arrayBuffer()) ?? new ArrayBuffer(0));
      bytes[50] = (bytes[50] ?? 0) ^ 1;
      entries.set(baseUrl + name, new Response(bytes, { headers: entry?.headers ?? {} }));
      const second = createLoader(storage);
      const { report, weights } = await second.load();
      expect(requests).toEqual([name]);
      expect(report.from).toBe('network');
      expect(weights.shards.get('shard-2')).toEqual(shards[1]?.content);
      expectLaws(second.events);
      const third = await createLoader(storage).load();
      expect(third.report.from).toBe('cache');
    },
  );

  it.each(['busy', 'shorter', 'cutOff', 'altered', 'longer', 'broken'] as const)(
    'tries again after a passing fault (%s), with growing waits',
    async (kind) => {
      faults.set('shard-3', [fault[kind], fault[kind], fault[kind]]);
      const { load, waits, events } = createLoader(createCaches().storage);
      await load();
      expect(waits).toEqual([500, 1000, 2000]);
      expectLaws(events);
    },
  );

  it.each([
    ['missing', 'weights-missing', 'shard-2', 1],
    ['startPage', 'weights-missing', 'shard-2', 1],
    ['busy', 'weights-missing', '503', 4],
    ['shorter', 'weights-truncated', '1000 of 40002', 4],
    ['cutOff', 'weights-truncated', 'shard-2', 4],
    ['altered', 'weights-altered', 'shard-2', 4],
    ['longer', 'weights-altered', 'shard-2', 4],
    ['broken', 'weights-offline', 'shard-2', 4],
  ] as const)(
    'gives up on a lasting fault (%s) with %s, and keeps the good files for the next try',
    async (kind, code, words, tries) => {
      for (const caches of [createCaches().storage, null]) {
        requests.length = 0;
        faults.set(
          'shard-2',
          Array.from({ length: 4 }, () => fault[kind]),
        );
        const { load } = createLoader(caches);
        await expect(load()).rejects.toMatchObject({ code, message: expect.stringContaining(words) as string });
        expect(requests.filter((name) => name === 'shard-2')).toHaveLength(tries);
        faults.clear();
        requests.length = 0;
        const { weights } = await load();
        expect(requests.filter((name) => name.startsWith('shard'))).toEqual(['shard-2']);
        for (const { name, content } of shards) expect(weights.shards.get(name)).toEqual(content);
      }
    },
  );

  it('says weights-offline when nothing can be reached at the first start', async () => {
    const { load } = createLoader(createCaches().storage, { fetch: () => Promise.reject(new TypeError('Failed to fetch')) });
    await expect(load()).rejects.toMatchObject({ code: 'weights-offline', message: expect.stringContaining(baseUrl) as string });
  });

  it.each([
    ['model.safetensors.index.json', '{"metadata":{}}'],
    ['model.safetensors.index.json', JSON.stringify({ ...index, weight_map: {} })],
    [
      'model.safetensors.index.json',
      JSON.stringify({ ...index, metadata: { files: [{ name: '../other', bytes: 10, sha256: '0'.repeat(64) }] } }),
    ],
    ['config.json', '{'],
    ['config.json', JSON.stringify({ ...config, input: { ...config.input, std: [0, 1, 1] } })],
  ])('refuses a list (%s) that is not what it should be', async (name, text) => {
    faults.set(name, [(response) => response.end(text)]);
    const { load } = createLoader(createCaches().storage);
    await expect(load()).rejects.toMatchObject({
      code: 'weights-index-invalid',
      message: expect.stringContaining(name) as string,
    });
  });

  it('stops when it is cancelled, and keeps what had arrived', async () => {
    faults.set('shard-1', [fault.hanging]);
    const { storage, entries } = createCaches();
    const controller = new AbortController();
    const { load } = createLoader(storage);
    const loading = load(controller.signal);
    while (entries.size < 4) await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    await expect(loading).rejects.toMatchObject({ code: 'cancelled' });
    expect(requests.filter((name) => name === 'shard-1')).toHaveLength(1);
    requests.length = 0;
    await load();
    expect(requests).toEqual(['shard-1']);
  });

  it('works without storage and says that nothing was kept', async () => {
    const refusing: CacheStorageLike = {
      open: () => Promise.reject(new DOMException('no', 'SecurityError')),
      keys: () => Promise.reject(new DOMException('no', 'SecurityError')),
      delete: () => Promise.reject(new DOMException('no', 'SecurityError')),
    };
    const full = createCaches();
    full.cache.put = () => Promise.reject(new DOMException('full', 'QuotaExceededError'));
    for (const caches of [null, refusing, full.storage]) {
      const { report } = await createLoader(caches).load();
      expect(report).toMatchObject({ from: 'network', kept: false });
    }
  });
});
