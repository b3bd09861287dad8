import { compareText } from '../../domain/compare-text';
import type { SkippedFile } from '../../domain/dataset';
import { describeError, HeadstartError, throwIfCancelled } from '../../domain/errors';
import type { ImportFile, ImportListing, ImportProgress, ListedEntry } from '../../domain/import-listing';
import { isSystemName } from '../../domain/system-names';
import { archiveStartBytes, isArchiveName, sniffArchive, withoutArchiveEnding } from './archive-kind';
import { maxArchives, maxDepth, maxFiles } from './limits';
import { findLivePhotoVideos } from './live-photos';
import type { Finding } from './member';
import { type PictureBytes, sizeOf, storedPart, unpack } from './picture-bytes';
import { readTar } from './read-tar';
import { readZip } from './read-zip';
import type { Scratch, ScratchFile } from './scratch';
import { unpackWhole } from './unpack-whole';

export interface ListOptions {
  /** Opened when something has to be unpacked. */
  readonly scratch: () => Promise<Scratch>;
  /** Told every file that was unpacked: whoever asked removes it in the end. */
  readonly keep: (file: ScratchFile) => void;
  readonly onProgress: (progress: ImportProgress) => void;
  readonly signal: AbortSignal;
  /** Milliseconds. */
  readonly now: () => number;
}

export interface ListedImport {
  readonly listing: ImportListing;
  /** Every path of the listing, texts too. */
  readonly entries: ReadonlyMap<string, PictureBytes>;
}

const textName = /\.(csv|tsv|jsonl)$/i;
const tellMilliseconds = 100;

function isSystemPath(path: string): boolean {
  return path.split('/').some(isSystemName);
}

async function startOf(source: PictureBytes): Promise<Uint8Array> {
  const stored = await storedPart(source);
  if (stored !== null) return new Uint8Array(await stored.slice(0, archiveStartBytes).arrayBuffer());
  const start = new Uint8Array(archiveStartBytes);
  let count = 0;
  if (source instanceof Blob) return start;
  for await (const piece of unpack(source)) {
    start.set(piece.subarray(0, archiveStartBytes - count), count);
    count += piece.length;
    if (count >= archiveStartBytes) break;
  }
  return start.subarray(0, Math.min(count, archiveStartBytes));
}

/** One import while it is listed. */
class Lister {
  readonly entries = new Map<string, PictureBytes>();
  readonly skipped: SkippedFile[] = [];
  readonly #prefixes = new Set<string>();
  ignored = 0;
  unpackedBytes = 0;
  #archives = 0;
  #told = -Infinity;
  #isFull = false;
  readonly #options: ListOptions;

  constructor(options: ListOptions) {
    this.#options = options;
  }

