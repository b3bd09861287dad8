import type { SkippedFile } from './dataset';

/** A file as it was given: `path` has `/` and begins with the dropped folder's name. */
export interface ImportFile {
  readonly path: string;
  readonly file: File;
  /** The dropped folder that it is in, where the browser can open that again on a later visit; the path begins with its name. */
  readonly folder?: FileSystemDirectoryHandle;
}

/** A dropped folder that the browser can open again on a later visit. */
export interface StagedFolder {
  /** First part of its files' paths. */
  readonly name: string;
  readonly handle: FileSystemDirectoryHandle;
}

/** A file of an import, loose or inside an archive, that nothing has looked into yet. */
export interface ListedEntry {
  /** With `/`, in Unicode's composed form. A file of an archive begins with the archive's own path less its ending. */
  readonly path: string;
  /** Unpacked, as its archive says. */
  readonly bytes: number;
}

/** What was dropped or chosen, with its archives opened and no picture decoded. */
export interface ImportListing {
  readonly importId: string;
  /** Sorted by path; what the label rules look at. Files that are no pictures are among them, so that they can be reported. */
  readonly entries: readonly ListedEntry[];
  /** Files that may be manifests (.csv, .tsv, .jsonl), sorted by path; not among `entries`. */
  readonly texts: readonly ListedEntry[];
  /** Archives and files of archives that cannot come in, with the reason. */
  readonly skipped: readonly SkippedFile[];
  /** Films that phones keep beside a picture of the same name: left out, and no error. */
  readonly livePhotoVideos: number;
  /** Files of operating systems (`__MACOSX`, `.DS_Store`, `Thumbs.db`) inside archives: left out without a word. */
  readonly ignored: number;
  /** Bytes that were unpacked to the browser's storage, because their archive can only be read from its start to its end. */
  readonly unpackedBytes: number;
}

/** What opening an import says while it goes. Laws: counts and bytes never fall while `archive` and `stage` stay the same. */
export type ImportProgress =
  | { readonly stage: 'listing'; readonly archive: string; readonly files: number }
  | {
      readonly stage: 'unpacking';
      readonly archive: string;
      /** Bytes written so far, unpacked. */
      readonly doneBytes: number;
      /** Room that it will take; null where the archive does not say. */
      readonly totalBytes: number | null;
      readonly secondsLeft: number | null;
    };
