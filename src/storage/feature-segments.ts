import { crc32 } from '../domain/crc32';

/**
 * How kept features lie on disk: segments (a head, then records one after the other) and one index of all segments. Little-endian.
 * Every record carries its key and two checksums, so the index may be stale, torn or gone: it only says where to look.
 */

const segmentMagic = 0x5346_5348; // "HSFS"
const recordMagic = 0x5246_5348; // "HSFR"
const indexMagic = 0x4946_5348; // "HSFI"
const formatVersion = 1;

export const segmentHeadBytes = 12;
const recordHeadBytes = 32;
const keyBytes = 16;

/** Hexadecimal digits of a key. */
export const keyDigits = keyBytes * 2;

/** Where a record lies in its segment, head included. */
export interface RecordPlace {
  readonly at: number;
  readonly bytes: number;
}

/** `u32` magic, `u32` version, `u32` CRC-32 of both. */
export function createSegmentHead(): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(segmentHeadBytes);
  const view = new DataView(out.buffer);
  view.setUint32(0, segmentMagic, true);
  view.setUint32(4, formatVersion, true);
  view.setUint32(8, crc32(out.subarray(0, 8)), true);
  return out;
}

function isSegmentHead(bytes: Uint8Array): boolean {
  return createSegmentHead().every((byte, at) => bytes[at] === byte);
}

/**
 * `u32` magic, `u32` bytes of the payload, 16 bytes of key, `u32` CRC-32 of the payload, `u32` CRC-32 of these 28 bytes; the payload;
 * zeros up to a multiple of four.
 */
export function encodeRecord(key: string, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(recordHeadBytes + payload.length + (-payload.length & 3));
  const view = new DataView(out.buffer);
  view.setUint32(0, recordMagic, true);
  view.setUint32(4, payload.length, true);
  writeKey(out, 8, key);
  view.setUint32(24, crc32(payload), true);
  view.setUint32(28, crc32(out.subarray(0, 28)), true);
  out.set(payload, recordHeadBytes);
  return out;
}

/** The payload of the record that `bytes` are; null unless they are this key's, whole and unharmed. */
export function decodeRecord(bytes: Uint8Array, key: string): Uint8Array | null {
  const head = readRecordHead(bytes, 0);
  if (head?.key !== key || head.bytes > bytes.length) return null;
  const payload = bytes.subarray(recordHeadBytes, recordHeadBytes + head.payloadBytes);
  return crc32(payload) === head.payloadChecksum ? payload : null;
}

interface RecordHead {
  readonly key: string;
  readonly payloadBytes: number;
  readonly payloadChecksum: number;
  /** Of the whole record. */
  readonly bytes: number;
}

function readRecordHead(bytes: Uint8Array, at: number): RecordHead | null {
  if (at + recordHeadBytes > bytes.length) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, recordHeadBytes);
  if (view.getUint32(0, true) !== recordMagic) return null;
  if (view.getUint32(28, true) !== crc32(bytes.subarray(at, at + 28))) return null;
  const payloadBytes = view.getUint32(4, true);
  return {
    key: readKey(bytes, at + 8),
    payloadBytes,
    payloadChecksum: view.getUint32(24, true),
    bytes: recordHeadBytes + payloadBytes + (-payloadBytes & 3),
  };
}

export interface ScannedRecords {
  readonly records: ReadonlyMap<string, RecordPlace>;
  /** Where the last whole record ends: what comes after is torn and may be written over. */
  readonly end: number;
}

/**
 * Finds records by themselves, in a whole segment (whose head is checked: without it there are none) or in the rest of one. Where one is
 * harmed the next is looked for; the later of two with one key counts. Payloads are checked when they are read.
 */
export function scanRecords(bytes: Uint8Array, isWhole: boolean): ScannedRecords {
  const records = new Map<string, RecordPlace>();
  if (isWhole && !isSegmentHead(bytes)) return { records, end: 0 };
  let at = isWhole ? segmentHeadBytes : 0;
  let end = at;
  while (at + recordHeadBytes <= bytes.length) {
    const head = readRecordHead(bytes, at);
    if (head === null || at + head.bytes > bytes.length) {
      at += 4;
      continue;
    }
    records.set(head.key, { at, bytes: head.bytes });
    at += head.bytes;
    end = at;
  }
  return { records, end };
}

