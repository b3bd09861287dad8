import type { SkippedFile } from '../../domain/dataset';
import type { PictureBytes } from './picture-bytes';

/** A file of an archive. */
export interface Member {
  /** Inside its archive; clean, see `entryPath`. */
  readonly path: string;
  readonly source: PictureBytes;
}

/** What a reader of archives gives, in the archive's own order; `skipped.path` is inside the archive, or empty for all of it. */
export type Finding = { readonly member: Member } | { readonly skipped: SkippedFile };
