import { describe, expect, it } from 'vitest';
import { featureCount } from '../domain/vgg16';
import { FeatureCache } from '../storage/feature-cache';
import { packFeatures } from '../storage/packed-features';
import { createMemoryEnvironment, MemoryFolder } from '../storage/testing/memory-folder';
import { FeatureStore } from './feature-store';

const one = new Float32Array(featureCount).fill(1);
/** Does not fit into float16. */
const third = new Float32Array(featureCount).fill(1 / 3);

/** A store on a disk, as a visit opens it. */
function visit(folder: MemoryFolder, origin = 'cpu', now = () => 0) {
  const disk = new FeatureCache(createMemoryEnvironment(folder));
  const store = new FeatureStore(Infinity, { precision: 'float16', disk, now });
  store.useOrigin(origin);
  return store;
}

describe('FeatureStore', () => {
  it('holds the features of a sample for each fit, until the sample is forgotten or the device changes', () => {
    const store = new FeatureStore();
    store.useOrigin('cpu');
    store.put('a', 'crop', one);
    store.put('a', 'pad', one);
    store.put('b/c', 'crop', one);
    store.useOrigin('cpu');
    expect(store.get('a', 'crop')).toBeDefined();
    expect(store.get('a', 'squash')).toBeUndefined();
    store.forget(['a']);
    expect(store.get('a', 'pad')).toBeUndefined();
    expect(store.get('b/c', 'crop')).toBeDefined();
    store.useOrigin('webgpu');
    expect(store.get('b/c', 'crop')).toBeUndefined();
    expect(store.bytes).toBe(0);
  });

  it('holds maps without loss and features rounded, and gives what it does not hold rounded alike', () => {
    expect(new FeatureStore().put('a', 'crop', third)).toEqual(packFeatures(third, 'float32'));
    const rounding = new FeatureStore(Infinity, { precision: 'float16' });
    expect(rounding.put('a', 'crop', third)).toEqual(packFeatures(third, 'float16'));
    expect(rounding.pack(third)).toEqual(rounding.get('a', 'crop'));
  });

  it('holds nothing beyond its budget, and says so', () => {
    const store = new FeatureStore(featureCount * 5);
    store.put('a', 'crop', one);
    expect(store.isFull).toBe(false);
    store.put('b', 'crop', one);
    expect([store.isFull, store.get('b', 'crop')]).toEqual([true, undefined]);
  });

  it('gives the same content in two classes the same features', () => {
    const store = new FeatureStore();
    store.identify(new Map([['copy', 'content']]));
    store.put('copy', 'crop', one);
    expect(store.get('content', 'crop')).toBeDefined();
    store.forget(['copy']);
    expect(store.get('content', 'crop')).toBeUndefined();
  });

  it('brings back on a later visit what it kept, for the same fit and origin only', async () => {
    const folder = new MemoryFolder();
    const first = visit(folder);
    first.put('a', 'crop', third);
    await first.settle();

    const later = visit(folder);
    later.identify(new Map([['copy of a', 'a']]));
    let brought = 0;
    await later.bring(['copy of a', 'b'], 'crop', undefined, () => (brought += 1));
    expect(brought).toBe(1);
    expect(later.get('a', 'crop')).toEqual(first.get('a', 'crop'));
    await later.bring(['a'], 'pad');
    expect(later.get('a', 'pad')).toBeUndefined();
    for (const origin of ['webgpu', 'cpu, other weights']) {
      const other = visit(folder, origin);
      await other.bring(['a'], 'crop');
      expect(other.get('a', 'crop')).toBeUndefined();
    }
  });

  it('frees the memory of removed samples that are on disk, and loses nothing that is not', async () => {
    const store = visit(new MemoryFolder());
    store.put('a', 'crop', one);
    store.release(['a']);
    expect(store.get('a', 'crop')).toBeDefined();
    await store.settle();
    store.release(['a']);
    expect(store.get('a', 'crop')).toBeUndefined();
    await store.bring(['a'], 'crop');
    expect(store.get('a', 'crop')).toBeDefined();
  });

  it('writes many together, no more often than every two seconds, and the rest when it settles', async () => {
    const folder = new MemoryFolder();
    const clock = { now: 0 };
    const store = visit(folder, 'cpu', () => clock.now);
    const written = () => folder.calls.filter((call) => call.startsWith('write segment')).length;
    const put = async (count: number) => {
      for (let at = 0; at < count; at++) store.put(`${String(clock.now)} ${String(at)}`, 'crop', one);
      await store.bring(['absent'], 'crop'); // waits for the disk
    };
    await put(31);
    expect(written()).toBe(0);
    await put(40);
    await store.settle();
    const before = written();
    expect(before).toBeGreaterThan(0);
    await put(40);
    expect(written()).toBe(before);
    clock.now += 2000;
    await put(1);
    await store.settle();
    expect(written()).toBeGreaterThan(before);
  });

  it('cleared forgets what waits to be written too', async () => {
    const folder = new MemoryFolder();
    const store = visit(folder);
    store.put('a', 'crop', one);
    store.clear();
    await store.settle();
    expect(store.bytes).toBe(0);
    expect(folder.files.size).toBe(0);
  });
});
