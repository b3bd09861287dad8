import { crc32 } from '../../../src/domain/crc32';
import {
  createSegmentHead,
  decodeIndex,
  decodeRecord,
  encodeIndex,
  encodeRecord,
  scanRecords,
} from '../../../src/storage/feature-segments';
import { FeatureShelf } from '../../../src/storage/feature-shelf';
import { decodeFeatures, encodeFeatures, packFeatures, unpackFeatures } from '../../../src/storage/packed-features';
import { MemoryFolder } from '../../../src/storage/testing/memory-folder';
import { type Bytes, joinBytes, mutateBytes, showBytes, smallerBytes } from '../mutate-bytes';
import { type FuzzTarget, promise } from '../target';

const length = 100;
const keyOf = (number: number): string => number.toString(16).padStart(32, '0');
const payloads = [0, 1, 2].map((seed) =>
  encodeFeatures(
    packFeatures(
      Float32Array.from({ length }, (_, at) => ((at * 7 + seed) % 5 === 0 ? at / 3 : 0)),
      seed === 2 ? 'float32' : 'float16',
    ),
  ),
);
const records = payloads.map((payload, at) => encodeRecord(keyOf(at + 1), payload));
const segment = joinBytes(createSegmentHead(), ...records);
const index = encodeIndex({
  stamp: 7,
  segments: [{ number: 1, bytes: segment.length, usedAt: 5, records: scanRecords(segment, true).records }],
});
const keys = records.map((_, at) => keyOf(at + 1));

/** A segment, then an index: the first four bytes say where the one ends. */
function together(first: Uint8Array, second: Uint8Array): Bytes {
  const head = new Uint8Array(4);
  new DataView(head.buffer).setUint32(0, first.length, true);
  return joinBytes(head, first, second);
}

/** What lies on disk, harmed in any way: what is found must be whole, and looking must not fail. */
export const featuresTarget: FuzzTarget<Bytes> = {
  name: 'kept features',
  of: 'storage/feature-segments, feature-shelf, packed-features',
  make: (rng) => {
    const harmedIndex = rng.integer(2) === 0 ? index : mutateBytes([index], rng);
    // With its sum made right: what a person with a tool could write.
    if (rng.integer(2) === 0 && harmedIndex.length > 4)
      new DataView(harmedIndex.buffer).setUint32(harmedIndex.length - 4, crc32(harmedIndex.subarray(0, -4)), true);
    return together(mutateBytes([segment], rng), harmedIndex);
  },
  run: async (bytes) => {
    const end = 4 + Math.min(bytes.length, bytes.length < 4 ? 0 : new DataView(bytes.buffer).getUint32(0, true));
    const [onDisk, indexOnDisk] = [bytes.slice(4, end), bytes.slice(end)];
    const scanned = scanRecords(onDisk, true);
    promise(scanned.end <= onDisk.length, 'what is whole ends inside the segment');
    for (const { at, bytes: size } of scanned.records.values()) promise(at + size <= scanned.end, 'a record lies inside');
    const decoded = decodeIndex(indexOnDisk);
    const folder = new MemoryFolder();
    folder.files.set('segment-000001', onDisk);
    folder.files.set('index', indexOnDisk);
    const shelf = await FeatureShelf.open(folder);
    let found = 0;
    await shelf.read(keys, 1e12, (key, payload) => {
      const features = decodeFeatures(payload, length);
      const original = payloads[keys.indexOf(key)];
      promise(original !== undefined && Buffer.compare(payload, original) === 0, 'what is found is what was kept');
      promise(features !== null, 'what was kept can be read');
      unpackFeatures(features, 1, new Float32Array(length), 0);
      found += 1;
      return true;
    });
    // The next visit writes to what this one made of it.
    shelf.startSegment(1e12);
    await shelf.append([{ key: keyOf(99), bytes: encodeRecord(keyOf(99), payloads[0] ?? new Uint8Array()) }], 1e12);
    await shelf.commit();
    const next = await FeatureShelf.open(folder);
    promise(next.has(keyOf(99)), 'what is written to a harmed cache is there at the next visit');
    return found > 0 || decoded !== null ? 'accepted' : 'refused';
  },
  smaller: smallerBytes,
  show: showBytes,
};

/** The payload of a record whose sum is right. */
export const payloadTarget: FuzzTarget<Bytes> = {
  name: 'packed features',
  of: 'storage/packed-features, feature-segments',
  make: (rng) => mutateBytes(payloads, rng),
  run: (bytes) => {
    const record = encodeRecord(keyOf(1), bytes);
    const payload = decodeRecord(record, keyOf(1));
    promise(payload !== null && Buffer.compare(payload, bytes) === 0, 'a record gives back what it was given');
    const features = decodeFeatures(bytes, length);
    if (features === null) return 'refused';
    promise(features.mask.length === Math.ceil(length / 32), 'a mask has a bit a value');
    const out = new Float32Array(length + 8);
    unpackFeatures(features, null, out, 0);
    promise(
      out.subarray(length).every((value) => value === 0),
      'nothing is written behind the features',
    );
    return 'accepted';
  },
  smaller: smallerBytes,
  show: showBytes,
};
