import type { StagedFolder } from '../domain/import-listing';
import type { LeftFolder } from '../domain/projects';
import type { PictureBytes, ReadableBytes } from './archive/picture-bytes';

/** Where in a dropped folder a picture lies. */
export interface FolderPlace {
  readonly folder: StagedFolder;
  /** Inside the folder. */
  readonly path: string;
  readonly file: File;
}

/** A picture to keep, by its content. */
export interface PictureToKeep {
  readonly content: string;
  readonly bytes: PictureBytes;
  readonly thumbnail: Blob | null;
  /** Where it is left; null copies it. */
  readonly left: FolderPlace | null;
}

/**
 * Pictures kept for later visits. What it does not know is not kept. Every method may reject with `storage-refused`; where nothing can be
 * kept at all the library works without.
 */
export interface PictureKeep {
  /** Which of these contents are kept, with their sizes in bytes. */
  find(contents: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /**
   * The bytes of a kept picture, checked when they are read.
   * @throws HeadstartError `kept-picture-damaged`, `folder-permission`, `folder-absent`, `file-unreadable`
   */
  bytes(content: string): Promise<ReadableBytes>;
  /** All of them or none. @throws HeadstartError `storage-full`, `storage-refused`; the code of a file that cannot be read any more */
  keep(pictures: readonly PictureToKeep[]): Promise<void>;
  thumbnails(
    contents: readonly string[],
    take: (thumbnails: readonly { readonly content: string; readonly thumbnail: Blob }[]) => void,
    signal: AbortSignal,
  ): Promise<void>;
  folders(contents: readonly string[]): Promise<readonly LeftFolder[]>;
}

/** A browser that keeps nothing. */
export const noPictureKeep: PictureKeep = {
  find: () => Promise.resolve(new Map()),
  bytes: () => Promise.reject(new RangeError('nothing is kept')),
  keep: () => Promise.resolve(),
  thumbnails: () => Promise.resolve(),
  folders: () => Promise.resolve([]),
};
