import { afterEach, describe, expect, it, vi } from 'vitest';
import { startDatasetsServer } from '../../e2e/servers/datasets-server';
import { crc32 } from '../domain/crc32';
import type { PictureSource } from '../domain/dataset';
import { describeError, HeadstartError } from '../domain/errors';
import type { IngestEvent } from '../domain/events';
import { ImportDesk } from './archive/import-desk';
import { readBytes } from './archive/picture-bytes';
import { MemoryScratch } from './archive/scratch';
import { gzip, writeTar } from './archive/testing/write-archives';
import { DecodePool } from './decode-pool';
import { FakeDecodeWorker } from './fake-decode-worker';
import type { PictureKeep, PictureToKeep } from './picture-keep';
import { PictureLibrary } from './picture-library';

const never = new AbortController().signal;

/** A file whose text is what the fake worker makes of it: its hash, or the code of its refusal after an exclamation mark. */
function source(path: string, text: string, className = path.split('/')[0] ?? ''): PictureSource {
  return { path, file: new Blob([text]), className, folderSplit: null };
}

const looks = { perceptualHash: '0f0f0f0f0f0f0f0f', takenAt: null, format: 'JPEG' as const };

/** Workers that answer in an order of their own: the longer a file, the later. */
function createLibrary(size = 3, imports?: ImportDesk, keep?: PictureKeep) {
  const asked: string[] = [];
  const pool = new DecodePool(
    () =>
      FakeDecodeWorker.create(({ id, task }, worker) => {
        if (task.kind === 'draw')
          return worker.answer({ id, kind: 'draw', result: new Blob([`${task.className}${task.index}`]) });
        const { file } = task;
        if (!(file instanceof Blob) && file.kind !== 'checked-part') throw new TypeError('a member of an archive');
        void (file instanceof Blob ? file : file.part).text().then(async (text) => {
          asked.push(`${task.kind} ${text}`);
          for (let turn = 0; turn < text.length % 7; turn += 1) await Promise.resolve();
          if (text === '!file-unreadable')
            return worker.answer({ id, kind: 'refused', reason: describeError('file-unreadable') });
          if (text.startsWith('!')) return worker.answer({ id, kind: 'refused', reason: describeError('picture-broken') });
          if (task.kind === 'fit') worker.answer({ id, kind: 'fit', result: Uint8Array.of(text.length, 7) });
          else
            worker.answer({
              id,
              kind: 'inspect',
              result: { ...looks, width: 30, height: 20, hash: `hash of ${text}`, thumbnail: new Blob(['t']) },
            });
        });
      }),
    size,
  );
  const library = new PictureLibrary(pool, {}, imports, keep);
  const events: IngestEvent[] = [];
  const add = (sources: readonly PictureSource[], signal = never) => library.add(sources, (event) => events.push(event), signal);
  return { library, events, add, asked };
}
const samplesOf = (events: readonly IngestEvent[]) =>
  events.flatMap((event) => (event.kind === 'samples' ? event.samples.map(({ sample }) => sample) : []));
const skippedOf = (events: readonly IngestEvent[]) => events.flatMap((event) => (event.kind === 'skipped' ? event.files : []));
const progressOf = (events: readonly IngestEvent[]) => events.flatMap((event) => (event.kind === 'progress' ? [event] : []));

afterEach(() => vi.useRealTimers());

