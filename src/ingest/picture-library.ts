import type { Fit, PictureSource, Sample, SkippedFile } from '../domain/dataset';
import { describeError, HeadstartError, toHeadstartError } from '../domain/errors';
import type { IngestEvent, IngestReport } from '../domain/events';
import type { ImportFile, ImportListing, ImportProgress, StagedFolder } from '../domain/import-listing';
import { contentOf } from '../domain/dataset';
import type { Keeping, KeptThumbnail, LeftFolder } from '../domain/projects';
import { ImportDesk } from './archive/import-desk';
import { type PictureBytes, readBytes, type ReadableBytes } from './archive/picture-bytes';
import { MemoryScratch } from './archive/scratch';
import type { GlancedPicture, InspectedPicture } from './decode';
import type { DecodeOutcome, DecodePool } from './decode-pool';
import { drawingSources, drawingsTotal } from './drawings-source';
import { EventBatch } from './event-batch';
import type { HubChoice, HubCounts, HubDataset } from '../domain/hub-dataset';
import { countClasses, describeDataset } from './hub/describe';
import { fetchHubDataset } from './hub/fetch-dataset';
import { HubClient, type HubOptions } from './hub/hub-client';
import { type DownloadPlan, fetchKaggle, planKaggle } from './hub/kaggle';
import { KeepQueue } from './keep-queue';
import { noPictureKeep, type FolderPlace, type PictureKeep } from './picture-keep';
import { isKept, SampleShelf, type ShelfEntry } from './sample-shelf';

/** Fitted pictures held for whoever asks again, 147 KB each: a click on the same picture, a caller that asks ahead. */
const heldPictures = 32;

export type IngestItem = PictureSource | SkippedFile;
type Outcome = DecodeOutcome<InspectedPicture> | 'cancelled';

/**
 * The pictures of a project: takes them in, knows their files, gives their pixels. Runs in the control worker; decoding happens in the pool's.
 * Samples are told in the order of their sources whatever the order of decoding, so that a seed always means the same run.
 */
export class PictureLibrary {
  readonly #pool: DecodePool;
  readonly #hub: HubOptions;
  readonly #imports: ImportDesk;
  readonly #keep: PictureKeep;
  readonly #shelf = new SampleShelf();
  readonly #fitted = new Map<string, Promise<Uint8Array>>();

  constructor(
    pool: DecodePool,
    hub: HubOptions = {},
    imports: ImportDesk = new ImportDesk(() => Promise.resolve(new MemoryScratch())),
    keep: PictureKeep = noPictureKeep,
  ) {
    this.#keep = keep;
    this.#pool = pool;
    this.#hub = hub;
    this.#imports = imports;
  }

  stageImport(importId: string, files: readonly ImportFile[], folders: readonly StagedFolder[] = []): void {
    this.#imports.stage(importId, files, folders);
  }

  openImport(importId: string, onProgress: (progress: ImportProgress) => void, signal: AbortSignal): Promise<ImportListing> {
    return this.#imports.open(importId, onProgress, signal);
  }

  readImportText(importId: string, path: string): Promise<Uint8Array<ArrayBuffer>> {
    return this.#imports.readText(importId, path);
  }

  closeImport(importId: string): Promise<void> {
    return this.#imports.close(importId);
  }

  /**
   * Takes pictures in; files that cannot come in are told as skipped. Aborting keeps what was read.
   * @throws HeadstartError `no-readable-picture` when nothing came in, `worker-dead` when no worker starts, `import-closed`.
   */
  async add(
    sources: readonly PictureSource[],
    onEvent: (event: IngestEvent) => void,
    signal: AbortSignal,
    keeping: Keeping = 'copy',
  ): Promise<IngestReport> {
    const isClosed = (source: PictureSource): boolean => 'importId' in source && !this.#imports.isOpen(source.importId);
    if (sources.some(isClosed)) throw new HeadstartError('import-closed');
    return this.#takeIn(sources, sources.length, onEvent, signal, keeping);
  }

  addDrawings(onEvent: (event: IngestEvent) => void, signal: AbortSignal): Promise<IngestReport> {
    const sources = drawingSources(async (className, index) => {
      const outcome = await this.#pool.run({ kind: 'draw', className, index }, signal);
      if (outcome.ok) return outcome.value;
      throw HeadstartError.fromRecord(outcome.reason);
    });
    return this.#takeIn(sources, drawingsTotal, onEvent, signal);
  }

