import { describe, expect, it } from 'vitest';
import { ImportDesk } from './import-desk';
import { maxTextBytes } from './limits';
import { MemoryScratch } from './scratch';
import { ignore, never, textOf } from './testing/read-all';
import { gzip, toBytes, writeTar, writeZip } from './testing/write-archives';

const fullRoom = 1_000_000;

function createDesk() {
  const scratch = new MemoryScratch(fullRoom);
  return { scratch, desk: new ImportDesk(() => Promise.resolve(scratch)) };
}

const packed = gzip(writeTar([{ path: 'cat/1.png', content: 'cat' }]));
const file = (name: string, content: Uint8Array<ArrayBuffer> | string) => new File([toBytes(content)], name);

describe('ImportDesk', () => {
  it('opens what was given in parts, and knows where the bytes of each file are', async () => {
    const { desk } = createDesk();
    desk.stage('one', [{ path: 'cat/1.png', file: file('1.png', 'cat') }]);
    desk.stage('one', [{ path: 'dog.zip', file: file('dog.zip', writeZip([{ path: '1.png', content: 'dog' }])) }]);
    const { entries } = await desk.open('one', ignore, never);
    expect(entries.map(({ path }) => path)).toEqual(['cat/1.png', 'dog/1.png']);
    const source = desk.bytesOf('one', 'dog/1.png');
    expect(source === null ? null : await textOf(source)).toBe('dog');
    expect(desk.bytesOf('one', 'dog/2.png')).toBeNull();
    expect(desk.bytesOf('other', 'dog/1.png')).toBeNull();
  });

  it('gives the room of what was unpacked back when it is closed and no sample is left', async () => {
    const { desk, scratch } = createDesk();
    desk.stage('one', [{ path: 'pets.tgz', file: file('pets.tgz', packed) }]);
    await desk.open('one', ignore, never);
    expect(await scratch.room()).toBeLessThan(fullRoom);
    desk.hold('one');
    await desk.close('one');
    expect(desk.isOpen('one')).toBe(false);
    expect(await scratch.room()).toBeLessThan(fullRoom);
    await desk.release('one');
    expect(await scratch.room()).toBe(fullRoom);
    await desk.close('one');
  });

  it('gives it back at once when nothing was taken, and when the opening is cancelled', async () => {
    const { desk, scratch } = createDesk();
    desk.stage('one', [{ path: 'pets.tgz', file: file('pets.tgz', packed) }]);
    await desk.open('one', ignore, never);
    await desk.close('one');
    expect(await scratch.room()).toBe(fullRoom);

    const abort = new AbortController();
    desk.stage('two', [
      { path: 'a.tgz', file: file('a.tgz', packed) },
      { path: 'b.zip', file: file('b.zip', writeZip([{ path: '1.png', content: 'x' }])) },
    ]);
    const work = desk.open(
      'two',
      ({ archive }) => {
        if (archive === 'b.zip') abort.abort();
      },
      abort.signal,
    );
    await expect(work).rejects.toMatchObject({ code: 'cancelled' });
    expect(await scratch.room()).toBe(fullRoom);
    await expect(desk.open('two', ignore, never)).rejects.toMatchObject({ code: 'import-closed' });
  });

  it('gives the bytes of a text, loose or packed, and refuses one that is too large', async () => {
    const { desk } = createDesk();
    const huge = file('huge.csv', '');
    Object.defineProperty(huge, 'size', { value: maxTextBytes + 1 });
    desk.stage('one', [
      { path: 'loose.csv', file: file('loose.csv', 'a,b\n') },
      { path: 'x.zip', file: file('x.zip', writeZip([{ path: 'rows.jsonl', content: '{"a":1}\n'.repeat(500) }])) },
      { path: 'huge.csv', file: huge },
    ]);
    await desk.open('one', ignore, never);
    const text = async (path: string) => new TextDecoder().decode(await desk.readText('one', path));
    expect(await text('loose.csv')).toBe('a,b\n');
    expect(await text('x/rows.jsonl')).toBe('{"a":1}\n'.repeat(500));
    await expect(text('huge.csv')).rejects.toMatchObject({ code: 'text-too-large' });
    await desk.close('one');
    await expect(text('loose.csv')).rejects.toMatchObject({ code: 'import-closed' });
  });
});
