import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { featureCount } from '../domain/vgg16';
import { FeatureCache, type FeatureRecord } from './feature-cache';
import { packFeatures, type PackedFeatures } from './packed-features';
import { createMemoryEnvironment, MemoryFolder } from './testing/memory-folder';

/** Some 3,200 bytes on disk, and different for each number. */
function createFeatures(number: number): PackedFeatures {
  const features = new Float32Array(featureCount);
  features.set([number + 1, 0.5, 3], number * 7);
  return packFeatures(features, 'float16');
}

const keyOf = (number: number) => number.toString(16).padStart(32, '0');
/** Six bytes of values, and two up to a multiple of four. */
const recordBytes = 32 + 8 + 3136 + 8;
const unusedBytes = 2;

function recordsOf(...numbers: readonly number[]): FeatureRecord[] {
  return numbers.map((number) => ({ key: keyOf(number), features: createFeatures(number) }));
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at);

/** Which of the numbers are kept; each as it was written. */
async function keptOf(cache: FeatureCache, numbers: readonly number[]): Promise<number[]> {
  const found = await cache.read(numbers.map(keyOf));
  return numbers.filter((number) => {
    const features = found.get(keyOf(number));
    if (features !== undefined) expect(features).toEqual(createFeatures(number));
    return features !== undefined;
  });
}

/** A disk, and caches on it that share one lock; segments of four records. */
function createDisk() {
  const folder = new MemoryFolder();
  const clock = { now: 1e12 };
  const environment = createMemoryEnvironment(folder, { now: () => clock.now, segmentBytes: 12 + 4 * recordBytes });
  return { folder, clock, environment, open: () => new FeatureCache(environment) };
}

function change(folder: MemoryFolder, name: string, by: (bytes: Uint8Array) => Uint8Array): void {
  const bytes = folder.files.get(name);
  if (bytes === undefined) throw new Error(`${name} is not there`);
  folder.files.set(name, by(bytes.slice()));
}

const segmentNames = ({ files }: MemoryFolder) => [...files.keys()].filter((name) => name.startsWith('segment')).sort();

