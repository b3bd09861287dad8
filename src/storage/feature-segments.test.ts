import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createSegmentHead,
  decodeIndex,
  decodeRecord,
  encodeIndex,
  encodeRecord,
  readStamp,
  scanRecords,
  type FeatureIndex,
} from './feature-segments';

const keys = fc
  .array(fc.constantFrom(...'0123456789abcdef'.split('')), { minLength: 32, maxLength: 32 })
  .map((digits) => digits.join(''));
const payloads = fc.uint8Array({ maxLength: 60 });
const records = fc.uniqueArray(fc.tuple(keys, payloads), { selector: ([key]) => key, maxLength: 8 });

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function segmentOf(entries: readonly (readonly [string, Uint8Array])[]): Uint8Array<ArrayBuffer> {
  return join([createSegmentHead(), ...entries.map(([key, payload]) => encodeRecord(key, payload))]);
}

/** Payloads by key, as a reader finds them without an index. */
function readAll(segment: Uint8Array): Map<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  for (const [key, { at, bytes }] of scanRecords(segment, true).records) {
    const payload = decodeRecord(segment.subarray(at, at + bytes), key);
    if (payload !== null) found.set(key, payload);
  }
  return found;
}

describe('a segment', () => {
  it('gives every record back, and nothing under another key', () => {
    fc.assert(
      fc.property(records, (entries) => {
        const segment = segmentOf(entries);
        expect(readAll(segment)).toEqual(new Map(entries));
        expect(scanRecords(segment, true).end).toBe(segment.length);
        for (const [key, payload] of entries) expect(decodeRecord(encodeRecord(key, payload), 'f'.repeat(32))).toBeNull();
      }),
    );
  });

  it('cut anywhere, gives the whole records before the cut', () => {
    fc.assert(
      fc.property(records, fc.nat(), (entries, place) => {
        const segment = segmentOf(entries);
        const cut = place % (segment.length + 1);
        const whole = entries.filter((_, at) => segmentOf(entries.slice(0, at + 1)).length <= cut);
        const found = readAll(segment.subarray(0, cut));
        expect(found).toEqual(new Map(cut < 12 ? [] : whole));
      }),
    );
  });

  it('with flipped bytes, gives each record as it was or not at all, and those after it still', () => {
    fc.assert(
      fc.property(records, fc.nat(), fc.integer({ min: 1, max: 255 }), (entries, place, flip) => {
        const segment = segmentOf(entries);
        const at = 12 + (place % Math.max(1, segment.length - 12));
        if (at >= segment.length) return;
        segment[at] = (segment[at] ?? 0) ^ flip;
        const found = readAll(segment);
        for (const [key, payload] of found) expect(new Map(entries).get(key)).toEqual(payload);
        const hit = entries.findIndex((_, index) => segmentOf(entries.slice(0, index + 1)).length > at);
        for (const [index, [key]] of entries.entries()) if (index !== hit) expect(found.has(key)).toBe(true);
      }),
    );
  });

  it('of another format gives nothing', () => {
    const segment = segmentOf([['0'.repeat(32), Uint8Array.of(1)]]);
    segment[4] = 9; // version
    expect(readAll(segment).size).toBe(0);
    expect(readAll(new Uint8Array(0)).size).toBe(0);
  });

  it('of bytes that are none is read without harm', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
        expect(readAll(join([createSegmentHead(), bytes])).size).toBe(0);
      }),
    );
  });
});

describe('the index', () => {
  const segments = fc.uniqueArray(
    fc.record({
      number: fc.nat(999_999),
      bytes: fc.nat(2 ** 31),
      usedAt: fc.double({ min: 0, max: 1e14, noNaN: true }),
      records: fc
        .uniqueArray(fc.tuple(keys, fc.record({ at: fc.nat(), bytes: fc.nat() })), { selector: ([key]) => key, maxLength: 5 })
        .map((entries) => new Map(entries)),
    }),
    { selector: ({ number }) => number, maxLength: 5 },
  );
  const indexes: fc.Arbitrary<FeatureIndex> = fc.record({ stamp: fc.nat(2 ** 32 - 1), segments });

  it('comes back as it was, and its stamp from its first bytes', () => {
    fc.assert(
      fc.property(indexes, (index) => {
        const bytes = encodeIndex(index);
        expect(decodeIndex(bytes)).toEqual(index);
        expect(readStamp(bytes.subarray(0, 16))).toBe(index.stamp);
      }),
    );
  });

  it('cut anywhere or with flipped bytes is none', () => {
    fc.assert(
      fc.property(indexes, fc.nat(), fc.integer({ min: 1, max: 255 }), (index, place, flip) => {
        const bytes = encodeIndex(index);
        const at = place % bytes.length;
        expect(decodeIndex(bytes.subarray(0, at))).toBeNull();
        bytes[at] = (bytes[at] ?? 0) ^ flip;
        expect(decodeIndex(bytes)).toBeNull();
      }),
    );
    expect(readStamp(new Uint8Array(3))).toBeNull();
  });
});
