import { HeadstartError, type ErrorRecord } from '../domain/errors';
import { automaticFeatureBudget, type FeatureCacheReport } from '../domain/feature-cache';
import { featureCount } from '../domain/vgg16';
import { openPrivateFolder, type CacheFolder } from './cache-folder';
import { encodeRecord, segmentHeadBytes } from './feature-segments';
import { FeatureShelf, type EncodedRecord } from './feature-shelf';
import { decodeFeatures, encodeFeatures, type PackedFeatures } from './packed-features';

/** The version is part of the name: another format comes with another name. */
export const featureFolderName = 'headstart-features-v1';
const lockName = 'headstart-features';
/** Some 700 pictures: what is evicted at once, and a tenth of the least budget on offer. */
const usualSegmentBytes = 8 * 2 ** 20;

export interface FeatureCacheEnvironment {
  /** Rejects where nothing may be kept. */
  readonly openFolder: () => Promise<CacheFolder>;
  /** Lets one tab at a time change the files. */
  readonly exclusively: <T>(work: () => Promise<T>) => Promise<T>;
  /** Bytes that the browser lets the site keep; null where it does not say. */
  readonly quota: () => Promise<number | null>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly segmentBytes?: number;
}

export function createBrowserCacheEnvironment(): FeatureCacheEnvironment {
  return {
    openFolder: () => openPrivateFolder(featureFolderName),
    exclusively: async (work) => await navigator.locks.request(lockName, work),
    quota: async () => (await navigator.storage.estimate()).quota ?? null,
    now: () => Date.now(),
  };
}

export interface FeatureRecord {
  /** 32 hexadecimal digits: what decides the features, hashed. */
  readonly key: string;
  readonly features: PackedFeatures;
}

/**
 * Features on disk, shared by all projects and tabs: a few append-only files and an index. Every tab reads without waiting; writing goes
 * through one lock a cache, after a look at what other tabs wrote meanwhile. What is torn, altered or gone is not found, and computed
 * again. Segments that were not used for longest go first where the budget is full. Reading and writing never reject: the report says
 * why nothing is kept.
 */
export class FeatureCache {
  readonly #environment: FeatureCacheEnvironment;
  readonly #segmentBytes: number;
  #shelf: FeatureShelf | null = null;
  #opened: Promise<FeatureShelf | null> | null = null;
  /** Null: automatic. */
  #chosen: number | null = null;
  #automatic = automaticFeatureBudget(null);
  #problem: ErrorRecord | null = null;
  /** One change after another. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(environment: FeatureCacheEnvironment) {
    this.#environment = environment;
    this.#segmentBytes = environment.segmentBytes ?? usualSegmentBytes;
  }

  /** Whether it is kept, as far as this tab knows: nothing is before the first call of another method. */
  has(key: string): boolean {
    return this.#shelf?.has(key) ?? false;
  }