describe('the feature cache', () => {
  it('gives back on the next visit what was written, from a few files', async () => {
    const { folder, open } = createDisk();
    const first = open();
    await first.write(recordsOf(...range(0, 6)));
    await first.write(recordsOf(...range(6, 10)));
    expect(await keptOf(first, range(0, 12))).toEqual(range(0, 10));
    expect(segmentNames(folder)).toEqual(['segment-000001', 'segment-000002', 'segment-000003']);

    const later = open();
    expect(later.has(keyOf(1))).toBe(false); // not opened yet
    expect(await keptOf(later, range(0, 12))).toEqual(range(0, 10));
    expect(later.has(keyOf(1))).toBe(true);
    const bytes = [...folder.files].reduce((sum, [name, file]) => sum + (name === 'index' ? 0 : file.length), 0);
    expect(await later.report()).toEqual({ pictures: 10, bytes, budget: 1e9, automaticBudget: 1e9, problem: null });
    // The index said where: the segments were not read through.
    expect(folder.calls.filter((call) => call.startsWith('read segment'))).toHaveLength(6);
  });

  it('writes nothing twice', async () => {
    const { folder, open } = createDisk();
    const cache = open();
    await cache.write(recordsOf(1, 2));
    const before = new Map(folder.files);
    await cache.write(recordsOf(2, 1));
    await open().write(recordsOf(1));
    expect(folder.files).toEqual(before);
  });

  it('finds everything without an index, and with one that is torn, altered or behind', async () => {
    for (const harm of [
      (folder: MemoryFolder) => {
        folder.files.delete('index');
      },
      (folder: MemoryFolder) => {
        change(folder, 'index', (bytes) => bytes.subarray(0, bytes.length - 7));
      },
      (folder: MemoryFolder) => {
        change(folder, 'index', (bytes) => bytes.fill(0xaa, 20, 24));
      },
      (folder: MemoryFolder, before: Uint8Array) => {
        folder.files.set('index', before);
      },
    ]) {
      const { folder, open } = createDisk();
      const cache = open();
      await cache.write(recordsOf(...range(0, 2)));
      const before = folder.files.get('index') ?? new Uint8Array(0);
      await cache.write(recordsOf(...range(2, 7)));
      harm(folder, before);
      const later = open();
      expect(await keptOf(later, range(0, 9))).toEqual(range(0, 7));
      await later.write(recordsOf(7));
      expect(await keptOf(open(), range(0, 9))).toEqual(range(0, 8));
    }
  });

  it('does without the record at a torn end, writes over it, and keeps all others', async () => {
    for (const left of [1, 31, 33, recordBytes - 1]) {
      const { folder, open } = createDisk();
      await open().write(recordsOf(0, 1, 2));
      change(folder, 'segment-000001', (bytes) => bytes.subarray(0, 12 + 2 * recordBytes + left));
      const cache = open();
      expect(await keptOf(cache, range(0, 3))).toEqual([0, 1]);
      await cache.write(recordsOf(2, 3));
      expect(folder.files.get('segment-000001')).toHaveLength(12 + 4 * recordBytes);
      expect(await keptOf(open(), range(0, 4))).toEqual([0, 1, 2, 3]);
    }
  });

  it('never gives altered features: what was flipped is not found, and kept anew once it was computed again', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 255 }), fc.boolean(), async (place, flip, withIndex) => {
        const { folder, open } = createDisk();
        await open().write(recordsOf(0, 1, 2));
        const at = 12 + (place % (3 * recordBytes));
        if ((at - 12) % recordBytes >= recordBytes - unusedBytes) return;
        change(folder, 'segment-000001', (bytes) => {
          bytes[at] = (bytes[at] ?? 0) ^ flip;
          return bytes;
        });
        if (!withIndex) folder.files.delete('index');
        const hit = Math.floor((at - 12) / recordBytes);
        const cache = open();
        expect(await keptOf(cache, [0, 1, 2])).toEqual([0, 1, 2].filter((number) => number !== hit));
        await cache.write(recordsOf(0, 1, 2));
        expect(await keptOf(open(), [0, 1, 2])).toEqual([0, 1, 2]);
      }),
      { numRuns: 50 },
    );
  });

  it('keeps anew what was harmed although index and record were harmed at once, or another tab’s index still names it', async () => {
    const { folder, open } = createDisk();
    const [here, there] = [open(), open()];
    await here.write(recordsOf(0, 1));
    await there.read([]);
    change(folder, 'segment-000001', (bytes) => bytes.fill(0xaa, 100, 104));
    change(folder, 'index', (bytes) => bytes.fill(0xaa, 20, 24));
    const late = open();
    expect(await keptOf(late, [0, 1])).toEqual([1]);
    await there.write(recordsOf(2)); // whose index names 0 where it is harmed
    await late.write(recordsOf(0));
    expect(await keptOf(open(), [0, 1, 2])).toEqual([0, 1, 2]);
  });

  it('does without a segment whose head is altered or that is gone, and does not keep what is left of it', async () => {
    const { folder, open } = createDisk();
    await open().write(recordsOf(...range(0, 10)));
    folder.files.delete('segment-000002');
    const cache = open();
    expect(await keptOf(cache, range(0, 10))).toEqual([0, 1, 2, 3, 8, 9]);
    folder.files.delete('index');
    change(folder, 'segment-000001', (bytes) => bytes.fill(0, 0, 4));
    const later = open();
    expect(await keptOf(later, range(0, 10))).toEqual([8, 9]);
    await later.write(recordsOf(0));
    expect(segmentNames(folder)).toEqual(['segment-000003']);
    expect(await keptOf(open(), range(0, 10))).toEqual([0, 8, 9]);
  });
});

describe('the budget of the feature cache', () => {
  it('makes room by what was not used for longest', async () => {
    const { folder, clock, open } = createDisk();
    const cache = open();
    await cache.setBudget(3 * (12 + 4 * recordBytes));
    await cache.write(recordsOf(...range(0, 4)));
    clock.now += 1e6;
    await cache.write(recordsOf(...range(4, 12)));
    clock.now += 1e6;
    await keptOf(cache, [1]); // used
    await cache.write(recordsOf(12));
    expect(await keptOf(cache, range(0, 13))).toEqual([0, 1, 2, 3, 8, 9, 10, 11, 12]);
    expect(segmentNames(folder)).not.toContain('segment-000002');
    // The use was noted for later visits too.
    const later = open();
    await later.setBudget(2 * (12 + 4 * recordBytes));
    expect(await keptOf(open(), range(0, 13))).toEqual([0, 1, 2, 3, 12]);
  });

  it('set lower frees the disk at once, and nothing is kept where it is 0', async () => {
    const { folder, open } = createDisk();
    const cache = open();
    await cache.write(recordsOf(...range(0, 10)));
    await cache.setBudget(0);
    expect(segmentNames(folder)).toEqual([]);
    await cache.write(recordsOf(1));
    expect(await cache.report()).toMatchObject({ pictures: 0, bytes: 0, budget: 0, problem: null });
    await cache.setBudget(null);
    await cache.write(recordsOf(1));
    expect(await cache.report()).toMatchObject({ pictures: 1, budget: 1e9 });
  });

  it('is never exceeded, whatever is written', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 12 }),
        fc.array(fc.array(fc.nat(30), { maxLength: 9 }), { maxLength: 6 }),
        async (records, batches) => {
          const { clock, open } = createDisk();
          const cache = open();
          const budget = 100 + records * recordBytes;
          await cache.setBudget(budget);
          for (const batch of batches) {
            clock.now += 1e6;
            await cache.write(recordsOf(...new Set(batch)));
            const { bytes, problem } = await cache.report();
            expect(bytes).toBeLessThanOrEqual(budget);
            expect(problem).toBeNull();
          }
          await keptOf(open(), range(0, 31));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('is a fifth of what the browser lets the site keep where nothing was chosen', async () => {
    const folder = new MemoryFolder();
    const cache = new FeatureCache(createMemoryEnvironment(folder, { quota: () => Promise.resolve(1e8) }));
    expect(await cache.report()).toMatchObject({ budget: 2e7, automaticBudget: 2e7 });
    const silent = new FeatureCache(createMemoryEnvironment(folder, { quota: () => Promise.reject(new Error('no')) }));
    expect(await silent.report()).toMatchObject({ budget: 1e9 });
  });
});

