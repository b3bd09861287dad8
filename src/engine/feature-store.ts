import type { Fit } from '../domain/dataset';
import type { FeatureCache, FeatureRecord } from '../storage/feature-cache';
import { bytesOf, packFeatures, type FeaturePrecision, type PackedFeatures } from '../storage/packed-features';
import { featureKey } from './feature-key';

/** What is kept on disk is read in portions of so many pictures: a cancel and other tasks go in between. */
const readTogether = 256;
/** Pictures that wait for so many others to be written with, and no longer than this, milliseconds: a page may be closed at any moment. */
const writeTogether = 32;
const writePause = 2000;

export interface FeatureStoreOptions {
  /** How exactly values are held; without loss unless told. */
  readonly precision?: FeaturePrecision;
  /** Where they are kept beyond this visit. */
  readonly disk?: Pick<FeatureCache, 'has' | 'read' | 'write'>;
  /** Milliseconds. */
  readonly now?: () => number;
}

/**
 * What one device computed of pictures, in memory and, with a disk, kept: their features, or the maps before the first trained
 * convolution. By content and fit, so that the same picture in two classes, or taken out and added again, costs once.
 */
export class FeatureStore {
  readonly #packed = new Map<string, PackedFeatures>();
  /** Content hashes of those samples whose id is another. */
  #contents: ReadonlyMap<string, string> = new Map();
  /** Not on disk yet. */
  #unwritten: FeatureRecord[] = [];
  #writtenAt = -Infinity;
  #writing: Promise<void> = Promise.resolve();
  #origin = '';
  #bytes = 0;
  #isFull = false;
  readonly #precision: FeaturePrecision;
  readonly #disk: FeatureStoreOptions['disk'];
  readonly #now: () => number;

  /** Beyond `budget` bytes nothing more is held: what was held first serves every epoch, what was not is computed again. */
  constructor(
    private readonly budget = Infinity,
    { precision = 'float32', disk, now = () => performance.now() }: FeatureStoreOptions = {},
  ) {
    this.#precision = precision;
    this.#disk = disk;
    this.#now = now;
  }

  /** What decides features beside the picture (see `describeOrigin`): those of another origin are dropped from memory. */
  useOrigin(origin: string): void {
    if (origin !== this.#origin) this.#clearMemory();
    this.#origin = origin;
  }

  /** Null before there was a device. */
  get origin(): string | null {
    return this.#origin === '' ? null : this.#origin;
  }

  /** Content hashes of samples whose id is another, because their content is in several classes. Of all others the id is the content's. */
  identify(contents: ReadonlyMap<string, string>): void {
    this.#contents = contents;
  }

  /** From memory; see `bring`. */
  get(sampleId: string, fit: Fit): PackedFeatures | undefined {
    return this.#packed.get(this.#keyOf(sampleId, fit));
  }

  /** Brings into memory what is kept on disk of these. Ends early when `signal` is aborted; `onBrought` is called after each portion. */
  async bring(
    sampleIds: readonly string[],
    fit: Fit,
    signal?: AbortSignal,
    onBrought: () => void = () => undefined,
  ): Promise<void> {
    const origin = this.#origin;
    if (this.#disk === undefined) return;
    const missing = [...new Set(sampleIds.map((id) => this.#keyOf(id, fit)))].filter((key) => !this.#packed.has(key));
    for (let from = 0; from < missing.length && signal?.aborted !== true; from += readTogether) {
      const places = new Map(missing.slice(from, from + readTogether).map((key) => [this.#diskKey(key), key]));
      const found = await this.#disk.read([...places.keys()]);
      // Another device may have come meanwhile.
      if (origin !== this.#origin) return;
      for (const [diskKey, packed] of found) {
        const key = places.get(diskKey);
        if (key !== undefined) this.#hold(key, packed);
      }
      if (found.size > 0) onBrought();
    }
  }

  /** As they are held: features that are not put go through the same rounding. */
  pack(features: Float32Array): PackedFeatures {
    return packFeatures(features, this.#precision);
  }

  /** Packs the values, and holds them where there is room. */
  put(sampleId: string, fit: Fit, features: Float32Array): PackedFeatures {
    const packed = this.pack(features);
    this.#holdAndKeep(this.#keyOf(sampleId, fit), packed);
    return packed;
  }

  /** Holds and keeps what was computed elsewhere under the same origin. */
  take(content: string, fit: Fit, packed: PackedFeatures): void {
    this.#holdAndKeep(`${fit}/${content}`, packed);
  }

  /** Keeps what was computed elsewhere under another origin than the present one, on disk alone; answers whether there is one. */
  keepFor(origin: string, content: string, fit: Fit, packed: PackedFeatures): boolean {
    if (this.#disk === undefined) return false;
    this.#unwritten.push({ key: featureKey(origin, `${fit}/${content}`), features: packed });
    return true;
  }

  /** Drops samples. */
  forget(sampleIds: readonly string[]): void {
    for (const key of this.#keysOf(sampleIds)) this.#drop(key);
  }

  /** Frees the memory of samples that the disk has. What is nowhere else stays: the picture may come back. */
  release(sampleIds: readonly string[]): void {
    for (const key of this.#keysOf(sampleIds)) if (this.#disk?.has(this.#diskKey(key)) === true) this.#drop(key);
  }

  /** Writes what the disk does not have yet. Never rejects. */
  settle(): Promise<void> {
    const records = this.#unwritten;
    this.#unwritten = [];
    this.#writtenAt = this.#now();
    const disk = this.#disk;
    if (disk !== undefined) this.#writing = this.#writing.then(() => disk.write(records));
    return this.#writing;
  }

  /** Everything in memory, also what waits to be written. */
  clear(): void {
    this.#clearMemory();
    this.#unwritten = [];
  }

  /** Bytes held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether something was not held for want of room. */
  get isFull(): boolean {
    return this.#isFull;
  }

  #keyOf(sampleId: string, fit: Fit): string {
    return `${fit}/${this.#contents.get(sampleId) ?? sampleId}`;
  }

  #keysOf(sampleIds: readonly string[]): string[] {
    const contents = new Set(sampleIds.map((id) => this.#contents.get(id) ?? id));
    return [...this.#packed.keys()].filter((key) => contents.has(key.slice(key.indexOf('/') + 1)));
  }

  #diskKey(key: string): string {
    return featureKey(this.#origin, key);
  }

  #holdAndKeep(key: string, packed: PackedFeatures): void {
    if (!this.#hold(key, packed) || this.#disk === undefined) return;
    this.#unwritten.push({ key: this.#diskKey(key), features: packed });
    if (this.#unwritten.length >= writeTogether && this.#now() - this.#writtenAt >= writePause) void this.settle();
  }

  /** Whether there was room. */
  #hold(key: string, packed: PackedFeatures): boolean {
    this.#drop(key);
    if (this.#bytes + bytesOf(packed) > this.budget) {
      this.#isFull = true;
      return false;
    }
    this.#packed.set(key, packed);
    this.#bytes += bytesOf(packed);
    return true;
  }

  #drop(key: string): void {
    const packed = this.#packed.get(key);
    if (packed === undefined) return;
    this.#packed.delete(key);
    this.#bytes -= bytesOf(packed);
    this.#isFull = false;
  }

  #clearMemory(): void {
    this.#packed.clear();
    this.#bytes = 0;
    this.#isFull = false;
  }
}
