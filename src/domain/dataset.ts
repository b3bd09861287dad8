import type { ErrorRecord } from './errors';

export type Split = 'train' | 'val' | 'test';

/** How a picture is made 224 x 224: torchvision's Resize(256) + CenterCrop(224); stretched; whole on the mean colour. */
export type Fit = 'crop' | 'squash' | 'pad';
export const fits: readonly Fit[] = ['crop', 'squash', 'pad'];

/** A picture with its label. Its pixels stay with the worker; the page knows this record and a thumbnail. */
export interface Sample {
  /** Stable within a project: hash of the content, and of the path where content repeats. */
  readonly id: string;
  /** File name as shown. */
  readonly name: string;
  /** Path relative to what was dropped, with `/`. */
  readonly path: string;
  readonly className: string;
  /** The split that the folders gave (`train`, `val`/`valid`, `test`), or null when the seed decides. */
  readonly folderSplit: Split | null;
  /** After EXIF orientation, pixels. */
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
}

/** A file that was left out, with the reason. */
export interface SkippedFile {
  readonly path: string;
  readonly reason: ErrorRecord;
}

/** Where the pictures of a project came from, for words and for the project's name. */
export type DatasetOrigin = 'folder' | 'drawings' | 'kaggle';

/** One file with the label and split that the label rules gave it. It never leaves the browser. */
export type PictureSource = {
  readonly path: string;
  readonly className: string;
  readonly folderSplit: Split | null;
} & (
  | { readonly file: Blob }
  /** A file of an opened import: the worker knows where its bytes are. */
  | { readonly importId: string }
);
