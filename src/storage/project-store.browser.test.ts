import { openDB } from 'idb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { emptyHistory, type RunRecord } from '../domain/history';
import { settingsBeforeFineTuning } from '../domain/run-config';
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

const run: RunRecord = {
  id: 'a',
  number: 3,
  startedAt: '2026-01-01T00:00:00.000Z',
  config: {
    preset: 'custom',
    way: 'features',
    fit: 'crop',
    featureNorm: 10,
    optimizer: 'adam',
    learningRate: 0.001,
    weightDecay: 0,
    momentum: 0,
    batchSize: 32,
    epochs: 1,
    seed: 1,
    valFraction: 0.2,
    limitPerClass: null,
    logEvery: 5,
    ...settingsBeforeFineTuning,
  },
  classNames: ['cat', 'dog'],
  counts: { train: 1, val: 2, test: 3 },
  device: 'cpu',
  adapter: null,
  threads: 1,
  computePlan: 'plan',
  history: emptyHistory,
  log: ['line'],
  seconds: { weights: 1, features: 2, train: 3, total: 6 },
  stoppedEarly: false,
  testAccuracy: null,
  chosenBy: null,
  bestEpoch: null,
  weightsHash: null,
};
const head = {
  run,
  weight: Float32Array.of(1, -0, NaN),
  bias: Float32Array.of(2),
  tensors: [{ name: 'features.28.bias', values: Float32Array.of(3, 4) }],
};

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
    await store.setProjectAside();
    expect(await store.loadProject()).toBeNull();
    await store.close();
    const database = await openDB(name);
    const [key] = await database.getAllKeys('documents');
    expect(key).toMatch(/^set-aside \d{4}-\d\d-\d\dT/);
    expect(await database.getAll('documents')).toEqual(['not a project']);
    database.close();
  });

  it('reads a head that was kept before there was fine-tuning as one without trained tensors', async () => {
    await store.saveHead(head);
    await store.close();
    const database = await openDB(name);
    const { run: keptRun, weight, bias } = head;
    await database.put('documents', { run: keptRun, weight, bias }, 'head');
    database.close();
    expect(await store.loadHead()).toEqual({ ...head, tensors: [] });
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
