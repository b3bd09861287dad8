import { describe, expect, it } from 'vitest';
import { featureCount } from '../domain/vgg16';
import { FeatureCache } from '../storage/feature-cache';
import { createSegmentHead, encodeRecord } from '../storage/feature-segments';
import { encodeFeatures } from '../storage/packed-features';
import { createMemoryEnvironment, MemoryFolder } from '../storage/testing/memory-folder';
import { collectFeatures, takeFeatures } from './carried-features';
import { FeatureStore } from './feature-store';

const contents = ['0a', '1b', '2c'].map((digits) => digits.repeat(16));
const [first = '', second = '', third = ''] = contents;

function createStore(origin: string, folder = new MemoryFolder()) {
  const store = new FeatureStore(Infinity, {
    precision: 'float16',
    disk: new FeatureCache(createMemoryEnvironment(folder)),
    now: () => 0,
  });
  if (origin !== '') store.useOrigin(origin);
  return store;
}

const valuesOf = (seed: number) =>
  Float32Array.from({ length: featureCount }, (_, at) => ((at * seed) % 7 === 0 ? at / 1000 : 0));

describe('features carried to another device', () => {
  it('come from memory and from disk, and are there bit for bit, at their fit and on disk too', async () => {
    const folder = new MemoryFolder();
    const teacher = createStore('chrome 156, cpu', folder);
    teacher.put(first, 'crop', valuesOf(3));
    await teacher.settle();
    const later = createStore('chrome 156, cpu', folder);
    // The same content in another class goes by another id.
    later.identify(new Map([['copy', second]]));
    later.put('copy', 'crop', valuesOf(5));
    const carried = await collectFeatures(later, contents, 'crop');
    expect(carried).toMatchObject({ origin: 'chrome 156, cpu', fit: 'crop', pictures: 2 });
    expect(await collectFeatures(later, contents, 'pad')).toBeNull();

    const ownFolder = new MemoryFolder();
    const pupil = createStore('chrome 156, cpu', ownFolder);
    if (carried === null) throw new Error('nothing was carried');
    expect(await takeFeatures(pupil, carried, contents)).toBe(2);
    expect(pupil.get(first, 'crop')).toEqual(teacher.get(first, 'crop'));
    expect(pupil.get(second, 'crop')).toEqual(later.get('copy', 'crop'));
    expect(pupil.get(first, 'pad')).toBeUndefined();
    await pupil.settle();
    const nextVisit = createStore('chrome 156, cpu', ownFolder);
    await nextVisit.bring(contents, 'crop');
    expect(nextVisit.get(first, 'crop')).toEqual(teacher.get(first, 'crop'));
  });

  it('are left aside by another browser, version or device, and before there is one', async () => {
    const teacher = createStore('chrome 156, cpu');
    teacher.put(first, 'crop', valuesOf(3));
    const carried = await collectFeatures(teacher, contents, 'crop');
    if (carried === null) throw new Error('nothing was carried');
    for (const origin of ['chrome 157, cpu', '']) {
      const pupil = createStore(origin);
      expect(await takeFeatures(pupil, carried, contents)).toBe(0);
      expect(pupil.get(first, 'crop')).toBeUndefined();
    }
    expect(await collectFeatures(createStore(''), contents, 'crop')).toBeNull();
  });

  it('of weights that are not in force lie on disk until they are', async () => {
    const teacher = createStore('other weights');
    teacher.put(first, 'crop', valuesOf(3));
    const carried = await collectFeatures(teacher, contents, 'crop');
    if (carried === null) throw new Error('nothing was carried');
    const pupil = createStore('own weights', new MemoryFolder());
    expect(await takeFeatures(pupil, carried, contents, 'other weights')).toBe(1);
    await pupil.settle();
    expect(pupil.get(first, 'crop')).toBeUndefined();
    pupil.useOrigin('other weights');
    await pupil.bring(contents, 'crop');
    expect(pupil.get(first, 'crop')).toEqual(teacher.get(first, 'crop'));
    const withoutDisk = new FeatureStore();
    withoutDisk.useOrigin('own weights');
    expect(await takeFeatures(withoutDisk, carried, contents, 'other weights')).toBe(0);
  });

  it('are taken only of the pictures they came with, and only where they are whole and finite', async () => {
    const store = createStore('here');
    const sound = store.pack(valuesOf(3));
    const infinite = { mask: sound.mask, values: new Uint16Array(sound.values.length).fill(0x7c00) };
    const bytes = new Uint8Array([
      ...createSegmentHead(),
      ...encodeRecord(first, encodeFeatures(sound)),
      ...encodeRecord(second, encodeFeatures(infinite)),
      ...encodeRecord(third, new Uint8Array(50)),
      ...encodeRecord('3d'.repeat(16), encodeFeatures(sound)),
    ]);
    const carried = { origin: 'here', fit: 'crop', pictures: 4, bytes } as const;
    expect(await takeFeatures(store, carried, contents)).toBe(1);
    expect(store.get(first, 'crop')).toEqual(sound);
    expect(store.get('3d'.repeat(16), 'crop')).toBeUndefined();
    // What was computed here stays.
    const own = createStore('here');
    const computed = own.put(first, 'crop', valuesOf(5));
    expect(await takeFeatures(own, carried, contents)).toBe(1);
    expect(own.get(first, 'crop')).toBe(computed);
    expect(await takeFeatures(createStore('here'), { ...carried, bytes: bytes.subarray(4).slice() }, contents)).toBe(0);
  });
});
