import { describe, expect, it } from 'vitest';
import type { FilePart } from './picture-rows';
import { PictureStore } from './picture-store';
import { MemoryFolder } from './testing/memory-folder';
import { MemoryTables } from './testing/memory-tables';

const never = new AbortController().signal;
const content = (index: number): string => index.toString(16).padStart(32, '0');
const bytes = (index: number, length = 100) => new Uint8Array(length).fill(index);
const copy = (index: number, length?: number) => ({
  content: content(index),
  picture: { kind: 'copy' as const, bytes: bytes(index, length) },
  thumbnail: Uint8Array.of(index, index),
});
const left = (index: number) => ({
  content: content(index),
  picture: { kind: 'left' as const, folder: 'f', path: `${String(index)}.png`, bytes: 100, modified: 1 },
  thumbnail: Uint8Array.of(index),
});

function createStore(folder = new MemoryFolder(), tables = new MemoryTables(), visit = 'a', fileBytes = 250) {
  const store = new PictureStore({
    openFolder: () => Promise.resolve(folder),
    tables,
    exclusively: (work) => work(),
    visit,
    fileBytes,
  });
  return { store, folder, tables };
}

async function read(store: PictureStore, index: number): Promise<Uint8Array | null> {
  const row = (await store.rows([content(index)])).get(content(index));
  return row?.place.kind === 'copy' ? new Uint8Array(await (await store.part(row.place.part)).arrayBuffer()) : null;
}

const pictureFiles = (folder: MemoryFolder) => [...folder.files.keys()].filter((name) => name.startsWith('pictures-'));

describe('kept pictures', () => {
  it('are found on a later visit, each content once, in files of a limited size', async () => {
    const { store, folder, tables } = createStore();
    await store.keep([copy(1), copy(2)]);
    await store.keep([copy(2), copy(3)]);
    expect(pictureFiles(folder)).toHaveLength(2);
    const later = createStore(folder, tables, 'b').store;
    expect(await read(later, 1)).toEqual(bytes(1));
    expect(await read(later, 3)).toEqual(bytes(3));
    await later.keep([copy(2), copy(4)]);
    expect(await later.size()).toBe(4 * 102);
    const small = new Map<string, number>();
    const take = (some: readonly { readonly content: string; readonly bytes: Uint8Array }[]) => {
      for (const one of some) small.set(one.content, one.bytes[0] ?? NaN);
    };
    await later.thumbnails(await later.rows([1, 2, 3, 4].map(content)), take, never);
    expect(small).toEqual(new Map([1, 2, 3, 4].map((index) => [content(index), index])));
  });

  it('that were left in their folder become copies when they are given again, and not the other way round', async () => {
    const { store } = createStore();
    await store.keep([left(1)]);
    expect((await store.rows([content(1)])).get(content(1))?.place).toEqual(left(1).picture);
    await store.keep([copy(1)]);
    await store.keep([left(1)]);
    expect(await read(store, 1)).toEqual(bytes(1));
  });

  it('are not there where the disk is full, and what was before stays', async () => {
    const { store, folder } = createStore();
    await store.keep([copy(1)]);
    folder.room = 150;
    await expect(store.keep([copy(2), copy(3)])).rejects.toMatchObject({ code: 'storage-full' });
    expect((await store.rows([1, 2, 3].map(content))).size).toBe(1);
    expect(await store.size()).toBe(102);
    folder.room = Infinity;
    await store.keep([copy(2)]);
    expect(await read(store, 2)).toEqual(bytes(2));
    expect(await read(store, 1)).toEqual(bytes(1));
  });

  it('that nothing names go, with their room; what shares their files is written anew and stays readable', async () => {
    const { store, folder, tables } = createStore();
    for (const index of [1, 2, 3, 4, 5]) await store.keep([copy(index)]);
    const later = createStore(folder, tables, 'b').store;
    let moved = 0;
    const sweep = (wanted: readonly number[]) =>
      later.sweep(
        () => Promise.resolve((one) => wanted.map(content).includes(one)),
        () => void (moved += 1),
      );
    // Of the first two files one picture each: half of a file is worth its room.
    expect([...((await sweep([1, 3, 5])) ?? new Map()).keys()].sort()).toEqual([1, 3, 5].map(content));
    expect(moved).toBe(0);
    await sweep([5]);
    expect(moved).toBe(1); // the thumbnails’ one file
    expect(pictureFiles(folder)).toHaveLength(1);
    expect(await read(later, 5)).toEqual(bytes(5));
    expect(await read(later, 1)).toBeNull();
    // A visit leaves the file alone that it writes to; the next one does not.
    await createStore(folder, tables, 'c').store.sweep(
      () => Promise.resolve(() => false),
      () => undefined,
    );
    expect(await later.size()).toBe(0);
  });

  it('are left alone by a sweep that another tab stands in the way of', async () => {
    const { store } = createStore();
    await store.keep([copy(1)]);
    expect(
      await store.sweep(
        () => Promise.resolve(null),
        () => undefined,
      ),
    ).toBeNull();
    expect(await read(store, 1)).toEqual(bytes(1));
  });

  it('whose thumbnail was harmed have none', async () => {
    const { store, folder } = createStore();
    await store.keep([copy(1), copy(2)]);
    const row = (await store.rows([content(2)])).get(content(2));
    const { file, at } = row?.thumbnail as FilePart;
    const harmed = folder.files.get(file);
    if (harmed !== undefined) harmed[at] = 99;
    const found: string[] = [];
    await store.thumbnails(await store.rows([1, 2].map(content)), (some) => found.push(...some.map((one) => one.content)), never);
    expect(found).toEqual([content(1)]);
  });
});