  planKaggle(server: string, picturesPerClass: number): DownloadPlan {
    return planKaggle(server, picturesPerClass);
  }

  /** @throws HeadstartError `hub-offline`, `hub-refused`, `hub-busy` or `hub-unexpected`; what was read before is kept. */
  addKaggle(
    server: string,
    picturesPerClass: number,
    onEvent: (event: IngestEvent) => void,
    signal: AbortSignal,
  ): Promise<IngestReport> {
    const sources = fetchKaggle(server, picturesPerClass, signal, this.#hub, (seconds) => {
      onEvent({ kind: 'waiting', seconds });
    });
    return this.#takeIn(sources, picturesPerClass * 2, onEvent, signal);
  }

  /** @throws HeadstartError hub-* */
  describeHub(server: string, dataset: string, signal: AbortSignal): Promise<HubDataset> {
    return describeDataset(new HubClient(server, signal, this.#hub), dataset);
  }

  /** @throws HeadstartError hub-* */
  countHub(server: string, choice: HubChoice, signal: AbortSignal): Promise<HubCounts> {
    return countClasses(new HubClient(server, signal, this.#hub), choice);
  }

  /** @throws HeadstartError `hub-offline`, `hub-refused`, `hub-busy` or `hub-unexpected`; what was read before is kept. */
  addHub(
    server: string,
    choice: HubChoice,
    counts: HubCounts,
    onEvent: (event: IngestEvent) => void,
    signal: AbortSignal,
  ): Promise<IngestReport> {
    const each = choice.picturesEach * choice.splits.length;
    const total = (counts ?? []).reduce((sum, { count }) => sum + Math.min(count, each), 0);
    const names = (counts ?? []).flatMap(({ className, count }) => (count > 0 ? [className] : []));
    const sources = fetchHubDataset(server, choice, names, signal, this.#hub, (seconds) => {
      onEvent({ kind: 'waiting', seconds });
    });
    return this.#takeIn(sources, total > 0 ? total : each, onEvent, signal);
  }

  remove(ids: readonly string[]): void {
    for (const id of ids) {
      this.#shelf.remove(id);
      for (const key of this.#fitted.keys()) if (key.startsWith(id)) this.#fitted.delete(key);
    }
  }

  contents(): ReadonlyMap<string, string> {
    return this.#shelf.contents();
  }

  /** Brings back pictures that were removed; gives the ids that are not known. */
  restore(ids: readonly string[]): readonly string[] {
    return ids.filter((id) => !this.#shelf.restore(id));
  }

  /** The file as it was given, once it proved readable. @throws HeadstartError `sample-unknown`, `picture-gone` */
  async file(sampleId: string): Promise<Blob> {
    const entry = this.#shelf.get(sampleId);
    if (entry === null) throw new HeadstartError('sample-unknown');
    try {
      const file = await this.#bytesOf(entry);
      if (!(file instanceof Blob)) return new Blob([await readBytes(file, 0, () => undefined)]);
      await file.slice(0, 1).arrayBuffer();
      return file;
    } catch (thrown) {
      const isKnown = isKept(entry.file) && toHeadstartError(thrown).code !== 'unexpected';
      throw isKnown
        ? gone(thrown, entry.sample.name)
        : new HeadstartError('picture-gone', { name: entry.sample.name }, { cause: thrown });
    }
  }

  /**
   * Lets go of every picture that is not among these, and takes those that it does not have from where they are kept.
   * @returns ids of those that are kept nowhere
   */
  async open(samples: readonly Sample[]): Promise<readonly string[]> {
    const wanted = new Set(samples.map(({ id }) => id));
    this.remove(
      this.#shelf
        .list()
        .map(({ id }) => id)
        .filter((id) => !wanted.has(id)),
    );
    for (const importId of this.#shelf.forgetSetAside()) void this.#imports.release(importId);
    const missing = samples.filter(({ id }) => this.#shelf.get(id) === null);
    // Where storage is refused nothing is kept.
    const kept = await this.#keep.find(missing.map(contentOf)).catch(() => new Map<string, number>());
    const lost: string[] = [];
    for (const sample of missing) {
      const content = contentOf(sample);
      if (kept.has(content)) this.#shelf.adopt(sample, { kind: 'kept', content });
      else lost.push(sample.id);
    }
    return lost;
  }

  /** Of the present pictures, as far as they are kept. */
  async thumbnails(onThumbnails: (thumbnails: readonly KeptThumbnail[]) => void, signal: AbortSignal): Promise<void> {
    const ids = new Map<string, string[]>();
    for (const sample of this.#shelf.list()) {
      const content = contentOf(sample);
      ids.set(content, [...(ids.get(content) ?? []), sample.id]);
    }
    await this.#keep.thumbnails(
      [...ids.keys()],
      (some) => {
        onThumbnails(
          some.flatMap(({ content, thumbnail }) => (ids.get(content) ?? []).map((sampleId) => ({ sampleId, thumbnail }))),
        );
      },
      signal,
    );
  }

  /** That hold present pictures. */
  folders(): Promise<readonly LeftFolder[]> {
    return this.#keep.folders(this.#shelf.list().map(contentOf));
  }

  /** Everything that undo could bring back too. */
  contentsHeld(): ReadonlySet<string> {
    return new Set(this.#shelf.all().map(contentOf));
  }

  list(): readonly Sample[] {
    return this.#shelf.list();
  }

  /**
   * Pixels of a sample, 224 x 224 RGB; the caller owns the array and may transfer it. Asking ahead is cheap: pictures asked for are held.
   * @throws HeadstartError `sample-unknown`, `picture-gone`
   */
  async pixels(sampleId: string, fit: Fit): Promise<Uint8Array<ArrayBuffer>> {
    const entry = this.#shelf.get(sampleId);
    if (entry === null) throw new HeadstartError('sample-unknown');
    const key = `${sampleId} ${fit}`;
    const held = this.#fitted.get(key) ?? this.#decodeSample(entry, fit);
    // Moved to the end: the front is what was asked for longest ago.
    this.#fitted.delete(key);
    this.#fitted.set(key, held);
    for (const oldest of this.#fitted.keys()) {
      if (this.#fitted.size <= heldPictures) break;
      this.#fitted.delete(oldest);
    }
    try {
      return new Uint8Array(await held);
    } catch (thrown) {
      this.#fitted.delete(key);
      throw gone(thrown, entry.sample.name);
    }
  }

  /** Pixels of a file that is not part of the project. @throws HeadstartError with the code of a skipped file */
  filePixels(file: Blob, fit: Fit): Promise<Uint8Array<ArrayBuffer>> {
    return this.#decode(file, fit);
  }

  /** How many files are best looked at ahead. */
  get window(): number {
    return this.#pool.window;
  }

  /** A listed file as the network sees it and small, without taking it in. @throws HeadstartError `cancelled`, `worker-dead` */
  async glance(importId: string, path: string, fit: Fit, signal: AbortSignal): Promise<DecodeOutcome<GlancedPicture>> {
    const file = this.#imports.bytesOf(importId, path);
    if (file === null) return { ok: false, reason: describeError('file-unreadable') };
    return this.#pool.run({ kind: 'glance', file, fit }, signal);
  }

  /** A listed file as it was given. @throws HeadstartError `import-closed`, `picture-gone` */
  async importFile(importId: string, path: string): Promise<Blob> {
    const file = this.#imports.bytesOf(importId, path);
    if (file === null) throw new HeadstartError('import-closed');
    try {
      return file instanceof Blob ? file : new Blob([await readBytes(file, 0, () => undefined)]);
    } catch (cause) {
      throw new HeadstartError('picture-gone', { name: path.split('/').at(-1) ?? path }, { cause });
    }
  }

  /** A file that was moved since it was given is read from its copy, where there is one. */
  async #decodeSample(entry: ShelfEntry, fit: Fit): Promise<Uint8Array<ArrayBuffer>> {
    try {
      return await this.#decode(await this.#bytesOf(entry), fit);
    } catch (thrown) {
      const isMoved = toHeadstartError(thrown).code === 'file-unreadable' && !isKept(entry.file);
      const content = contentOf(entry.sample);
      if (!isMoved || !(await this.#keep.find([content]).catch(() => null))?.has(content)) throw thrown;
      return this.#decode(await this.#keep.bytes(content), fit);
    }
  }

  #bytesOf({ file }: ShelfEntry): Promise<ReadableBytes> | ReadableBytes {
    return isKept(file) ? this.#keep.bytes(file.content) : file;
  }

  async #decode(file: ReadableBytes, fit: Fit): Promise<Uint8Array<ArrayBuffer>> {
    const outcome = await this.#pool.run({ kind: 'fit', file, fit });
    if (outcome.ok) return outcome.value;
    throw HeadstartError.fromRecord(outcome.reason);
  }

  async #takeIn(
    items: Iterable<IngestItem> | AsyncIterable<IngestItem>,
    total: number,
    onEvent: (event: IngestEvent) => void,
    signal: AbortSignal,
    keeping: Keeping = 'copy',
  ): Promise<IngestReport> {
    const batch = new EventBatch(total, onEvent);
    const queue = new KeepQueue(this.#keep);
    const count = { added: 0, skipped: 0, repeated: 0, cancelled: false };
    /** Boxed, because it is set from callbacks. */
    const failure: { error: HeadstartError | null } = { error: null };

    const skip = (file: SkippedFile) => {
      count.skipped += 1;
      if (file.reason.code === 'duplicate-file') count.repeated += 1;
      batch.skip(file);
    };
    const settle = (source: PictureSource, file: PictureBytes, outcome: Outcome) => {
      if (outcome === 'cancelled') count.cancelled = true;
      else if (!outcome.ok) skip({ path: source.path, reason: outcome.reason });
      else {
        const put = this.#shelf.put(source, file, outcome.value);
        if ('sameAs' in put) return skip({ path: source.path, reason: describeError('duplicate-file', { other: put.sameAs }) });
        if ('importId' in source) this.#imports.hold(source.importId);
        count.added += 1;
        const left = keeping === 'leave' ? this.#placeOf(source) : null;
        queue.push({ content: outcome.value.hash, bytes: file, thumbnail: outcome.value.thumbnail, left });
        batch.sample({ sample: put.sample, thumbnail: outcome.value.thumbnail });
      }
    };
    const note = (thrown: unknown): 'cancelled' => {
      const error = toHeadstartError(thrown);
      if (error.code !== 'cancelled') failure.error ??= error;
      return 'cancelled';
    };
    const inspect = (file: PictureBytes): Promise<Outcome> => this.#pool.run({ kind: 'inspect', file }, signal).catch(note);

    /** Each link tells one item after the one before it; at most a window of them is under way. */
    const links: Promise<void>[] = [];
    let last = Promise.resolve();
    try {
      for await (const item of items) {
        if (signal.aborted || failure.error !== null) break;
        const before = last;
        const file = 'reason' in item ? null : this.#fileOf(item);
        if ('reason' in item) last = before.then(() => skip(item));
        else if (file === null) last = before.then(() => skip({ path: item.path, reason: describeError('file-unreadable') }));
        else {
          const outcome = inspect(file);
          last = before.then(async () => settle(item, file, await outcome));
        }
        links.push(last);
        if (links.length >= this.#pool.window) await links.shift();
      }
    } catch (thrown) {
      note(thrown);
    }
    await last;
    const notKept = await queue.drain();
    if (failure.error !== null) {
      batch.flush();
      throw failure.error;
    }
    const cancelled = count.cancelled || (signal.aborted && count.added + count.skipped < total);
    if (cancelled) batch.flush();
    else batch.finish();
    if (!cancelled && count.added === 0 && count.repeated === 0 && total > 0)
      throw new HeadstartError('no-readable-picture', { count: total });
    const report = { added: count.added, skipped: count.skipped, cancelled };
    return notKept === null ? report : { ...report, notKept };
  }

  #fileOf(source: PictureSource): PictureBytes | null {
    return 'file' in source ? source.file : this.#imports.bytesOf(source.importId, source.path);
  }

  /** Where a loose file of a dropped folder lies; null for any other. */
  #placeOf(source: PictureSource): FolderPlace | null {
    return 'importId' in source ? this.#imports.placeOf(source.importId, source.path) : null;
  }
}

/** What stands between a person and their picture, by its name. */
function gone(thrown: unknown, name: string): HeadstartError {
  const error = toHeadstartError(thrown);
  return error.code === 'file-unreadable' ? new HeadstartError('picture-gone', { name }, { cause: thrown }) : error;
}
