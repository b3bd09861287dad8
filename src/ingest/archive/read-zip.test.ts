import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HeadstartError } from '../../domain/errors';
import { readBytes } from './picture-bytes';
import { readZip } from './read-zip';
import { contentsOf, ignore, never, refusalsOf, textOf } from './testing/read-all';
import { join, toBytes, writeZip, type ZipEntry } from './testing/write-archives';

const read = (bytes: Uint8Array<ArrayBuffer>) => readZip('pets.zip', new Blob([bytes]), ignore, never);
const readEntries = (...entries: readonly ZipEntry[]) => read(writeZip(entries));

const fine: ZipEntry = { path: 'cat/fine.png', content: 'a fine picture' };

describe('readZip', () => {
  it('says archive-locked where the list of files is encrypted, as PKWARE’s tools can', async () => {
    const bytes = writeZip([fine]);
    // An archive extra data record stands where the list begins.
    const list = new DataView(bytes.buffer).getUint32(bytes.length - 6, true);
    new DataView(bytes.buffer).setUint32(list, 0x08064b50, true);
    await expect(read(bytes)).rejects.toMatchObject({ code: 'archive-locked' });
  });

  it('lists files, folders left out, and gives their bytes, stored and deflated, with Zip64 fields too', async () => {
    const findings = await readEntries(
      { path: 'cat/' },
      { path: 'cat/a.png', content: 'aaaa'.repeat(100_000) },
      { path: 'cat/b.png', content: 'bbb', stored: true },
      { path: 'dog/c.png', content: 'ccc', zip64: true },
      { path: 'dog/empty.png', content: '', stored: true },
    );
    expect(await contentsOf(findings)).toEqual({
      'cat/a.png': 'aaaa'.repeat(100_000),
      'cat/b.png': 'bbb',
      'dog/c.png': 'ccc',
      'dog/empty.png': '',
    });
    expect(refusalsOf(findings)).toEqual({});
  });

  it('reads what has other bytes before it or after it, as self-extracting archives and bad downloads do', async () => {
    const archive = join(toBytes('#!/bin/sh\nexit\n'), writeZip([fine]), toBytes('\n\ntrailing'));
    expect(await contentsOf(await read(archive))).toEqual({ 'cat/fine.png': 'a fine picture' });
  });

  it('refuses paths that climb out, name a drive, hold controls or are overlong, and takes the others', async () => {
    const findings = await readEntries(
      { path: '../../etc/passwd', content: 'x' },
      { path: 'cat/../../up.png', content: 'x' },
      { path: 'C:\\Windows\\x.png', content: 'x' },
      { path: 'cat/nul\0.png', content: 'x' },
      { path: `cat/${'long'.repeat(100)}.png`, content: 'x' },
      { path: '/absolute/cat.png', content: 'taken' },
      { path: 'dog\\windows.png', content: 'taken' },
      { path: './cat//dotted.png', content: 'taken' },
      { path: 'cat/…‮gnp.exe', content: 'taken' },
    );
    expect(Object.values(refusalsOf(findings))).toEqual(Array.from({ length: 5 }, () => 'entry-path'));
    expect(Object.keys(await contentsOf(findings))).toEqual([
      'absolute/cat.png',
      'dog/windows.png',
      'cat/dotted.png',
      'cat/…‮gnp.exe',
    ]);
  });

  it('names what is encrypted, linked, packed by an unknown method or a bomb, and takes the others', async () => {
    const findings = await readEntries(
      fine,
      { path: 'locked.png', content: 'x', flags: 1 },
      { path: 'link.png', content: '/etc/passwd', mode: 0o120777 },
      { path: 'lzma.png', content: 'x', method: 14 },
      { path: 'bomb.png', content: 'x', bytes: 4_000_000_000 },
      { path: 'beyond.png', content: 'x', packedBytes: 1_000_000 },
      { path: 'odd.png', content: 'xyz', stored: true, bytes: 2 },
    );
    expect(refusalsOf(findings)).toEqual({
      'locked.png': 'entry-locked',
      'link.png': 'entry-link',
      'lzma.png': 'entry-method',
      'bomb.png': 'entry-bomb',
      'beyond.png': 'entry-broken',
      'odd.png': 'entry-broken',
    });
    expect(Object.keys(await contentsOf(findings))).toEqual(['cat/fine.png']);
  });

  it('takes one of many files that share their bytes', async () => {
    const copies = Array.from({ length: 50 }, (_, i): ZipEntry => ({ path: `copy ${i}.png`, content: 'kernel', sameBytesAs: 0 }));
    const findings = await readEntries({ path: 'first.png', content: 'kernel' }, ...copies);
    expect(await contentsOf(findings)).toEqual({ 'first.png': 'kernel' });
    expect(new Set(Object.values(refusalsOf(findings)))).toEqual(new Set(['entry-overlaps']));
    expect(Object.keys(refusalsOf(findings))).toHaveLength(50);
  });

  it('reads a cut archive as far as it goes, and says that it is cut', async () => {
    const whole = writeZip(Array.from({ length: 10 }, (_, i) => ({ path: `${i}.png`, content: `picture ${i}`, stored: true })));
    const findings = await read(whole.slice(0, 230));
    expect(await contentsOf(findings)).toEqual({
      '0.png': 'picture 0',
      '1.png': 'picture 1',
      '2.png': 'picture 2',
      '3.png': 'picture 3',
      '4.png': 'picture 4',
    });
    expect(refusalsOf(findings)).toEqual({ '': 'archive-cut' });
  });

  it('says archive-broken for what is no archive or is cut before its first file ends', async () => {
    for (const bytes of [toBytes('<html>Not found</html>'), new Uint8Array(4000), writeZip([fine]).slice(0, 40)])
      await expect(read(bytes)).rejects.toMatchObject({ code: 'archive-broken' });
  });

  it('stops when it is cancelled', async () => {
    const abort = new AbortController();
    const archive = new Blob([writeZip(Array.from({ length: 100 }, (_, i) => ({ path: `${i}.png`, content: 'x' })))]);
    const work = readZip(
      'pets.zip',
      archive,
      () => {
        abort.abort();
      },
      abort.signal,
    );
    await expect(work).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('ends on damaged archives with members or an error that has a code', async () => {
    const whole = writeZip([
      fine,
      { path: 'b.png', content: 'bb', stored: true },
      { path: 'c/d.png', content: 'ddd', zip64: true },
    ]);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 12 }),
        fc.nat(whole.length),
        async (changes, length) => {
          const bytes = whole.slice();
          for (const [at, value] of changes) bytes[at] = value;
          try {
            for (const finding of await read(bytes.slice(0, length)))
              if ('member' in finding) await textOf(finding.member.source).catch(requireCode);
          } catch (thrown) {
            requireCode(thrown);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

function requireCode(thrown: unknown): string {
  if (!(thrown instanceof HeadstartError)) throw thrown;
  return thrown.code;
}

describe('the bytes of a member', () => {
  const memberOf = async (entry: ZipEntry) => {
    const [finding] = await readEntries(entry);
    if (finding === undefined || !('member' in finding)) throw new Error('no member');
    return finding.member.source;
  };

  it('are refused when they are damaged, more or fewer than the list says', async () => {
    const broken: readonly ZipEntry[] = [
      { path: 'sum.png', content: 'abc', crc32: 1 },
      { path: 'stored.png', content: 'abc', stored: true, crc32: 1 },
      { path: 'more.png', content: 'a'.repeat(5000), bytes: 10 },
      { path: 'fewer.png', content: 'abc', bytes: 5000 },
      { path: 'noise.png', content: 'abc', packed: toBytes('this is no deflate stream at all') },
      { path: 'cut.png', content: 'abc'.repeat(50), packed: new Uint8Array([0x4b, 0x4c]) },
    ];
    for (const entry of broken) {
      const source = await memberOf(entry);
      await expect(textOf(source), entry.path).rejects.toMatchObject({ code: 'entry-broken' });
    }
  });

  it('are unpacked no further than the list says', async () => {
    const zeros = new Uint8Array(20_000_000);
    const source = await memberOf({ path: 'more.png', content: zeros, bytes: 1000, crc32: 0 });
    let taken = 0;
    const work = readBytes(source, 16, (start) => {
      taken = start.length;
    });
    await expect(work).rejects.toMatchObject({ code: 'entry-broken' });
    expect(taken).toBe(0);
  });

  it('are not read on when their beginning is refused', async () => {
    const source = await memberOf({ path: 'film.mov', content: 'film '.repeat(1_000_000) });
    const work = readBytes(source, 16, (start) => {
      throw new HeadstartError('not-a-picture', {}, { cause: start.length });
    });
    await expect(work).rejects.toMatchObject({ code: 'not-a-picture', cause: 16 });
  });

  it('say file-unreadable when the archive cannot be read any more', async () => {
    const source = await memberOf(fine);
    if (source instanceof Blob) throw new Error('no member');
    const gone = new Blob(['x']);
    Object.defineProperty(gone, 'slice', {
      value: () => ({ arrayBuffer: () => Promise.reject(new DOMException('gone', 'NotReadableError')) }),
    });
    await expect(textOf({ ...source, archive: gone })).rejects.toMatchObject({ code: 'file-unreadable' });
  });
});