  /** A loose file, or one of an archive; archives are opened, `depth` of them around this one. */
  async take(path: string, source: PictureBytes, depth: number): Promise<void> {
    throwIfCancelled(this.#options.signal);
    if (this.#isFull) return;
    if (isArchiveName(path)) return this.#openArchive(path, source, depth);
    if (this.entries.has(path)) return this.#skip(path, 'entry-repeated');
    if (this.entries.size >= maxFiles) {
      this.#isFull = true;
      return this.#skip(path, 'archive-too-many-files', { count: maxFiles, things: 'files', name: path });
    }
    this.entries.set(path, source);
  }

  async #openArchive(path: string, source: PictureBytes, depth: number): Promise<void> {
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (depth >= maxDepth) return this.#skip(path, 'archive-too-deep', { name, depth });
    this.#archives += 1;
    if (this.#archives > maxArchives) {
      this.#isFull = true;
      return this.#skip(path, 'archive-too-many-files', { count: maxArchives, things: 'archives', name });
    }
    try {
      const findings = await this.#findingsOf(path, name, source);
      await this.#takeFindings(path, name, findings, depth);
    } catch (thrown) {
      if (!(thrown instanceof HeadstartError) || thrown.code === 'cancelled') throw thrown;
      this.skipped.push({ path, reason: thrown.toRecord() });
    }
  }

  /** What an archive holds, whichever kind it is. @throws HeadstartError with the reason when it cannot be opened */
  async #findingsOf(path: string, name: string, source: PictureBytes): Promise<readonly Finding[]> {
    if (sizeOf(source) === 0) throw new HeadstartError('file-empty');
    const start = await startOf(source);
    const kind = sniffArchive(start) ?? (/\.(zip|cbz)$/i.test(name) ? 'zip' : null);
    if (kind === null) {
      if (/\.(tar|tgz|taz|gz)$/i.test(name)) throw new HeadstartError('archive-broken', { name });
      const ending = name.slice(name.lastIndexOf('.') + 1).toUpperCase();
      throw new HeadstartError('archive-unsupported', { name, format: ending });
    }
    if (typeof kind === 'object') throw new HeadstartError('archive-unsupported', { name, format: kind.refused });
    const onCount = (files: number): void => {
      const now = this.#options.now();
      if (now - this.#told < tellMilliseconds) return;
      this.#told = now;
      this.#options.onProgress({ stage: 'listing', archive: path, files: this.entries.size + files });
    };
    this.#options.onProgress({ stage: 'listing', archive: path, files: this.entries.size });
    const { signal } = this.#options;
    if (kind === 'gzip') {
      const { file, isCut } = await this.#unpackWhole(name, source, 'gzip');
      const inside = sniffArchive(new Uint8Array(await file.slice(0, archiveStartBytes).arrayBuffer()));
      if (inside !== 'tar') throw new HeadstartError('archive-unsupported', { name, format: 'gzip' });
      return readTar(name, file, onCount, signal, isCut);
    }
    const archive = (await storedPart(source)) ?? (await this.#unpackWhole(name, source, 'as it is')).file;
    return kind === 'zip' ? readZip(name, archive, onCount, signal) : readTar(name, archive, onCount, signal);
  }

  async #unpackWhole(name: string, source: PictureBytes, how: 'gzip' | 'as it is') {
    const whole = await unpackWhole(name, source, how, { ...this.#options, scratch: await this.#options.scratch() });
    this.#options.keep(whole.scratchFile);
    this.unpackedBytes += whole.bytes;
    return whole;
  }

  async #takeFindings(path: string, name: string, findings: readonly Finding[], depth: number): Promise<void> {
    if (findings.length === 0) throw new HeadstartError('archive-empty', { name });
    const prefix = this.#choosePrefix(path);
    const base = prefix.slice(prefix.lastIndexOf('/') + 1);
    const visible = findings.filter((finding) => !isSystemPath('member' in finding ? finding.member.path : finding.skipped.path));
    this.ignored += findings.length - visible.length;
    // `train.zip` with everything in `train/` says the same twice.
    const isDoubled = visible.every((finding) => !('member' in finding) || finding.member.path.startsWith(`${base}/`));
    const placed = (inside: string): string =>
      `${prefix}/${isDoubled && inside.startsWith(`${base}/`) ? inside.slice(base.length + 1) : inside}`;
    for (const finding of visible) {
      if ('member' in finding) await this.take(placed(finding.member.path), finding.member.source, depth + 1);
      else this.skipped.push({ ...finding.skipped, path: finding.skipped.path === '' ? path : placed(finding.skipped.path) });
    }
  }

  /** The archive's path without its ending, unless a folder or another archive has that name already. */
  #choosePrefix(path: string): string {
    const short = withoutArchiveEnding(path);
    const isTaken = this.#prefixes.has(short) || [...this.entries.keys()].some((other) => other.startsWith(`${short}/`));
    const prefix = isTaken ? path : short;
    this.#prefixes.add(prefix);
    return prefix;
  }

  #skip(path: string, ...reason: Parameters<typeof describeError>): void {
    this.skipped.push({ path, reason: describeError(...reason) });
  }
}

/** Lists everything that was dropped, archives opened, archives in archives too. @throws HeadstartError `cancelled` */
export async function listImport(importId: string, files: readonly ImportFile[], options: ListOptions): Promise<ListedImport> {
  const lister = new Lister(options);
  // Loose files first, so that an archive never takes the place of a folder beside it.
  const [archives, loose] = [files.filter(({ path }) => isArchiveName(path)), files.filter(({ path }) => !isArchiveName(path))];
  for (const { path, file } of [...loose, ...archives]) await lister.take(path, file, 0);

  const videos = findLivePhotoVideos([...lister.entries.keys()]);
  for (const path of videos) lister.entries.delete(path);
  const listed = [...lister.entries]
    .map(([path, source]): ListedEntry => ({ path, bytes: sizeOf(source) }))
    .sort((a, b) => compareText(a.path, b.path));
  const listing: ImportListing = {
    importId,
    entries: listed.filter(({ path }) => !textName.test(path)),
    texts: listed.filter(({ path }) => textName.test(path)),
    skipped: lister.skipped,
    livePhotoVideos: videos.length,
    ignored: lister.ignored,
    unpackedBytes: lister.unpackedBytes,
  };
  return { listing, entries: lister.entries };
}
