import { describe, expect, it } from 'vitest';
import { entryPath, shownPath } from './entry-path';
import { maxHeaders } from './limits';
import { readTar } from './read-tar';
import { salvageZip } from './salvage-zip';
import { ignore, never } from './testing/read-all';
import { paxEntry, writeTar } from './testing/write-archives';

/** A blob of headers without end, none of which is a file that comes in; only what is asked for is made. */
function endless(header: Uint8Array<ArrayBuffer>): Blob {
  const blob = new Blob();
  const many = new Uint8Array(1 << 20);
  for (let at = 0; at + header.length <= many.length; at += header.length) many.set(header, at);
  Object.defineProperty(blob, 'size', { value: 1e12 });
  Object.defineProperty(blob, 'slice', {
    value: (from: number, to: number) => {
      const start = from % header.length;
      return { arrayBuffer: () => Promise.resolve(many.slice(start, start + to - from).buffer) };
    },
  });
  return blob;
}

describe('an archive of nothing but headers', () => {
  it('is read to a number of them, as a ZIP without its list', async () => {
    const header = new Uint8Array(32);
    const view = new DataView(header.buffer);
    view.setUint32(0, 0x04034b50, true);
    view.setUint16(26, 2, true);
    header.set([0x61, 0x2f], 30);
    await expect(salvageZip('pets.zip', endless(header), ignore, never)).rejects.toMatchObject({ code: 'archive-broken' });
  });

  it('is read to a number of them, as a tar', async () => {
    const folder = writeTar([{ path: 'a/', type: '5' }]).slice(0, 512);
    const findings = await readTar('pets.tar', endless(folder), ignore, never);
    expect(findings).toMatchObject([{ skipped: { reason: { code: 'archive-cut' } } }]);
    expect(maxHeaders).toBeGreaterThan(100_000);
  });
});

describe('a name of a million characters', () => {
  it('is refused by its length and shown by its start', async () => {
    const long = `${'\u0001'.repeat(500_000)}${'x'.repeat(500_000)}`;
    expect(entryPath(long)).toBeNull();
    expect(shownPath(long)).toBe(`${'�'.repeat(200)}…`);
    expect(shownPath('😀'.repeat(300))).toBe(`${'😀'.repeat(200)}…`);
    const tar = new Blob([writeTar([paxEntry({ path: long }), { path: 'short', content: 'x' }])]);
    expect(await readTar('pets.tar', tar, ignore, never)).toMatchObject([{ skipped: { reason: { code: 'entry-path' } } }]);
  });
});
