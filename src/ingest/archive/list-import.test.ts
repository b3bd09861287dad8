import { describe, expect, it } from 'vitest';
import type { ImportProgress } from '../../domain/import-listing';
import { listImport, type ListOptions } from './list-import';
import { maxDepth, maxFiles } from './limits';
import { MemoryScratch, type ScratchFile } from './scratch';
import { codesOf, never, textOf } from './testing/read-all';
import { gzip, join, toBytes, writeTar, writeZip, type ZipEntry } from './testing/write-archives';

type Content = Uint8Array<ArrayBuffer> | string;

interface Given {
  readonly room?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ImportProgress) => void;
}

async function list(files: Readonly<Record<string, Content>>, { room, signal = never, onProgress }: Given = {}) {
  const kept: ScratchFile[] = [];
  const progress: ImportProgress[] = [];
  const scratch = new MemoryScratch(room);
  let now = 0;
  const options: ListOptions = {
    scratch: () => Promise.resolve(scratch),
    keep: (file) => kept.push(file),
    onProgress: (told) => {
      progress.push(told);
      onProgress?.(told);
    },
    signal,
    now: () => (now += 50),
  };
  const given = Object.entries(files).map(([path, content]) => ({
    path,
    file: new File([toBytes(content)], path.slice(path.lastIndexOf('/') + 1)),
  }));
  const { listing, entries } = await listImport('one', given, options);
  const contents: Record<string, string> = {};
  for (const { path } of listing.entries) {
    const source = entries.get(path);
    if (source !== undefined) contents[path] = await textOf(source);
  }
  return { listing, entries, contents, kept, progress, scratch, skipped: codesOf(listing.skipped) };
}

const zipOf = (contents: Readonly<Record<string, Content>>, more: Partial<ZipEntry> = {}) =>
  writeZip(Object.entries(contents).map(([path, content]) => ({ path, content, ...more })));

