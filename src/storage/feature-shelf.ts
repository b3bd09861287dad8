import type { CacheFolder } from './cache-folder';
import {
  createSegmentHead,
  decodeIndex,
  decodeRecord,
  encodeIndex,
  readStamp,
  scanRecords,
  segmentHeadBytes,
  stampBytes,
  type RecordPlace,
} from './feature-segments';

const indexName = 'index';
const segmentName = /^segment-(\d{6})$/;
/** Neighbours are read together, up to about this many bytes: some 90 pictures. */
const readTogether = 2 ** 20;
/** What lies between two wanted records and is not worth a read of its own, bytes. */
const worthSkipping = 2 ** 16;
/** Use is noted no finer than this, milliseconds: the index is not written for every look. */
const usedGrain = 60_000;

function nameOf(number: number): string {
  return `segment-${String(number).padStart(6, '0')}`;
}

function placeName({ number }: { readonly number: number }, at: number): string {
  return `${String(number)}/${String(at)}`;
}

interface Segment {
  readonly number: number;
  /** Where the next record goes. */
  bytes: number;
  usedAt: number;
  readonly records: Map<string, RecordPlace>;
}

interface Wanted {
  readonly key: string;
  readonly segment: Segment;
  readonly place: RecordPlace;
}

export interface EncodedRecord {
  readonly key: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The files of the feature cache and where each record is in them. What changes files must be called under the cache's lock. */
export class FeatureShelf {
  readonly #folder: CacheFolder;
  readonly #segments = new Map<number, Segment>();
  readonly #holders = new Map<string, Segment>();
  /** Places, `segment/at`, where a record was found to be harmed: another tab's index may still name it. */
  readonly #harmed = new Set<string>();
  /** Of the index on disk as this shelf knows it, whole or not; null where there is none. */
  #stamp: number | null = null;
  #changed = false;

  private constructor(folder: CacheFolder) {
    this.#folder = folder;
  }

  /** Rejects where the files cannot be read. */
  static async open(folder: CacheFolder): Promise<FeatureShelf> {
    const shelf = new FeatureShelf(folder);
    await shelf.#load();
    return shelf;
  }

  has(key: string): boolean {
    return this.#holders.has(key);
  }

  get count(): number {
    return this.#holders.size;
  }

