import { beforeEach, describe, expect, it } from 'vitest';
import { HubPart, type PartSubject } from './hub-part';
import { MemoryFolder } from './testing/memory-folder';

const subject: PartSubject = {
  url: 'https://hub.example/a',
  etag: '"1"',
  lastModified: 'Sun, 01 Jan 2023 00:00:00 GMT',
  totalBytes: 1000,
  header: Uint8Array.of(7, 8, 9),
  ranges: [
    { begin: 100, end: 130 },
    { begin: 500, end: 530 },
  ],
};
const values = Uint8Array.from({ length: 60 }, (_, at) => at + 1);

let disk: MemoryFolder;
let locked: boolean;
beforeEach(() => {
  disk = new MemoryFolder();
  locked = false;
});

const createPart = () =>
  new HubPart({
    openFolder: () => Promise.resolve(disk),
    lock: () => {
      if (locked) return Promise.resolve(null);
      locked = true;
      return Promise.resolve(() => {
        locked = false;
      });
    },
  });

/** Three pieces of ten bytes each are on the disk. */
async function keepThree(): Promise<void> {
  const part = createPart();
  expect(await part.open()).toBeNull();
  await part.begin(subject);
  for (const at of [0, 10, 20]) await part.append(values.subarray(at, at + 10));
  part.close();
}

async function readAll(): Promise<readonly number[]> {
  const part = createPart();
  const open = await part.open();
  part.close();
  return [...(open?.values.subarray(0, open.received) ?? [])];
}

const firstBytes = (count: number) => [...values.subarray(0, count)];

describe('HubPart', () => {
  it('gives a later visit what came, and of which file', async () => {
    await keepThree();
    const part = createPart();
    expect(await part.state()).toEqual({ url: subject.url, received: 30, wanted: 60 });
    const open = await part.open();
    expect(open).toMatchObject({ subject, received: 30 });
    await part.append(values.subarray(30));
    await expect(part.append(Uint8Array.of(1))).rejects.toThrow(RangeError);
    part.close();
    expect(await readAll()).toEqual(firstBytes(60));
  });

  it.each([
    ['cut short', (file: Uint8Array) => file.slice(0, -1)],
    ['altered', (file: Uint8Array) => file.map((byte, at) => (at === 3 ? byte ^ 1 : byte))],
    ['empty', () => new Uint8Array(0)],
  ])('believes what came before a piece that is %s, and has the rest fetched again', async (_, harm) => {
    await keepThree();
    const second = 'piece-000000000010';
    disk.files.set(second, harm(disk.files.get(second) ?? new Uint8Array(0)));
    const part = createPart();
    expect((await part.open())?.received).toBe(10);
    // Nothing after it is left to be taken for what comes next.
    expect([...disk.files.keys()]).toEqual(['subject', 'piece-000000000000']);
    await part.append(values.subarray(10, 40));
    part.close();
    expect(await readAll()).toEqual(firstBytes(40));
  });

  it('is begun anew where it is not known any more of which file it is', async () => {
    for (const harm of [new Uint8Array(3), null]) {
      await keepThree();
      if (harm === null) disk.files.delete('subject');
      else disk.files.set('subject', harm);
      const part = createPart();
      expect(await part.state()).toBeNull();
      expect(await part.open()).toBeNull();
      await part.begin({ ...subject, etag: '"2"' });
      part.close();
      expect(await readAll()).toEqual([]);
      await createPart().discard();
      expect(disk.files.size).toBe(0);
    }
  });

  it('never mixes two files, whatever write or removal fails while it is begun anew', async () => {
    for (let at = 1; at <= 7; at += 1) {
      await keepThree();
      let left = at;
      const fail = <A extends unknown[]>(work: (...args: A) => Promise<void>) =>
        (async (...args: A) => {
          left -= 1;
          if (left <= 0) throw new DOMException('ended', 'AbortError');
          await work(...args);
        }) as typeof work;
      const faulty = Object.assign(new MemoryFolder(), { files: disk.files });
      faulty.write = fail(faulty.write.bind(faulty));
      faulty.remove = fail(faulty.remove.bind(faulty));
      const part = new HubPart({ openFolder: () => Promise.resolve(faulty), lock: () => Promise.resolve(() => undefined) });
      await part.open();
      const other = values.map((value) => value + 100);
      await part.begin({ ...subject, etag: '"2"' });
      await part.append(other.subarray(0, 10));
      // This visit has it all the same.
      expect((await part.append(other.subarray(10))).values).toEqual(other);
      const later = createPart();
      const open = await later.open();
      later.close();
      const found = open?.values.subarray(0, open.received) ?? new Uint8Array(0);
      expect([...found]).toEqual([...(open?.subject.etag === '"2"' ? other : values).subarray(0, found.length)]);
      await createPart().discard();
    }
  });

  it('leaves another tab its own, and holds in memory what it fetches meanwhile', async () => {
    await keepThree();
    const [mine, theirs] = [createPart(), createPart()];
    await theirs.open();
    expect(await mine.open()).toBeNull();
    await mine.begin({ ...subject, etag: '"2"' });
    await mine.append(values.subarray(0, 5));
    mine.close();
    expect((await mine.open())?.received).toBe(5);
    await createPart().discard();
    await theirs.append(values.subarray(30, 40));
    theirs.close();
    expect(await readAll()).toEqual(firstBytes(40));
    await mine.drop();
    expect(await mine.state()).toEqual({ url: subject.url, received: 40, wanted: 60 });
  });

  it('says nothing where storage is refused, and takes no part that is larger than any could be', async () => {
    disk.refusal = new DOMException('no', 'SecurityError');
    const part = createPart();
    expect(await part.state()).toBeNull();
    await part.begin(subject);
    expect((await part.append(values)).received).toBe(60);
    await expect(part.begin({ ...subject, ranges: [{ begin: 0, end: 2 ** 40 }] })).rejects.toThrow(RangeError);
  });
});