describe('PictureLibrary.add', () => {
  it('tells samples in the order of their sources whatever the order of decoding', async () => {
    const { events, add, library } = createLibrary();
    const sources = Array.from({ length: 40 }, (_, i) => source(`cat/${i}.jpg`, 'x'.repeat(1 + ((i * 5) % 13)) + String(i)));
    expect(await add(sources)).toEqual({ added: 40, skipped: 0, cancelled: false });
    expect(samplesOf(events).map(({ path }) => path)).toEqual(sources.map(({ path }) => path));
    expect(library.list()).toEqual(samplesOf(events));
    expect(samplesOf(events)[3]).toEqual({
      ...looks,
      pinnedSplit: null,
      recording: null,
      contentHash: `hash of ${'x'.repeat(3)}3`,
      id: `hash of ${'x'.repeat(3)}3`,
      name: '3.jpg',
      path: 'cat/3.jpg',
      className: 'cat',
      folderSplit: null,
      width: 30,
      height: 20,
      bytes: 4,
    });
  });

  it('keeps the laws of progress: never falls, constant total, ends with both equal', async () => {
    const { events, add } = createLibrary();
    await add(Array.from({ length: 120 }, (_, i) => source(`cat/${i}.jpg`, `${i}`)));
    const progress = progressOf(events);
    expect(progress[0]).toEqual({ kind: 'progress', done: 0, total: 120, secondsLeft: null });
    expect(progress.at(-1)).toEqual({ kind: 'progress', done: 120, total: 120, secondsLeft: 0 });
    expect(progress.every(({ total }) => total === 120)).toBe(true);
    expect(progress.map(({ done }) => done)).toEqual(progress.map(({ done }) => done).sort((a, b) => a - b));
  });

  it('tells the first picture at once and the rest in batches', async () => {
    const { events, add } = createLibrary();
    await add(Array.from({ length: 500 }, (_, i) => source(`cat/${i}.jpg`, `${i}`)));
    const sizes = events.flatMap((event) => (event.kind === 'samples' ? [event.samples.length] : []));
    expect(sizes[0]).toBe(1);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(50);
    expect(sizes.length).toBeLessThan(40);
  });

  it('tells what cannot come in with its reason and takes the rest', async () => {
    const { events, add } = createLibrary();
    expect(await add([source('cat/a.jpg', 'a'), source('cat/b.jpg', '!broken'), source('dog/c.jpg', 'c')])).toEqual({
      added: 2,
      skipped: 1,
      cancelled: false,
    });
    expect(skippedOf(events)).toEqual([{ path: 'cat/b.jpg', reason: describeError('picture-broken') }]);
  });

  it('skips the same content in the same class, also in a second add, and names the file that is there', async () => {
    const { events, add, library } = createLibrary();
    await add([source('cat/a.jpg', 'a'), source('cat/copy.jpg', 'a')]);
    expect(await add([source('cat/again.jpg', 'a'), source('cat/b.jpg', 'b')])).toEqual({
      added: 1,
      skipped: 1,
      cancelled: false,
    });
    const sentence = 'The same file is already in the project as cat/a.jpg.';
    expect(skippedOf(events).map(({ path, reason: { code, message } }) => [path, code, message])).toEqual([
      ['cat/copy.jpg', 'duplicate-file', sentence],
      ['cat/again.jpg', 'duplicate-file', sentence],
    ]);
    expect(library.list().map(({ path }) => path)).toEqual(['cat/a.jpg', 'cat/b.jpg']);
  });

  it('takes the same content in two splits, and with and without a label: whoever sees both can mend it', async () => {
    const { add, library } = createLibrary();
    await add([
      { ...source('train/cat/a.jpg', 'a'), className: 'cat', folderSplit: 'train' },
      { ...source('val/cat/a.jpg', 'a'), className: 'cat', folderSplit: 'val' },
      { ...source('a.jpg', 'a'), className: null },
    ]);
    const samples = library.list();
    expect(new Set(samples.map(({ id }) => id)).size).toBe(3);
    expect(new Set(samples.map(({ contentHash }) => contentHash)).size).toBe(1);
  });

  it('takes the same content in two classes under two ids, the same ones every time', async () => {
    const ids = await Promise.all(
      [1, 2].map(async () => {
        const { add, library } = createLibrary();
        await add([source('cat/a.jpg', 'a'), source('dog/a.jpg', 'a')]);
        return library.list().map(({ id }) => id);
      }),
    );
    expect(new Set(ids[0]).size).toBe(2);
    expect(ids[0]).toEqual(ids[1]);
  });

  it('does not take a folder that is added again for a failure', async () => {
    const { add } = createLibrary();
    await add([source('cat/a.jpg', 'a')]);
    expect(await add([source('cat/a.jpg', 'a')])).toEqual({ added: 0, skipped: 1, cancelled: false });
  });

  it('says no-readable-picture when nothing could come in', async () => {
    const { add, events } = createLibrary();
    await expect(add([source('cat/a.jpg', '!'), source('cat/b.jpg', '!')])).rejects.toMatchObject({
      code: 'no-readable-picture',
      message: 'None of the 2 files could be read as a picture.',
    });
    expect(skippedOf(events)).toHaveLength(2);
  });

  it('keeps what was read when it is cancelled, and says so', async () => {
    const { add, library, events } = createLibrary(1);
    const abort = new AbortController();
    const sources = Array.from({ length: 60 }, (_, i) => source(`cat/${i}.jpg`, `${i}`));
    const work = library.add(
      sources,
      (event) => {
        events.push(event);
        if (event.kind === 'samples') abort.abort();
      },
      abort.signal,
    );
    const report = await work;
    expect(report).toMatchObject({ skipped: 0, cancelled: true });
    expect(report.added).toBeGreaterThan(0);
    expect(report.added).toBeLessThan(60);
    expect(library.list()).toHaveLength(report.added);
    expect(samplesOf(events)).toHaveLength(report.added);
    expect(await add(sources)).toMatchObject({ added: 60 - report.added, cancelled: false });
  });

  it('tells pictures that wait for a slow one after a tenth of a second', async () => {
    vi.useFakeTimers();
    const workers: FakeDecodeWorker[] = [];
    const pool = new DecodePool(() => {
      const worker = FakeDecodeWorker.create();
      workers.push(worker);
      return worker;
    }, 1);
    const events: IngestEvent[] = [];
    const work = new PictureLibrary(pool).add(
      [0, 1, 2].map((i) => source(`cat/${i}`, `${i}`)),
      (event) => events.push(event),
      never,
    );
    for (let i = 0; i < 2; i += 1) {
      await vi.advanceTimersByTimeAsync(0);
      const id = workers[0]?.requests.at(-1)?.id ?? -1;
      workers[0]?.answer({ id, kind: 'inspect', result: { ...looks, width: 9, height: 9, hash: `${i}`, thumbnail: new Blob() } });
    }
    await vi.advanceTimersByTimeAsync(99);
    expect(samplesOf(events)).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(samplesOf(events)).toHaveLength(2);
    pool.dispose();
    expect(await work).toMatchObject({ added: 2, cancelled: true });
  });
});