  get bytes(): number {
    return this.#ordered().reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Whether the index on disk is behind. */
  get isChanged(): boolean {
    return this.#changed;
  }

  /** Gives the payload of each record that is there and unharmed; one that `take` does not want is forgotten, like a harmed one. */
  async read(keys: readonly string[], now: number, take: (key: string, payload: Uint8Array) => boolean): Promise<void> {
    for (const group of this.#groups(keys)) {
      const [first] = group;
      const last = group[group.length - 1];
      if (first === undefined || last === undefined) continue;
      const from = first.place.at;
      const bytes = await this.#readFile(nameOf(first.segment.number), from, last.place.at + last.place.bytes - from);
      for (const { key, segment, place } of group) {
        const start = place.at - from;
        const payload = bytes === null ? null : decodeRecord(bytes.subarray(start, start + place.bytes), key);
        if (payload === null || !take(key, payload)) this.#forget(key, segment);
      }
      if (now - first.segment.usedAt < usedGrain) continue;
      first.segment.usedAt = now;
      this.#changed = true;
    }
  }

  /** Takes over what other tabs wrote since. */
  async refresh(): Promise<void> {
    const head = await this.#folder.read(indexName, 0, stampBytes).catch(() => new Uint8Array(0));
    if (readStamp(head) !== this.#stamp) await this.#load();
  }

  /** Bytes that the newest segment holds; null where there is none. */
  get newestBytes(): number | null {
    return this.#newest?.bytes ?? null;
  }

  startSegment(now: number): void {
    const number = (this.#newest?.number ?? 0) + 1;
    this.#segments.set(number, { number, bytes: 0, usedAt: now, records: new Map() });
  }

  /** To the newest segment; all of them or none. */
  async append(records: readonly EncodedRecord[], now: number): Promise<void> {
    const segment = this.#newest;
    if (segment === undefined) throw new RangeError('there is no segment to append to');
    const head = segment.bytes === 0 ? [createSegmentHead()] : [];
    const bodies = records.map(({ bytes }) => bytes);
    await this.#folder.write(nameOf(segment.number), segment.bytes, [...head, ...bodies]);
    let at = segment.bytes === 0 ? segmentHeadBytes : segment.bytes;
    for (const { key, bytes } of records) {
      this.#holders.get(key)?.records.delete(key);
      segment.records.set(key, { at, bytes: bytes.length });
      this.#harmed.delete(placeName(segment, at));
      this.#holders.set(key, segment);
      at += bytes.length;
    }
    segment.bytes = at;
    segment.usedAt = now;
    this.#changed = true;
  }

  /** Removes the segment that was not used for longest, the newest last; false where there is none. */
  async removeOldest(): Promise<boolean> {
    const newest = this.#newest;
    const [oldest] = this.#ordered().sort(
      (a, b) => Number(a === newest) - Number(b === newest) || a.usedAt - b.usedAt || a.number - b.number,
    );
    if (oldest === undefined) return false;
    await this.#remove(oldest);
    return true;
  }

  /** Writes the index; segments in which nothing is left go. */
  async commit(): Promise<void> {
    for (const segment of this.#ordered())
      if (segment.records.size === 0 && segment !== this.#newest) await this.#remove(segment);
    const stamp = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
    await this.#folder.write(indexName, 0, [encodeIndex({ stamp, segments: this.#ordered() })]);
    this.#stamp = stamp;
    this.#changed = false;
  }

  async removeAll(): Promise<void> {
    await this.#folder.removeAll();
    this.#segments.clear();
    this.#holders.clear();
    this.#harmed.clear();
    this.#stamp = null;
    this.#changed = false;
  }

  get #newest(): Segment | undefined {
    return this.#ordered().at(-1);
  }

  /** By number: the later of two records with one key counts. */
  #ordered(): Segment[] {
    return [...this.#segments.values()].sort((a, b) => a.number - b.number);
  }

  async #load(): Promise<void> {
    this.#segments.clear();
    this.#holders.clear();
    const bytes = await this.#readFile(indexName, 0);
    const index = bytes === null ? null : decodeIndex(bytes);
    this.#stamp = bytes === null ? null : readStamp(bytes);
    this.#changed = false;
    const indexed = new Map(index?.segments.map((segment) => [segment.number, segment]));
    for (const name of await this.#folder.names()) {
      const number = Number(segmentName.exec(name)?.[1] ?? NaN);
      if (Number.isNaN(number)) continue;
      const known = indexed.get(number);
      const size = await this.#folder.size(name);
      const isWhole = known !== undefined && known.bytes <= size;
      const from = isWhole ? known.bytes : 0;
      const records = new Map(isWhole ? known.records : []);
      let end = from;
      // Written by a tab that was ended before it could write the index, or torn.
      if (size > from) {
        const tail = await this.#readFile(name, from === 0 ? 0 : from);
        const found = scanRecords(tail ?? new Uint8Array(0), from === 0);
        for (const [key, { at, bytes: length }] of found.records) records.set(key, { at: from + at, bytes: length });
        end = from + found.end;
        this.#changed ||= found.records.size > 0;
      }
      this.#segments.set(number, { number, bytes: end, usedAt: known?.usedAt ?? 0, records });
    }
    for (const segment of this.#ordered()) {
      for (const [key, { at }] of segment.records) {
        if (this.#harmed.has(placeName(segment, at))) {
          segment.records.delete(key);
          continue;
        }
        this.#holders.get(key)?.records.delete(key);
        this.#holders.set(key, segment);
      }
    }
  }

  /** What is wanted and there, as it lies on disk, in parts that are read at once. */
  *#groups(keys: readonly string[]): Generator<readonly Wanted[]> {
    const wanted: Wanted[] = [];
    for (const key of new Set(keys)) {
      const segment = this.#holders.get(key);
      const place = segment?.records.get(key);
      if (segment !== undefined && place !== undefined) wanted.push({ key, segment, place });
    }
    wanted.sort((a, b) => a.segment.number - b.segment.number || a.place.at - b.place.at);
    let group: Wanted[] = [];
    for (const one of wanted) {
      const [first] = group;
      const last = group[group.length - 1];
      const goesAlong =
        first?.segment === one.segment &&
        last !== undefined &&
        one.place.at - (last.place.at + last.place.bytes) <= worthSkipping &&
        one.place.at + one.place.bytes - first.place.at <= readTogether;
      if (!goesAlong) {
        yield group;
        group = [];
      }
      group.push(one);
    }
    yield group;
  }

  /** Null where it cannot be read: another tab removed it, or wrote to it twice in that moment. */
  async #readFile(name: string, from: number, length?: number): Promise<Uint8Array | null> {
    const read = () => this.#folder.read(name, from, length);
    return read().catch(() => read().catch(() => null));
  }

  async #remove(segment: Segment): Promise<void> {
    await this.#folder.remove(nameOf(segment.number));
    this.#segments.delete(segment.number);
    for (const key of segment.records.keys()) if (this.#holders.get(key) === segment) this.#holders.delete(key);
    this.#changed = true;
  }

  #forget(key: string, segment: Segment): void {
    if (this.#holders.get(key) !== segment) return;
    this.#harmed.add(placeName(segment, segment.records.get(key)?.at ?? 0));
    this.#holders.delete(key);
    segment.records.delete(key);
    this.#changed = true;
  }
}