describe('listImport', () => {
  it('lists loose files and those of archives together, by path, an archive as a folder of its name', async () => {
    const { contents, listing } = await list({
      'pets/dog/1.png': 'dog',
      'pets/more.zip': zipOf({ 'cat/1.png': 'cat one' }),
      'birds.tar': writeTar([{ path: './bird/1.png', content: 'bird' }]),
      'fish.tar.gz': gzip(
        writeTar([
          { path: 'fish/1.png', content: 'fish' },
          { path: 'fish/2.png', content: 'two' },
        ]),
      ),
    });
    expect(contents).toEqual({
      'birds/bird/1.png': 'bird',
      // Everything in the archive is in a folder of its name, which is not said twice.
      'fish/1.png': 'fish',
      'fish/2.png': 'two',
      'pets/dog/1.png': 'dog',
      'pets/more/cat/1.png': 'cat one',
    });
    expect(listing.entries.map(({ path }) => path)).toEqual(Object.keys(contents));
    expect(listing.entries[4]).toEqual({ path: 'pets/more/cat/1.png', bytes: 7 });
  });

  it('opens archives in archives: stored ones where they lie, deflated ones and those of a tar.gz in the scratch', async () => {
    const inner = zipOf({ 'train/cat.0.png': 'a cat'.repeat(50) });
    const outer = writeZip([
      { path: 'stored.zip', content: inner, stored: true },
      { path: 'train.zip', content: inner },
      { path: 'deep.tgz', content: gzip(writeTar([{ path: 'x.zip', content: inner }])) },
    ]);
    const { contents, kept, listing, progress } = await list({ 'dogs-vs-cats.zip': outer });
    expect(Object.keys(contents)).toEqual([
      'dogs-vs-cats/deep/x/train/cat.0.png',
      'dogs-vs-cats/stored/train/cat.0.png',
      'dogs-vs-cats/train/cat.0.png',
    ]);
    expect(new Set(Object.values(contents))).toEqual(new Set(['a cat'.repeat(50)]));
    expect(kept).toHaveLength(2);
    expect(listing.unpackedBytes).toBeGreaterThan(inner.length);
    // The size comes first, before a byte is written.
    const first = progress.find((told) => told.stage === 'unpacking' && told.archive === 'train.zip');
    expect(first).toEqual({
      stage: 'unpacking',
      archive: 'train.zip',
      doneBytes: 0,
      totalBytes: inner.length,
      secondsLeft: null,
    });
    for (const [at, told] of progress.entries()) {
      const before = progress[at - 1];
      if (told.stage === 'unpacking' && before?.stage === 'unpacking' && before.archive === told.archive)
        expect(told.doneBytes).toBeGreaterThanOrEqual(before.doneBytes);
    }
  });

  it('leaves out what systems put into archives, without a word', async () => {
    const { contents, listing, skipped } = await list({
      'pets.zip': zipOf({
        'pets/cat/1.png': 'cat',
        'pets/cat/.DS_Store': 'x',
        'pets/cat/Thumbs.db': 'x',
        'pets/desktop.ini': 'x',
        '__MACOSX/pets/cat/._1.png': 'x',
      }),
    });
    expect(Object.keys(contents)).toEqual(['pets/cat/1.png']);
    expect(listing.ignored).toBe(4);
    expect(skipped).toEqual({});
  });

  it('counts the films of Live Photos and leaves them out, but not other films', async () => {
    const { listing } = await list({
      'cat/IMG_1.HEIC': 'x',
      'cat/IMG_1.MOV': 'film',
      'cat/img_2.jpg': 'x',
      'cat/IMG_2.mov': 'film',
      'cat/alone.MOV': 'film',
      'dog/IMG_1.MOV': 'film',
    });
    expect(listing.livePhotoVideos).toBe(2);
    expect(listing.entries.map(({ path }) => path)).toEqual([
      'cat/IMG_1.HEIC',
      'cat/alone.MOV',
      'cat/img_2.jpg',
      'dog/IMG_1.MOV',
    ]);
  });

  it('keeps lists of labels apart', async () => {
    const { listing } = await list({
      'a.zip': zipOf({ 'train/metadata.csv': 'x', 'train/rows.JSONL': 'y', 'train/1.png': 'z' }),
    });
    expect(listing.entries.map(({ path }) => path)).toEqual(['a/train/1.png']);
    expect(listing.texts).toEqual([
      { path: 'a/train/metadata.csv', bytes: 1 },
      { path: 'a/train/rows.JSONL', bytes: 1 },
    ]);
  });

  it('names the kinds that it cannot unpack, and what is called an archive and is none', async () => {
    const { skipped, listing } = await list({
      'a.7z': new Uint8Array([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c, 0]),
      'b.tar.xz': new Uint8Array([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0]),
      'c.tar.bz2': 'BZh9',
      'd.zip': 'Rar!\u001a\u0007',
      'e.zip': '<html>',
      'f.tar': 'none',
      'g.zip': '',
      'h.csv.gz': gzip(toBytes('a,b\n')),
      'i.tar.gz': 'none',
      'j.iso': 'none',
    });
    expect(skipped).toEqual({
      'a.7z': 'archive-unsupported',
      'b.tar.xz': 'archive-unsupported',
      'c.tar.bz2': 'archive-unsupported',
      'd.zip': 'archive-unsupported',
      'e.zip': 'archive-broken',
      'f.tar': 'archive-broken',
      'g.zip': 'file-empty',
      'h.csv.gz': 'archive-unsupported',
      'i.tar.gz': 'archive-broken',
      'j.iso': 'archive-unsupported',
    });
    expect(listing.skipped[3]?.reason.message).toBe('d.zip is a RAR file, which this page cannot unpack.');
  });

  it('takes an archive by what it is, whatever its ending says', async () => {
    const tar = writeTar([{ path: 'cat/1.png', content: 'cat' }]);
    const { contents } = await list({ 'a.zip': tar, 'b.tar': gzip(tar), 'c.gz': gzip(tar), 'd.tar.gz': tar });
    expect(Object.keys(contents)).toEqual(['a/cat/1.png', 'b/cat/1.png', 'c/cat/1.png', 'd/cat/1.png']);
  });

  it('gives what a cut tar.gz still holds, and says that it is cut', async () => {
    // Noise does not shrink, so that half the packed bytes are half the files.
    const noise = Uint8Array.from({ length: 60_000 }, (_, i) => (Math.imul(i + 1, 2_654_435_761) >>> 13) & 255);
    const packed = gzip(writeTar([0, 1, 2, 3].map((i) => ({ path: `${String(i)}.png`, content: noise }))));
    const { listing, skipped } = await list({ 'pets.tgz': packed.slice(0, packed.length * 0.6) });
    expect(listing.entries.map(({ path }) => path)).toEqual(['pets/0.png', 'pets/1.png']);
    expect(skipped).toEqual({ 'pets.tgz': 'archive-cut' });

    const padded = await list({ 'pets.tgz': join(packed, new Uint8Array(1000)) });
    expect(padded.listing.entries).toHaveLength(4);
    expect(padded.skipped).toEqual({});
  });

  it('unpacks no bomb, packed once or twice, and keeps nothing of it', async () => {
    const zeros = new Uint8Array(21_000_000);
    const { skipped, kept, scratch } = await list({
      'bomb.tar.gz': gzip(join(writeTar([{ path: 'a.png', content: 'a' }]).slice(0, 1024), zeros)),
      'bomb.zip': writeZip([{ path: 'inner.zip', content: zeros }]),
    });
    expect(skipped).toEqual({ 'bomb.tar.gz': 'archive-bomb', 'bomb/inner.zip': 'entry-bomb' });
    expect(kept).toEqual([]);
    expect(await scratch.room()).toBe(await new MemoryScratch().room());
  });

  it('says how much room is needed and how much there is before it unpacks', async () => {
    const inner = zipOf({ '1.png': 'x'.repeat(100) });
    const { skipped, kept, listing } = await list(
      { 'outer.zip': writeZip([{ path: 'inner.zip', content: inner }]) },
      { room: 50 },
    );
    expect(skipped).toEqual({ 'outer/inner.zip': 'archive-no-room' });
    expect(listing.skipped[0]?.reason.message).toBe(
      'To unpack inner.zip the browser needs 1 kB, and it has 1 kB left for this page.',
    );
    expect(kept).toEqual([]);
  });

  it('looks into archives as deep as its limit, and no deeper', async () => {
    let archive = zipOf({ 'end.png': 'x' });
    for (let depth = 1; depth <= maxDepth; depth += 1) archive = zipOf({ [`${String(depth)}.zip`]: archive }, { stored: true });
    const { skipped } = await list({ 'all.zip': archive });
    expect(Object.values(skipped)).toEqual(['archive-too-deep']);
  });

  it('takes the first of two files of one path, and so many files at most', async () => {
    const twice = writeZip([
      { path: 'a.png', content: 'first' },
      { path: './a.png', content: 'second' },
    ]);
    const { contents, skipped } = await list({ 'pets.zip': twice });
    expect(contents).toEqual({ 'pets/a.png': 'first' });
    expect(skipped).toEqual({ 'pets/a.png': 'entry-repeated' });

    const one = new File([], 'one');
    const many = Array.from({ length: maxFiles + 10 }, (_, i) => ({ path: String(i), file: one }));
    const { listing } = await listImport('many', many, {
      scratch: () => Promise.resolve(new MemoryScratch()),
      keep: () => undefined,
      onProgress: () => undefined,
      signal: never,
      now: () => 0,
    });
    expect(listing.entries).toHaveLength(maxFiles);
    expect(codesOf(listing.skipped)).toEqual({ [String(maxFiles)]: 'archive-too-many-files' });
  });

  it('keeps archives of one name, and of the name of a folder beside them, apart', async () => {
    const { contents, skipped } = await list({
      'pets/cat.png': 'loose',
      'pets.zip': zipOf({ 'cat.png': 'in zip' }),
      'pets.tar': writeTar([{ path: 'cat.png', content: 'in tar' }]),
    });
    expect(contents).toEqual({ 'pets.tar/cat.png': 'in tar', 'pets.zip/cat.png': 'in zip', 'pets/cat.png': 'loose' });
    expect(skipped).toEqual({});
  });

  it('stops when it is cancelled while it unpacks', async () => {
    const abort = new AbortController();
    const inner = zipOf({ '1.png': 'x'.repeat(100) });
    const work = list(
      { 'outer.zip': writeZip([{ path: 'inner.zip', content: inner }]) },
      { signal: abort.signal, onProgress: ({ stage }) => stage === 'unpacking' && abort.abort() },
    );
    await expect(work).rejects.toMatchObject({ code: 'cancelled' });
  });
});
