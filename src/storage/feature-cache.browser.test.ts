import { afterEach, describe, expect, it } from 'vitest';
import type { FeatureCacheReport } from '../domain/feature-cache';
import { featureCount } from '../domain/vgg16';
import { featureFolderName, type FeatureRecord } from './feature-cache';
import { packFeatures, type PackedFeatures } from './packed-features';
import type { CacheCall } from './testing/feature-cache.worker';
import { askWorker } from './testing/worker-tab';

const workers: Worker[] = [];

/** A tab: a cache in a worker of its own. */
function openTab() {
  const worker = new Worker(new URL('./testing/feature-cache.worker.ts', import.meta.url), { type: 'module' });
  workers.push(worker);
  const ask = askWorker<CacheCall>(worker);
  return {
    read: (numbers: readonly number[]) => ask<ReadonlyMap<string, PackedFeatures>>({ call: 'read', keys: numbers.map(keyOf) }),
    write: (numbers: readonly number[]) => ask<undefined>({ call: 'write', records: numbers.map(recordOf) }),
    report: () => ask<FeatureCacheReport>({ call: 'report' }),
    clear: () => ask<undefined>({ call: 'clear' }),
    close: () => {
      worker.terminate();
    },
  };
}

const keyOf = (number: number) => number.toString(16).padStart(32, '0');

/** Values of every size, most of them zero. */
function recordOf(number: number): FeatureRecord {
  const features = Float32Array.from({ length: featureCount }, (_, at) =>
    (at * 31 + number) % 7 === 0 ? Math.sin(at + number) : 0,
  );
  return { key: keyOf(number), features: packFeatures(features, 'float16') };
}

const range = (to: number) => Array.from({ length: to }, (_, at) => at);

async function numbersOf(tab: ReturnType<typeof openTab>, numbers: readonly number[]): Promise<number[]> {
  const found = await tab.read(numbers);
  for (const number of numbers) {
    const features = found.get(keyOf(number));
    if (features !== undefined) expect(features).toEqual(recordOf(number).features);
  }
  return numbers.filter((number) => found.has(keyOf(number)));
}

async function folderOf(): Promise<FileSystemDirectoryHandle> {
  return (await navigator.storage.getDirectory()).getDirectoryHandle(featureFolderName);
}

/** Changes a file on disk behind the cache's back. */
async function harm(name: string, by: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>): Promise<void> {
  const handle = await (await folderOf()).getFileHandle(name);
  const bytes = by(new Uint8Array(await (await handle.getFile()).arrayBuffer()));
  const writable = await handle.createWritable();
  await writable.write(bytes);
  await writable.close();
}

afterEach(async () => {
  await openTab().clear();
  for (const worker of workers.splice(0)) worker.terminate();
});

describe('the feature cache in a real browser', () => {
  it('keeps features from one visit to the next, in a few files', async () => {
    const first = openTab();
    await first.write(range(10));
    first.close();
    const later = openTab();
    expect(await numbersOf(later, range(12))).toEqual(range(10));
    expect(await later.report()).toMatchObject({ pictures: 10, problem: null });
    const names: string[] = [];
    for await (const name of (await folderOf()).keys()) names.push(name);
    expect(names.sort()).toEqual(['index', ...range(4).map((number) => `segment-00000${String(number + 1)}`)]);
  });

  it('does without what was cut or flipped on disk, and keeps it anew', async () => {
    await openTab().write(range(6));
    await harm('segment-000002', (bytes) => bytes.subarray(0, bytes.length - 5));
    await harm('segment-000001', (bytes) => bytes.fill((bytes[6000] ?? 0) ^ 1, 6000, 6001));
    await harm('index', (bytes) => bytes.fill(0xff, 30, 33));
    const tab = openTab();
    const kept = await numbersOf(tab, range(6));
    expect(kept).toHaveLength(4);
    expect(kept).not.toContain(0);
    await tab.write(range(6));
    expect(await numbersOf(openTab(), range(6))).toEqual(range(6));
  });

  it('lets two tabs write at once, and each find the other’s', async () => {
    const [here, there] = [openTab(), openTab()];
    await Promise.all(range(12).map((number) => (number % 2 === 0 ? here : there).write([number])));
    expect(await numbersOf(openTab(), range(12))).toEqual(range(12));
    await here.write([12]);
    expect(await numbersOf(here, range(13))).toEqual(range(13));
  });

  it('is truly empty once it is cleared, also while another tab has it open', async () => {
    const [here, there] = [openTab(), openTab()];
    await here.write(range(3));
    expect(await numbersOf(there, range(3))).toEqual(range(3));
    await there.clear();
    await expect(folderOf()).rejects.toThrow();
    expect(await numbersOf(here, range(3))).toEqual([]);
  });
});