/** A segment as the index knows it. */
export interface IndexedSegment {
  readonly number: number;
  /** As far as it is written. */
  readonly bytes: number;
  /** Milliseconds since 1970 at which one of its records was last written or read. */
  readonly usedAt: number;
  readonly records: ReadonlyMap<string, RecordPlace>;
}

export interface FeatureIndex {
  /** Another at every writing, so that a tab sees that another one wrote. */
  readonly stamp: number;
  readonly segments: readonly IndexedSegment[];
}

const indexHeadBytes = 16;
const segmentEntryBytes = 20;
const recordEntryBytes = keyBytes + 8;
const checksumBytes = 4;

/**
 * `u32` magic, version, stamp, number of segments; for each `u32` number, `u32` bytes, `f64` usedAt, `u32` number of records, and for
 * each of those its key, `u32` place and `u32` bytes; at the end the CRC-32 of it all.
 */
export function encodeIndex({ stamp, segments }: FeatureIndex): Uint8Array<ArrayBuffer> {
  const bytes = segments.reduce((sum, { records }) => sum + segmentEntryBytes + records.size * recordEntryBytes, 0);
  const out = new Uint8Array(indexHeadBytes + bytes + checksumBytes);
  const view = new DataView(out.buffer);
  [indexMagic, formatVersion, stamp, segments.length].forEach((value, at) => {
    view.setUint32(at * 4, value, true);
  });
  let at = indexHeadBytes;
  for (const segment of segments) {
    view.setUint32(at, segment.number, true);
    view.setUint32(at + 4, segment.bytes, true);
    view.setFloat64(at + 8, segment.usedAt, true);
    view.setUint32(at + 16, segment.records.size, true);
    at += segmentEntryBytes;
    for (const [key, place] of segment.records) {
      writeKey(out, at, key);
      view.setUint32(at + keyBytes, place.at, true);
      view.setUint32(at + keyBytes + 4, place.bytes, true);
      at += recordEntryBytes;
    }
  }
  view.setUint32(at, crc32(out.subarray(0, at)), true);
  return out;
}

/** Null unless the bytes are a whole index, unharmed, of this version. */
export function decodeIndex(bytes: Uint8Array): FeatureIndex | null {
  const end = bytes.length - checksumBytes;
  if (end < indexHeadBytes || readStamp(bytes) === null) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(end, true) !== crc32(bytes.subarray(0, end))) return null;
  const segments: IndexedSegment[] = [];
  let at = indexHeadBytes;
  for (let left = view.getUint32(12, true); left > 0; left--) {
    if (at + segmentEntryBytes > end) return null;
    const count = view.getUint32(at + 16, true);
    const records = new Map<string, RecordPlace>();
    const segment = {
      number: view.getUint32(at, true),
      bytes: view.getUint32(at + 4, true),
      usedAt: view.getFloat64(at + 8, true),
    };
    at += segmentEntryBytes;
    if (at + count * recordEntryBytes > end) return null;
    for (let record = 0; record < count; record++, at += recordEntryBytes)
      records.set(readKey(bytes, at), {
        at: view.getUint32(at + keyBytes, true),
        bytes: view.getUint32(at + keyBytes + 4, true),
      });
    segments.push({ ...segment, records });
  }
  return at === end ? { stamp: view.getUint32(8, true), segments } : null;
}

/** Bytes of an index from its start that `readStamp` needs. */
export const stampBytes = indexHeadBytes;

/** Null where this is not the start of an index of this version. */
export function readStamp(bytes: Uint8Array): number | null {
  if (bytes.length < stampBytes) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(0, true) !== indexMagic || view.getUint32(4, true) !== formatVersion) return null;
  return view.getUint32(8, true);
}

function writeKey(out: Uint8Array, at: number, key: string): void {
  for (let byte = 0; byte < keyBytes; byte++) out[at + byte] = Number.parseInt(key.slice(byte * 2, byte * 2 + 2), 16);
}

const hexadecimal = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function readKey(bytes: Uint8Array, at: number): string {
  let key = '';
  for (let byte = 0; byte < keyBytes; byte++) key += hexadecimal[bytes[at + byte] ?? 0] ?? '';
  return key;
}