describe('pictures of an opened import', () => {
  const ofImport = (path: string, importId = 'one'): PictureSource => ({ path, className: 'cat', folderSplit: null, importId });
  const room = 1_000_000;

  async function openImport() {
    const scratch = new MemoryScratch(room);
    const created = createLibrary(3, new ImportDesk(() => Promise.resolve(scratch)));
    const archive = gzip(
      writeTar([
        { path: 'a.jpg', content: 'a' },
        { path: 'b.jpg', content: 'b' },
        { path: 'copy.jpg', content: 'a' },
      ]),
    );
    created.library.stageImport('one', [{ path: 'pets.tgz', file: new File([archive], 'pets.tgz') }]);
    const { entries } = await created.library.openImport('one', () => undefined, never);
    return { ...created, scratch, paths: entries.map(({ path }) => path) };
  }

  it('come in by their paths, stay readable when it is closed, and give its room back when the last one is forgotten', async () => {
    const { library, add, paths, scratch, events } = await openImport();
    expect(await add(paths.map((path) => ofImport(path)))).toEqual({ added: 2, skipped: 1, cancelled: false });
    expect(samplesOf(events).map(({ path, bytes }) => [path, bytes])).toEqual([
      ['pets/a.jpg', 1],
      ['pets/b.jpg', 1],
    ]);
    await library.closeImport('one');
    const [first = '', second = ''] = library.list().map(({ id }) => id);
    expect(await library.pixels(first, 'crop')).toEqual(Uint8Array.of(1, 7));
    library.remove([first, second]);
    expect(await scratch.room()).toBeLessThan(room);
    expect(library.restore([first])).toEqual([]);
    await library.open(library.list());
    expect(await scratch.room()).toBeLessThan(room);
    library.remove([first]);
    await library.open(library.list());
    await vi.waitFor(async () => expect(await scratch.room()).toBe(room));
  });

  it('are skipped where the import never had them, and refused when it is closed', async () => {
    const { library, add, events } = await openImport();
    await add([ofImport('pets/a.jpg'), ofImport('pets/none.jpg')]);
    expect(skippedOf(events).map(({ path, reason }) => [path, reason.code])).toEqual([['pets/none.jpg', 'file-unreadable']]);
    await library.closeImport('one');
    await expect(add([ofImport('pets/b.jpg')])).rejects.toMatchObject({ code: 'import-closed' });
    await expect(add([ofImport('pets/b.jpg', 'other')])).rejects.toMatchObject({ code: 'import-closed' });
  });
});

