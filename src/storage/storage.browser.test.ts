import { deleteDB, openDB } from 'idb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunRecord } from '../domain/history';
import { createPreset } from '../domain/presets';
import { createProject } from '../domain/project';
import { createBrowserTables } from './browser-tables';
import { createKernelPlanStore } from './kernel-plans';
import { createOwnership, type Ownership, type TabMessage } from './ownership';
import { ProjectStore } from './project-store';
import type { Tables } from './tables';
import { openWeightsCache, weightsCacheName } from './weights-cache';
import { plainRun } from '../domain/testing/plain-run';

let name: string;
let tables: Tables;
let store: ProjectStore;
beforeEach(() => {
  name = `headstart-test-${String(performance.now())}`;
  tables = createBrowserTables(name);
  store = openStore(tables);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await tables.close();
  await deleteDB(name);
});

function openStore(on: Tables, now = 1): ProjectStore {
  return new ProjectStore({ tables: on, now: () => now, thumbnails: () => Promise.resolve([Uint8Array.of(1, 2)]) });
}

const run: RunRecord = {
  ...plainRun,
  number: 3,
  counts: { train: 1, val: 2, test: 3 },
  log: ['line'],
  seconds: { weights: 1, features: 2, train: 3, total: 6 },
};
const head = {
  run,
  weight: Float32Array.of(1, -0, NaN),
  bias: Float32Array.of(2),
  tensors: [{ name: 'features.28.bias', values: Float32Array.of(3, 4) }],
};
const project = {
  ...createProject('p', '2026-01-01T00:00:00.000Z', createPreset('recommended', 0)),
  name: 'Näme 猫',
  runs: [run],
};

/** What the former build's createProjectStore made: one object store, `documents`, version 1. */
async function writeFirstVersion(rows: Readonly<Record<string, unknown>>): Promise<void> {
  const database = await openDB(name, 1, { upgrade: (fresh) => void fresh.createObjectStore('documents') });
  for (const [key, value] of Object.entries(rows)) await database.put('documents', value, key);
  database.close();
}