  /** Of those that are kept; the others are not in it. */
  async read(keys: readonly string[]): Promise<ReadonlyMap<string, PackedFeatures>> {
    const found = new Map<string, PackedFeatures>();
    const shelf = await this.#open();
    if (shelf === null) return found;
    await shelf.read(keys, this.#environment.now(), (key, payload) => {
      const features = decodeFeatures(payload, featureCount);
      if (features !== null) found.set(key, features);
      return features !== null;
    });
    return found;
  }

  /** Keeps what is not kept yet, and what was read since the last time as used. */
  async write(records: readonly FeatureRecord[]): Promise<void> {
    const shelf = await this.#open();
    if (shelf === null || this.#problem !== null || (records.length === 0 && !shelf.isChanged)) return;
    await this.#change(async () => {
      await shelf.refresh();
      const missing = records.filter(({ key }) => !shelf.has(key));
      await this.#append(
        shelf,
        missing.map(({ key, features }) => ({ key, bytes: encodeRecord(key, encodeFeatures(features)) })),
      );
      if (shelf.isChanged) await shelf.commit();
    });
  }

  async report(): Promise<FeatureCacheReport> {
    const shelf = await this.#open();
    await this.#last;
    return {
      pictures: shelf?.count ?? 0,
      bytes: shelf?.bytes ?? 0,
      budget: this.#budget,
      automaticBudget: this.#automatic,
      problem: this.#problem,
    };
  }

  /** Null takes the automatic one. What is beyond it goes at once. */
  async setBudget(bytes: number | null): Promise<void> {
    this.#chosen = bytes;
    const shelf = await this.#open();
    if (shelf === null) return;
    // There may be room now.
    this.#problem = null;
    await this.#change(async () => {
      await shelf.refresh();
      await this.#makeRoom(shelf, 0);
      if (shelf.isChanged) await shelf.commit();
    });
  }

  /** Removes everything. Rejects with `storage-refused` where the browser does not let it. */
  async clear(): Promise<void> {
    const shelf = await this.#open();
    if (shelf === null) return;
    const clearing = this.#last.then(() => this.#environment.exclusively(() => shelf.removeAll()));
    this.#last = clearing.catch(() => undefined);
    try {
      await clearing;
      this.#problem = null;
    } catch (thrown) {
      throw new HeadstartError('storage-refused', {}, { cause: thrown });
    }
  }

  /** In portions that fit into one segment each. */
  async #append(shelf: FeatureShelf, records: readonly EncodedRecord[]): Promise<void> {
    const now = this.#environment.now();
    for (let from = 0; from < records.length;) {
      const room = this.#segmentBytes - (shelf.newestBytes ?? Infinity);
      let portion = takeFitting(records, from, room);
      if (portion.length === 0) {
        shelf.startSegment(now);
        portion = takeFitting(records, from, this.#segmentBytes - segmentHeadBytes);
        // One that is larger than a segment has one of its own.
        if (portion.length === 0) portion = records.slice(from, from + 1);
      }
      if (!(await this.#makeRoom(shelf, bytesOfAll(portion)))) return;
      if (shelf.newestBytes === null) shelf.startSegment(now);
      await shelf.append(portion, now);
      from += portion.length;
    }
  }

  /** Whether so many bytes fit into the budget now. */
  async #makeRoom(shelf: FeatureShelf, bytes: number): Promise<boolean> {
    if (bytes + segmentHeadBytes > this.#budget && bytes > 0) return false;
    while (shelf.bytes + bytes > this.#budget) if (!(await shelf.removeOldest())) return false;
    return true;
  }

  get #budget(): number {
    return this.#chosen ?? this.#automatic;
  }

  #open(): Promise<FeatureShelf | null> {
    this.#opened ??= this.#tryToOpen();
    return this.#opened;
  }

  async #tryToOpen(): Promise<FeatureShelf | null> {
    const { openFolder, quota } = this.#environment;
    try {
      const shelf = await FeatureShelf.open(await openFolder());
      this.#automatic = automaticFeatureBudget(await quota().catch(() => null));
      this.#shelf = shelf;
      return shelf;
    } catch {
      this.#problem = new HeadstartError('features-not-kept').toRecord();
      return null;
    }
  }

  /** What fails is told by the report; nothing is tried again until the person makes room. */
  #change(work: () => Promise<void>): Promise<void> {
    const changing = this.#last.then(() => this.#environment.exclusively(work));
    const settled = changing.catch((thrown: unknown) => {
      const isFull = thrown instanceof DOMException && thrown.name === 'QuotaExceededError';
      this.#problem = new HeadstartError(isFull ? 'features-storage-full' : 'features-not-kept').toRecord();
    });
    this.#last = settled;
    return settled;
  }
}

function takeFitting(records: readonly EncodedRecord[], from: number, room: number): readonly EncodedRecord[] {
  let to = from;
  for (let used = 0; to < records.length; to++) {
    used += records[to]?.bytes.length ?? 0;
    if (used > room) break;
  }
  return records.slice(from, to);
}

function bytesOfAll(records: readonly EncodedRecord[]): number {
  return records.reduce((sum, { bytes }) => sum + bytes.length, 0);
}