describe('PictureLibrary.remove', () => {
  it('keeps the file for whoever takes the removal back', async () => {
    const { library, add } = createLibrary();
    await add([source('cat/a.jpg', 'aaa'), source('cat/b.jpg', 'b')]);
    const [a = '', b = ''] = library.list().map(({ id }) => id);
    library.remove([a]);
    expect(library.list().map(({ id }) => id)).toEqual([b]);
    await expect(library.pixels(a, 'crop')).rejects.toMatchObject({ code: 'sample-unknown' });
    await expect(library.file(a)).rejects.toMatchObject({ code: 'sample-unknown' });
    expect(library.restore([a, b, 'absent'])).toEqual(['absent']);
    expect(await library.pixels(a, 'crop')).toEqual(Uint8Array.of(3, 7));
    expect(await (await library.file(a)).text()).toBe('aaa');
  });

  it('lets the same file in again, which then is the one that comes back', async () => {
    const { library, add, events } = createLibrary();
    await add([source('cat/a.jpg', 'a')]);
    const [id = ''] = library.list().map((sample) => sample.id);
    library.remove([id]);
    expect(await add([source('cat/again.jpg', 'a')])).toMatchObject({ added: 1, skipped: 0 });
    expect(samplesOf(events).map((sample) => sample.id)).toEqual([id, id]);
    expect(library.restore([id])).toEqual([]);
    expect(await add([source('cat/third.jpg', 'a')])).toMatchObject({ added: 0, skipped: 1 });
  });

  it('is final once everything is forgotten', async () => {
    const { library, add } = createLibrary();
    await add([source('cat/a.jpg', 'a')]);
    const [id = ''] = library.list().map((sample) => sample.id);
    library.remove([id]);
    await library.open([]);
    expect(library.restore([id])).toEqual([id]);
  });
});

describe('PictureLibrary.file', () => {
  it('says which file can no longer be read', async () => {
    const { library } = createLibrary();
    const gone = Object.assign(new Blob(['gone']), {
      slice: () => ({ arrayBuffer: () => Promise.reject(new DOMException('moved', 'NotFoundError')) }),
    });
    await library.add([{ ...source('cat/a.jpg', 'x'), file: gone }], () => undefined, never);
    const [id = ''] = library.list().map((sample) => sample.id);
    await expect(library.file(id)).rejects.toMatchObject({
      code: 'picture-gone',
      message: expect.stringContaining('a.jpg') as string,
    });
  });
});

describe('PictureLibrary.pixels', () => {
  it('decodes a picture once for those who ask for it together, and gives each an array of its own', async () => {
    const { library, add, asked } = createLibrary();
    await add([source('cat/a.jpg', 'aaa')]);
    const id = library.list()[0]?.id ?? '';
    const [first, second] = await Promise.all([library.pixels(id, 'crop'), library.pixels(id, 'crop')]);
    expect([first, second]).toEqual([Uint8Array.of(3, 7), Uint8Array.of(3, 7)]);
    expect(first.buffer).not.toBe(second.buffer);
    await library.pixels(id, 'pad');
    expect(asked.filter((what) => what.startsWith('fit'))).toHaveLength(2);
  });

  it('forgets the pictures asked for longest ago', async () => {
    const { library, add, asked } = createLibrary();
    await add(Array.from({ length: 40 }, (_, i) => source(`cat/${i}.jpg`, `n${i}`)));
    for (const { id } of library.list()) await library.pixels(id, 'crop');
    asked.length = 0;
    await library.pixels('hash of n39', 'crop');
    expect(asked).toEqual([]);
    await library.pixels('hash of n0', 'crop');
    expect(asked).toEqual(['fit n0']);
  });

  it('says picture-gone with the name when the file cannot be read any more, and tries again when asked again', async () => {
    const { library, add } = createLibrary();
    const file = new Blob(['fine']);
    let text = 'fine';
    Object.defineProperty(file, 'text', { value: () => Promise.resolve(text) });
    await add([{ path: 'cat/tom.jpg', file, className: 'cat', folderSplit: null }]);
    const id = library.list()[0]?.id ?? '';
    text = '!file-unreadable';
    await expect(library.pixels(id, 'crop')).rejects.toMatchObject({
      code: 'picture-gone',
      message: 'The picture tom.jpg can no longer be read from disk.',
    });
    text = 'back';
    expect(await library.pixels(id, 'crop')).toEqual(Uint8Array.of(4, 7));
  });

  it('says sample-unknown after a sample was removed, and takes its file in again', async () => {
    const { library, add } = createLibrary();
    await add([source('cat/a.jpg', 'a'), source('cat/b.jpg', 'b')]);
    library.remove(['hash of a', 'no such sample']);
    expect(library.list().map(({ name }) => name)).toEqual(['b.jpg']);
    await expect(library.pixels('hash of a', 'crop')).rejects.toMatchObject({ code: 'sample-unknown' });
    expect(await add([source('cat/a.jpg', 'a')])).toMatchObject({ added: 1 });
  });

  it('gives the pixels of a file that is no sample, or the reason why not', async () => {
    const { library } = createLibrary();
    expect(await library.filePixels(new Blob(['abcd']), 'crop')).toEqual(Uint8Array.of(4, 7));
    await expect(library.filePixels(new Blob(['!']), 'crop')).rejects.toMatchObject({ code: 'picture-broken' });
  });
});

