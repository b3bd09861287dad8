import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HeadstartError } from '../../domain/errors';
import { readTar } from './read-tar';
import { contentsOf, ignore, never, refusalsOf } from './testing/read-all';
import { join, paxEntry, toBytes, writeTar } from './testing/write-archives';

const read = (bytes: Uint8Array<ArrayBuffer>) => readTar('pets.tar', new Blob([bytes]), ignore, never);

describe('readTar', () => {
  it('lists files of any length, folders left out', async () => {
    const long = 'x'.repeat(300_000);
    const findings = await read(
      writeTar([
        { path: 'cat/', type: '5' },
        { path: 'cat/a.png', content: 'aaa' },
        { path: 'cat/exact.png', content: 'e'.repeat(512) },
        { path: 'cat/long.png', content: long },
        { path: 'dog/empty.png' },
      ]),
    );
    expect(await contentsOf(findings)).toEqual({
      'cat/a.png': 'aaa',
      'cat/exact.png': 'e'.repeat(512),
      'cat/long.png': long,
      'dog/empty.png': '',
    });
  });

  it('knows the long names of pax and of GNU, and a size that only pax says', async () => {
    const long = `${'folder/'.repeat(30)}котка 🐈.png`;
    const findings = await read(
      writeTar([
        paxEntry({ path: long, mtime: '1.5', size: '4' }),
        { path: 'short.png', content: 'pax!' },
        { path: '././@LongLink', type: 'L', content: `${long}.2\0` },
        { path: 'short.png', content: 'gnu' },
        paxEntry({ comment: 'for all' }),
        { path: 'plain.png', content: 'plain' },
      ]),
    );
    expect(await contentsOf(findings)).toEqual({ [long]: 'pax!', [`${long}.2`]: 'gnu', 'plain.png': 'plain' });
  });

  it('refuses links, devices, sparse files and paths that climb out, and takes the others', async () => {
    const findings = await read(
      writeTar([
        { path: 'hard.png', type: '1', linkName: '/etc/passwd', bytes: 5000 },
        { path: 'soft.png', type: '2', linkName: '../../x' },
        { path: 'null', type: '3' },
        { path: 'pipe', type: '6' },
        { path: '../up.png', content: 'x' },
        { path: 'sparse.png', type: 'S', content: 'x' },
        { path: 'cat/fine.png', content: 'fine' },
      ]),
    );
    expect(refusalsOf(findings)).toEqual({
      'hard.png': 'entry-link',
      'soft.png': 'entry-link',
      null: 'entry-link',
      pipe: 'entry-link',
      '../up.png': 'entry-path',
      'sparse.png': 'entry-method',
    });
    expect(await contentsOf(findings)).toEqual({ 'cat/fine.png': 'fine' });
  });

  it('reads a cut or damaged archive up to there, and says so', async () => {
    const whole = writeTar([
      { path: 'a.png', content: 'a'.repeat(600) },
      { path: 'b.png', content: 'b'.repeat(600) },
    ]);
    for (const bytes of [
      whole.slice(0, 1536 + 700),
      whole.slice(0, 1536 + 100),
      join(whole.slice(0, 1536), toBytes('z'.repeat(2048))),
    ]) {
      const findings = await read(bytes);
      expect(Object.keys(await contentsOf(findings))).toEqual(['a.png']);
      expect(refusalsOf(findings)).toEqual({ '': 'archive-cut' });
    }
    const findings = await read(
      writeTar([
        { path: 'a.png', content: 'a' },
        { path: 'liar.png', content: 'b', bytes: 1_000_000_000 },
      ]),
    );
    expect(refusalsOf(findings)).toEqual({ '': 'archive-cut' });
  });

  it('says archive-broken for what is no tar', async () => {
    await expect(read(toBytes('no tar at all'))).rejects.toMatchObject({ code: 'archive-broken' });
  });

  it('ends on damaged archives with members or an error that has a code', async () => {
    const whole = writeTar([
      paxEntry({ path: 'a long name.png' }),
      { path: 'a.png', content: 'aaa' },
      { path: '././@LongLink', type: 'L', content: 'another name\0' },
      { path: 'b.png', content: 'bbb' },
    ]);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 8 }),
        fc.nat(whole.length),
        async (changes, length) => {
          const bytes = whole.slice();
          for (const [at, value] of changes) bytes[at] = value;
          try {
            await contentsOf(await read(bytes.slice(0, length)));
          } catch (thrown) {
            if (!(thrown instanceof HeadstartError)) throw thrown;
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