describe('the feature cache in two tabs', () => {
  it('keeps what both compute, and each then finds the other’s', async () => {
    const { open } = createDisk();
    const [here, there] = [open(), open()];
    await Promise.all([here.read([]), there.read([])]);
    await Promise.all(range(0, 10).map((number) => (number % 2 === 0 ? here : there).write(recordsOf(number))));
    await Promise.all([here.write(recordsOf(10)), there.write(recordsOf(11))]);
    expect(await keptOf(open(), range(0, 12))).toEqual(range(0, 12));
    await here.write(recordsOf(12));
    expect(await keptOf(here, range(0, 13))).toEqual(range(0, 13));
  });

  it('does without what the other tab evicted or dropped', async () => {
    const { folder, open } = createDisk();
    const [here, there] = [open(), open()];
    await here.write(recordsOf(...range(0, 6)));
    await there.read([]);
    await there.clear();
    expect(folder.files.size).toBe(0);
    expect(await keptOf(here, range(0, 6))).toEqual([]);
    await here.write(recordsOf(7));
    expect(await keptOf(open(), range(0, 8))).toEqual([7]);
  });
});

describe('the feature cache where storage fails', () => {
  it('says that nothing is kept where the browser refuses, and neither reading nor writing fails', async () => {
    const cache = new FeatureCache(
      createMemoryEnvironment(new MemoryFolder(), {
        openFolder: () => Promise.reject(new DOMException('no', 'SecurityError')),
      }),
    );
    await cache.write(recordsOf(1));
    expect(await keptOf(cache, [1])).toEqual([]);
    await cache.setBudget(5);
    await cache.clear();
    expect(await cache.report()).toMatchObject({ pictures: 0, problem: { code: 'features-not-kept' } });
  });

  it('says that the disk is full, leaves nothing half-written, and goes on once there is room', async () => {
    const { folder, open } = createDisk();
    const cache = open();
    await cache.write(recordsOf(0, 1));
    folder.room = [...folder.files.values()].reduce((sum, { length }) => sum + length, 0) + 100;
    await cache.write(recordsOf(2));
    expect(await cache.report()).toMatchObject({ pictures: 2, problem: { code: 'features-storage-full' } });
    expect(folder.files.get('segment-000001')).toHaveLength(12 + 2 * recordBytes);
    const calls = folder.calls.length;
    await cache.write(recordsOf(3));
    expect(folder.calls).toHaveLength(calls); // not tried again for every picture
    expect(await keptOf(cache, [0, 1, 2])).toEqual([0, 1]);
    folder.room = Infinity;
    await cache.setBudget(1e6);
    await cache.write(recordsOf(2));
    expect(await cache.report()).toMatchObject({ pictures: 3, problem: null });
    expect(await keptOf(open(), [0, 1, 2])).toEqual([0, 1, 2]);
  });

  it('says so where it cannot clear', async () => {
    const { folder, open } = createDisk();
    const cache = open();
    await cache.write(recordsOf(0));
    folder.refusal = new DOMException('in use', 'NoModificationAllowedError');
    await expect(cache.clear()).rejects.toMatchObject({ code: 'storage-refused' });
    folder.refusal = null;
    await cache.clear();
    expect(folder.files.size).toBe(0);
  });
});