describe('PictureLibrary.addDrawings', () => {
  it('takes in every drawing, cat and dog in turn, and skips them all the second time', async () => {
    const { library, events } = createLibrary();
    const report = await library.addDrawings((event) => events.push(event), never);
    expect(report).toEqual({ added: library.list().length, skipped: 0, cancelled: false });
    expect(report.added).toBeGreaterThanOrEqual(120);
    expect(
      library
        .list()
        .slice(0, 2)
        .map(({ path, className }) => [path, className]),
    ).toEqual([
      ['drawings/cat/cat.0.png', 'cat'],
      ['drawings/dog/dog.0.png', 'dog'],
    ]);
    expect(await library.addDrawings(() => undefined, never)).toMatchObject({ added: 0, skipped: report.added });
  });
});

describe('PictureLibrary.addKaggle', () => {
  it('takes in the photos that the server has, and ends its progress also when they are fewer than asked for', async () => {
    const server = await startDatasetsServer({ rowsPerLabel: 3 });
    const { library, events } = createLibrary();
    const report = await library.addKaggle(server.url, 5, (event) => events.push(event), never);
    await server.close();
    expect(report).toEqual({ added: 6, skipped: 0, cancelled: false });
    expect(progressOf(events).at(-1)).toMatchObject({ done: 10, total: 10 });
    expect(library.list().map(({ className }) => className)).toEqual(['cat', 'dog', 'cat', 'dog', 'cat', 'dog']);
  });

  it('keeps what was read when the server begins to refuse, and says so', async () => {
    const server = await startDatasetsServer({ rowsPerLabel: 10 });
    for (let row = 0; row < 20; row += 1) if (row % 10 > 2) server.faults.missing.add(row);
    const { library, events } = createLibrary();
    await expect(library.addKaggle(server.url, 10, (event) => events.push(event), never)).rejects.toMatchObject({
      code: 'hub-refused',
    });
    await server.close();
    expect(library.list()).toHaveLength(6);
    expect(samplesOf(events)).toHaveLength(6);
    expect(skippedOf(events)).toHaveLength(4);
  });

  it('keeps what was read when it is cancelled', async () => {
    const server = await startDatasetsServer({ rowsPerLabel: 50 });
    const { library } = createLibrary();
    const abort = new AbortController();
    const report = await library.addKaggle(server.url, 50, (event) => event.kind === 'samples' && abort.abort(), abort.signal);
    await server.close();
    expect(report).toMatchObject({ skipped: 0, cancelled: true });
    expect(report.added).toBeGreaterThan(0);
    expect(library.list()).toHaveLength(report.added);
  });
});

/** Keeps pictures in memory, as the worker's storage does on disk. */
class MemoryKeep implements PictureKeep {
  readonly kept = new Map<string, PictureToKeep>();
  failure: HeadstartError | null = null;