describe('projects in a real browser', () => {
  it('gives back what was saved, also to a later visit, and refuses whoever does not own it', async () => {
    expect(await store.latest()).toBeNull();
    await store.own('p', 'mine');
    await store.save(project, 'mine');
    await store.saveHead(head, 'p');
    await tables.close();
    const later = createBrowserTables(name);
    const there = openStore(later);
    expect(await there.latest()).toBe('p');
    expect(await there.load('p')).toEqual(project);
    expect(await there.list()).toMatchObject([{ id: 'p', name: 'Näme 猫', runs: 1, deletedAt: null }]);
    const kept = await there.latestHead(project);
    expect(kept).toEqual(head);
    expect(new Uint32Array(kept?.weight.buffer ?? new ArrayBuffer(0))).toEqual(new Uint32Array(head.weight.buffer));
    await there.own('p', 'theirs');
    await expect(store.save({ ...project, name: 'late' }, 'mine')).rejects.toMatchObject({ code: 'project-not-owned' });
    expect(await there.load('p')).toEqual(project);
    await later.close();
  });

  it('brings the project, the head and the kernel plans of the first version along', async () => {
    await writeFirstVersion({
      project,
      head: { ...head, tensors: undefined },
      'kernel-plan card': { plan: 1 },
      'set-aside x': 'old',
    });
    expect(await store.list()).toMatchObject([{ id: 'p', name: 'Näme 猫', runs: 1, pictures: 0 }]);
    expect(await store.load('p')).toEqual(project);
    expect(await store.latestHead(project)).toEqual({ ...head, tensors: [] });
    expect(await createKernelPlanStore(tables).loadKernelPlan('card')).toEqual({ plan: 1 });
    expect(await tables.keys('documents')).toEqual(['kernel-plan card', 'set-aside x']);
  });

  it('brings along what it cannot read: a newer project as it is, another thing set aside, no head for something else', async () => {
    await writeFirstVersion({
      project: { version: 99, id: 'new', name: 'Tomorrow', more: [1] },
      head: { run: {}, weight: [1], bias: [2] },
    });
    expect(await store.list()).toMatchObject([{ id: 'new', name: 'Tomorrow' }]);
    expect(await store.load('new')).toEqual({ version: 99, id: 'new', name: 'Tomorrow', more: [1] });
    expect(await store.listHeads()).toEqual([]);
    await tables.close();
    await deleteDB(name);
    await writeFirstVersion({ project: 'not a project' });
    expect(await store.list()).toEqual([]);
    const [key = ''] = await tables.keys('documents');
    expect(key).toMatch(/^set-aside \d{4}-\d\d-\d\dT/);
    expect(await tables.get('documents', key)).toBe('not a project');
  });

  it('is gone when everything is forgotten, and works afterwards', async () => {
    await store.keep(project);
    const cache = await openWeightsCache();
    expect(await cache.write('/models/x', Uint8Array.of(1), 'abc')).toBe(true);
    await tables.removeAll();
    expect((await indexedDB.databases()).some((one) => one.name === name)).toBe(false);
    expect(await store.list()).toEqual([]);
    await store.keep(project);
    expect(await store.list()).toHaveLength(1);
    await caches.delete(weightsCacheName);
  });

  it('says storage-refused where the browser lets nothing be stored, storage-full where there is no room, and works once there is', async () => {
    const open = vi.spyOn(indexedDB, 'open').mockImplementation(() => {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    });
    await expect(store.load('p')).rejects.toMatchObject({ code: 'storage-refused' });
    await expect(store.saveHead(head, 'p')).rejects.toMatchObject({ code: 'storage-refused' });
    open.mockRestore();
    const { put } = IDBObjectStore.prototype;
    let count = 0;
    // The second of several: the first is taken back with it.
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, value, key) {
      count += 1;
      if (count === 2) throw new DOMException('full', 'QuotaExceededError');
      return put.call(this, value, key);
    });
    await expect(store.keep(project)).rejects.toMatchObject({ code: 'storage-full' });
    vi.restoreAllMocks();
    expect(await tables.keys('project-documents')).toEqual([]);
    await store.keep(project);
    expect(await store.load('p')).toEqual(project);
  });
});

describe('which tab owns a project', () => {
  const opened: Ownership[] = [];
  afterEach(() => {
    for (const one of opened.splice(0)) one.close();
  });

  function openTab(onMessage: (message: TabMessage) => void = () => undefined, patienceMs = 5000) {
    const lost: string[] = [];
    const tab = createOwnership({ onMessage, onLost: (id) => lost.push(id) }, { patienceMs, prefix: `${name}/`, channel: name });
    opened.push(tab);
    return { tab, lost };
  }

  it('is decided by who opened it first, until that tab lets go', async () => {
    const [first, second] = [openTab(), openTab()];
    expect(await first.tab.acquire('p')).toBe(true);
    expect(await second.tab.acquire('p')).toBe(false);
    expect(await second.tab.acquire('other')).toBe(true);
    expect(await second.tab.ownedElsewhere()).toEqual(new Set(['p']));
    expect(await first.tab.isAlone()).toBe(false);
    await first.tab.release('p');
    expect(await second.tab.acquire('p')).toBe(true);
    expect(first.lost).toEqual([]);
    first.tab.close();
    await vi.waitFor(async () => expect(await second.tab.isAlone()).toBe(true));
  });

  it('changes when another asks: an awake tab lets go when it has saved, from a sleeping one it is taken', async () => {
    const saved: string[] = [];
    const first = openTab((message) => {
      if (message.kind !== 'hand-over') return;
      saved.push(message.id);
      void first.tab.release(message.id);
    });
    await first.tab.acquire('p');
    const second = openTab();
    await second.tab.takeOver('p');
    expect(saved).toEqual(['p']);
    expect(first.lost).toEqual([]);
    // The second does not answer.
    const third = openTab(undefined, 50);
    await third.tab.takeOver('p');
    await vi.waitFor(() => expect(second.lost).toEqual(['p']));
    expect(await third.tab.ownedElsewhere()).toEqual(new Set());
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
