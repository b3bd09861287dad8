import { sizeWords } from '../../domain/size-words';
import { HeadstartError } from '../../domain/errors';
import type { ImportFile, ImportListing, ImportProgress, StagedFolder } from '../../domain/import-listing';
import { maxTextBytes } from './limits';
import type { FolderPlace } from '../picture-keep';
import { listImport } from './list-import';
import { type PictureBytes, readBytes, sizeOf } from './picture-bytes';
import type { Scratch, ScratchFile } from './scratch';

interface OpenImport {
  readonly files: ImportFile[];
  /** Folders that can be opened again later, by name, and the loose files in them. */
  readonly folders: Map<string, StagedFolder>;
  readonly loose: Map<string, File>;
  entries: ReadonlyMap<string, PictureBytes>;
  scratchFiles: readonly ScratchFile[];
  /** Samples whose bytes are in it. */
  samples: number;
  isClosed: boolean;
}

/** What was dropped and not yet taken in or put away: knows where the bytes of every listed file are. Runs in the control worker. */
export class ImportDesk {
  readonly #imports = new Map<string, OpenImport>();
  readonly #openScratch: () => Promise<Scratch>;
  #scratch: Promise<Scratch> | null = null;

  constructor(openScratch: () => Promise<Scratch>) {
    this.#openScratch = openScratch;
  }

  /** Gives an import that is not opened yet some more of its files. */
  stage(importId: string, files: readonly ImportFile[], folders: readonly StagedFolder[] = []): void {
    const present = this.#imports.get(importId) ?? {
      files: [],
      folders: new Map<string, StagedFolder>(),
      loose: new Map<string, File>(),
      entries: new Map<string, PictureBytes>(),
      scratchFiles: [],
      samples: 0,
      isClosed: false,
    };
    this.#imports.set(importId, present);
    for (const folder of folders) present.folders.set(folder.name, folder);
    for (const one of files) {
      present.files.push(one);
      if (present.folders.has(rootOf(one.path))) present.loose.set(one.path, one.file);
    }
  }

  /**
   * Opens the archives among the staged files and lists everything; decodes nothing. An archive that cannot be opened is told as skipped.
   * @throws HeadstartError `cancelled`, and the import is closed; `import-closed` when nothing was staged.
   */
  async open(importId: string, onProgress: (progress: ImportProgress) => void, signal: AbortSignal): Promise<ImportListing> {
    const present = this.#require(importId);
    const scratchFiles: ScratchFile[] = [];
    try {
      const { listing, entries } = await listImport(importId, present.files, {
        scratch: () => (this.#scratch ??= this.#openScratch()),
        keep: (file) => scratchFiles.push(file),
        onProgress,
        signal,
        now: () => performance.now(),
      });
      present.entries = entries;
      present.scratchFiles = scratchFiles;
      present.files.length = 0;
      return listing;
    } catch (thrown) {
      this.#imports.delete(importId);
      await Promise.all(scratchFiles.map((file) => file.remove()));
      throw thrown;
    }
  }

  /**
   * All bytes of a listed text, as they are: which encoding they have is the reader's matter.
   * @throws HeadstartError `import-closed`, `text-too-large`, `file-unreadable`, `entry-broken`
   */
  async readText(importId: string, path: string): Promise<Uint8Array<ArrayBuffer>> {
    const source = this.bytesOf(importId, path);
    if (source === null) throw new HeadstartError('import-closed');
    const bytes = sizeOf(source);
    if (bytes > maxTextBytes) throw new HeadstartError('text-too-large', { name: path, size: sizeWords(bytes) });
    return readBytes(source, 0, () => undefined);
  }

  /** Where a listed file's bytes are; null when the import is closed or never had it. */
  bytesOf(importId: string, path: string): PictureBytes | null {
    return this.#imports.get(importId)?.entries.get(path) ?? null;
  }

  /** Where a listed file lies outside of the browser; null where it is inside an archive, or its folder cannot be opened again. */
  placeOf(importId: string, path: string): FolderPlace | null {
    const present = this.#imports.get(importId);
    const folder = present?.folders.get(rootOf(path));
    const file = present?.loose.get(path);
    if (folder === undefined || file === undefined || present?.entries.get(path) !== file) return null;
    return { folder, path: path.slice(folder.name.length + 1), file };
  }

  isOpen(importId: string): boolean {
    return this.#imports.get(importId)?.isClosed === false;
  }

  /** A sample's bytes are in this import: what was unpacked for it stays until `release`. */
  hold(importId: string): void {
    const present = this.#imports.get(importId);
    if (present !== undefined) present.samples += 1;
  }

  async release(importId: string): Promise<void> {
    const present = this.#imports.get(importId);
    if (present === undefined) return;
    present.samples -= 1;
    await this.#tidy(importId, present);
  }

  /** Nothing more will be taken from it. */
  async close(importId: string): Promise<void> {
    const present = this.#imports.get(importId);
    if (present === undefined) return;
    present.isClosed = true;
    present.entries = new Map();
    present.loose.clear();
    await this.#tidy(importId, present);
  }

  async #tidy(importId: string, present: OpenImport): Promise<void> {
    if (!present.isClosed || present.samples > 0) return;
    this.#imports.delete(importId);
    await Promise.all(present.scratchFiles.map((file) => file.remove()));
  }

  #require(importId: string): OpenImport {
    const present = this.#imports.get(importId);
    if (present === undefined || present.isClosed) throw new HeadstartError('import-closed');
    return present;
  }
}

/** The folder that a path begins in. */
function rootOf(path: string): string {
  return path.slice(0, path.indexOf('/'));
}