  find(contents: readonly string[]) {
    return Promise.resolve(new Map(contents.flatMap((content) => (this.kept.has(content) ? [[content, 1] as const] : []))));
  }
  async bytes(content: string) {
    const picture = this.kept.get(content);
    if (picture === undefined) throw new HeadstartError('kept-picture-damaged');
    const bytes = await readBytes(picture.bytes, 0, () => undefined);
    return { kind: 'checked-part' as const, part: new Blob([bytes]), crc32: crc32(bytes) };
  }
  keep(pictures: readonly PictureToKeep[]) {
    if (this.failure !== null) return Promise.reject(this.failure);
    for (const picture of pictures) this.kept.set(picture.content, picture);
    return Promise.resolve();
  }
  thumbnails(contents: readonly string[], take: Parameters<PictureKeep['thumbnails']>[1]) {
    take(
      contents
        .flatMap((content) => ({ content, thumbnail: this.kept.get(content)?.thumbnail ?? [] }))
        .flatMap((one) => (one.thumbnail instanceof Blob ? [{ content: one.content, thumbnail: one.thumbnail }] : [])),
    );
    return Promise.resolve();
  }
  folders() {
    return Promise.resolve([]);
  }
}

describe('pictures kept for the next visit', () => {
  it('are kept by the time that they are in, and read from there on the next, under every sample that has their content', async () => {
    const keep = new MemoryKeep();
    const { library, add } = createLibrary(3, undefined, keep);
    expect(await add([source('cat/a.jpg', 'aa'), source('dog/b.jpg', 'aa'), source('dog/c.jpg', 'ccc')])).toEqual({
      added: 3,
      skipped: 0,
      cancelled: false,
    });
    expect([...keep.kept.keys()]).toEqual(['hash of aa', 'hash of ccc']);

    const later = createLibrary(3, undefined, keep).library;
    const samples = library.list();
    keep.kept.delete('hash of ccc');
    expect(await later.open(samples)).toEqual([samples[2]?.id]);
    expect(later.list()).toEqual(samples.slice(0, 2));
    expect(later.contents()).toEqual(library.contents());
    expect(await later.pixels(samples[1]?.id ?? '', 'crop')).toEqual(Uint8Array.of(2, 7));
    expect(await (await later.file(samples[0]?.id ?? '')).text()).toBe('aa');
    const told: string[] = [];
    await later.thumbnails((some) => told.push(...some.map(({ sampleId }) => sampleId)), never);
    expect(told.sort()).toEqual(
      samples
        .slice(0, 2)
        .map(({ id }) => id)
        .sort(),
    );
    // Removed and taken back, and another project in its place.
    later.remove([samples[0]?.id ?? '']);
    expect([...later.contentsHeld()]).toEqual(['hash of aa']);
    expect(later.restore([samples[0]?.id ?? ''])).toEqual([]);
    expect(await later.open([])).toEqual([]);
    expect(later.list()).toEqual([]);
    expect(later.contentsHeld().size).toBe(0);
  });

  it('are counted when there is no room for them, while they are in all the same', async () => {
    const keep = new MemoryKeep();
    keep.failure = new HeadstartError('storage-full');
    const { library, add } = createLibrary(3, undefined, keep);
    const report = await add([source('cat/a.jpg', 'a'), source('dog/b.jpg', 'b')]);
    expect(report).toMatchObject({ added: 2, notKept: { pictures: 2, reason: { code: 'storage-full' } } });
    expect(library.list()).toHaveLength(2);
  });

  it('are read from their copy when the file was moved meanwhile', async () => {
    const keep = new MemoryKeep();
    const { library, add } = createLibrary(3, undefined, keep);
    let reads = 0;
    const file = Object.assign(new Blob(['a']), {
      text: () => Promise.resolve((reads += 1) === 1 ? 'a' : '!file-unreadable'),
    });
    await add([{ path: 'cat/a.jpg', file, className: 'cat', folderSplit: null }]);
    const [id = ''] = library.list().map((sample) => sample.id);
    expect(await library.pixels(id, 'pad')).toEqual(Uint8Array.of(1, 7));
    keep.kept.clear();
    await expect(library.pixels(id, 'crop')).rejects.toMatchObject({ code: 'picture-gone' });
  });
});
