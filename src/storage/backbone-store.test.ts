import { beforeEach, describe, expect, it } from 'vitest';
import type { BackboneIdentity } from '../domain/model-import';
import { BackboneStore } from './backbone-store';
import { MemoryFolder } from './testing/memory-folder';

const tensors = [
  { name: 'features.0.weight', length: 27 },
  { name: 'features.0.bias', length: 1 },
];
const conv = new Map([
  ['features.0.weight', Float32Array.from({ length: 27 }, (_, at) => at / 3)],
  ['features.0.bias', Float32Array.of(-0)],
]);
const identityOf = (digit: string, addedAt: string): BackboneIdentity => ({
  id: digit.repeat(64),
  title: `weights ${digit}`,
  source: { kind: 'hub', repository: 'a/b', revision: '0'.repeat(40) },
  scaling: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  addedAt,
});
const older = identityOf('a', '2026-01-01T00:00:00.000Z');
const newer = identityOf('b', '2026-01-02T00:00:00.000Z');

let disk: MemoryFolder;
beforeEach(() => {
  disk = new MemoryFolder();
});
const createStore = () => new BackboneStore({ openFolder: () => Promise.resolve(disk), exclusively: (work) => work(), tensors });

describe('BackboneStore', () => {
  it('gives back bit for bit what was kept, the newest first, until it is removed', async () => {
    expect(await createStore().list()).toEqual([]);
    await createStore().write(older, conv);
    await createStore().write(newer, conv);
    const store = createStore();
    const bytes = disk.files.get(older.id)?.length ?? 0;
    expect(await store.list()).toEqual([
      { ...newer, bytes },
      { ...older, bytes },
    ]);
    expect(bytes).toBeGreaterThan(28 * 4);
    expect(await store.bytes()).toBe(2 * bytes);
    const read = await store.read(older.id);
    expect([...(read ?? [])]).toEqual([...conv]);
    expect(Object.is(read?.get('features.0.bias')?.[0], -0)).toBe(true);
    await store.remove(older.id);
    expect(await store.read(older.id)).toBeNull();
    expect(await store.list()).toMatchObject([{ id: newer.id }]);
  });

  it('writes nothing twice', async () => {
    await createStore().write(older, conv);
    disk.calls.length = 0;
    await createStore().write({ ...older, title: 'again' }, conv);
    expect(disk.calls.filter((call) => call.startsWith('write'))).toEqual([]);
    expect(await createStore().list()).toMatchObject([{ title: older.title }]);
  });

  it('removes what was harmed when it is read, and offers it no more', async () => {
    await createStore().write(older, conv);
    const kept = disk.files.get(older.id) ?? new Uint8Array(0);
    const at = (index: number) => kept.map((byte, own) => (own === index ? byte ^ 1 : byte));
    // In the list: its trailer or its table. When it is read: a value.
    for (const harmed of [kept.slice(0, -1), at(kept.length - 70), new Uint8Array(0)]) {
      disk.files.set(older.id, harmed);
      expect(await createStore().list()).toEqual([]);
      expect(disk.files.size).toBe(0);
    }
    disk.files.set(older.id, at(3));
    expect(await createStore().list()).toHaveLength(1);
    expect(await createStore().read(older.id)).toBeNull();
    expect(await createStore().list()).toEqual([]);
    // And what is called by another's id is nobody's.
    disk.files.set(newer.id, kept);
    expect(await createStore().read(newer.id)).toBeNull();
    expect(disk.files.size).toBe(0);
  });

  it('removes nothing because the disk cannot be read just now', async () => {
    await createStore().write(older, conv);
    disk.refusal = new DOMException('no', 'NotReadableError');
    await expect(createStore().read(older.id)).rejects.toMatchObject({ code: 'storage-refused' });
    expect(await createStore().list()).toEqual([]);
    disk.refusal = null;
    expect(await createStore().list()).toHaveLength(1);
  });

  it('says why nothing could be kept, and leaves nothing of it', async () => {
    disk.room = 50;
    await expect(createStore().write(older, conv)).rejects.toMatchObject({ code: 'storage-full' });
    expect(disk.files.size).toBe(0);
    disk.refusal = new DOMException('no', 'SecurityError');
    await expect(createStore().write(older, conv)).rejects.toMatchObject({ code: 'storage-refused' });
    await expect(createStore().remove(older.id)).rejects.toMatchObject({ code: 'storage-refused' });
  });

  it('takes only tensors of the right lengths', async () => {
    await expect(createStore().write(older, new Map([...conv].slice(1)))).rejects.toThrow(RangeError);
    const whole = new BackboneStore({ openFolder: () => Promise.resolve(disk), exclusively: (work) => work() });
    await expect(whole.write(older, conv)).rejects.toThrow('features.0.weight is not VGG-16’s');
  });
});
