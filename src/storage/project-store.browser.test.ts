import { openDB } from 'idb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createProjectStore, type ProjectStore } from './project-store';
import { openWeightsCache, weightsCacheName } from './weights-cache';

let store: ProjectStore;
let name: string;
beforeEach(() => {
  name = `headstart-test-${String(performance.now())}`;
  store = createProjectStore(name);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await store.close();
  indexedDB.deleteDatabase(name);
});

const head = { run: { number: 3, classNames: ['cat', 'dog'] }, weight: Float32Array.of(1, -0, NaN), bias: Float32Array.of(2) };

describe('the project store', () => {
  it('gives back what was saved, also to a later visit', async () => {
    expect(await store.loadProject()).toBeNull();
    expect(await store.loadHead()).toBeNull();
    await store.saveProject({ version: 1, name: 'Näme 猫' });
    await store.saveHead(head);
    await store.close();
    const later = createProjectStore(name);
    expect(await later.loadProject()).toEqual({ version: 1, name: 'Näme 猫' });
    const kept = await later.loadHead();
    expect(kept).toEqual(head);
    expect(new Uint32Array(kept?.weight.buffer ?? new ArrayBuffer(0))).toEqual(new Uint32Array(head.weight.buffer));
    await later.deleteHead();
    expect(await later.loadHead()).toBeNull();
    await later.close();
  });

  it('sets an unreadable project aside without losing it', async () => {
    await store.saveProject('not a project');
    await store.setAside('2026-01-01');
    expect(await store.loadProject()).toBeNull();
    await store.close();
    const database = await openDB(name);
    expect(await database.get('documents', 'set-aside 2026-01-01')).toBe('not a project');
    database.close();
  });

  it('takes something else in the head’s place for no head', async () => {
    await store.close();
    const database = await openDB(name, 1, { upgrade: (fresh) => void fresh.createObjectStore('documents') });
    await database.put('documents', { run: {}, weight: [1], bias: [2] }, 'head');
    database.close();
    expect(await store.loadHead()).toBeNull();
  });

  it('forgets everything, the weights included', async () => {
    await store.saveProject({ version: 1 });
    await store.saveHead(head);
    const cache = await openWeightsCache();
    expect(await cache.write('/models/x', Uint8Array.of(1), 'abc')).toBe(true);
    await store.forgetEverything();
    expect(await store.loadProject()).toBeNull();
    expect(await store.loadHead()).toBeNull();
    expect(await caches.has(weightsCacheName)).toBe(false);
  });

  it('says storage-refused where the browser lets nothing be stored, and works once it does', async () => {
    const open = vi.spyOn(indexedDB, 'open').mockImplementation(() => {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    });
    await expect(store.loadProject()).rejects.toMatchObject({ code: 'storage-refused' });
    await expect(store.saveHead(head)).rejects.toMatchObject({ code: 'storage-refused' });
    open.mockRestore();
    await store.saveProject({ version: 1 });
    expect(await store.loadProject()).toEqual({ version: 1 });
  });

  it('says storage-full where there is no room', async () => {
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError');
    });
    await expect(store.saveProject({ version: 1 })).rejects.toMatchObject({ code: 'storage-full' });
  });
});

describe('the weights cache in a real browser', () => {
  it('keeps bytes with their hash and drops them on request', async () => {
    const cache = await openWeightsCache();
    const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i);
    expect(await cache.write('/models/vgg16/a', bytes, 'hash')).toBe(true);
    expect(await cache.has('/models/vgg16/a')).toBe(true);
    expect(await (await openWeightsCache()).read('/models/vgg16/a')).toEqual({ bytes, sha256: 'hash' });
    await cache.drop('/models/vgg16/a');
    expect(await cache.read('/models/vgg16/a')).toBeNull();
    await caches.delete(weightsCacheName);
  });
});
