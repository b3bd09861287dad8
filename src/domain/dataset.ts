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
  /** Null while it is unlabelled: such a picture is in no run. */
  readonly className: string | null;
  /** The split that the folders gave (`train`, `val`/`valid`, `test`), or null when the seed decides. */
  readonly folderSplit: Split | null;
  /** The split that the person chose for this picture, over folders, seed and groups; null when they did not. */
  readonly pinnedSplit: Split | null;
  /** First 32 hexadecimal digits of the content's SHA-256; null in a project saved before it was kept. */
  readonly contentHash: string | null;
  /** 64 bits of what it looks like, 16 hexadecimal digits (see ingest/perceptual-hash); null as above. */
  readonly perceptualHash: string | null;
  /** EXIF's DateTimeOriginal as `2026-01-31T12:34:56`, on the camera's clock; null where the file does not say. */
  readonly takenAt: string | null;
  /** Names the camera recording that it is a frame of: one recording never lies in two splits. Null for any other picture. */
  readonly recording: string | null;
  /** As its first bytes say, such as `JPEG`; null as above. */
  readonly format: string | null;
  /** After EXIF orientation, pixels. */
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
}

/** What a sample is unless its file or the person says otherwise; also what documents saved before these fields mean. */
export const plainSample = {
  pinnedSplit: null,
  contentHash: null,
  perceptualHash: null,
  takenAt: null,
  recording: null,
  format: null,
} as const satisfies Partial<Sample>;

/** What a picture is kept under: its content, or, in documents saved before that was noted, its id, which was the same. */
export function contentOf({ id, contentHash }: Pick<Sample, 'id' | 'contentHash'>): string {
  return contentHash ?? id;
}

/** A file that was left out, with the reason. */
export interface SkippedFile {
  readonly path: string;
  readonly reason: ErrorRecord;
}

/** Where the pictures of a project came from, for words and for the project's name. */
export const datasetOrigins = ['folder', 'drawings', 'kaggle', 'clipboard', 'camera', 'hub'] as const;
export type DatasetOrigin = (typeof datasetOrigins)[number];

/** One file with the label and split that the label rules gave it. It never leaves the browser. */
export type PictureSource = {
  readonly path: string;
  /** Null for a picture without a label. */
  readonly className: string | null;
  readonly folderSplit: Split | null;
  /** As in `Sample`; absent is null. */
  readonly recording?: string | null;
} & (
  | { readonly file: Blob }
  /** A file of an opened import: the worker knows where its bytes are. */
  | { readonly importId: string }
);
