import type { Split } from '../dataset';
import type { ManifestColumns, ManifestQuestion } from './manifest';

/** What becomes of the pictures of a row. */
export type ImportTarget =
  { readonly kind: 'class'; readonly className: string } | { readonly kind: 'unlabelled' } | { readonly kind: 'ignore' };

/** One row of the table: files that were found together and go the same way. */
export interface ImportRow {
  /** Unique in its reading, and the same whenever the same paths are read the same way. */
  readonly key: string;
  /** The folder, name or label as it was found. */
  readonly found: string;
  readonly foundAs: 'folder' | 'name' | 'label' | 'rest';
  /** All files, in the listing's order; those that do not look like pictures are only reported. */
  readonly paths: readonly string[];
  /** How many of them look like pictures. */
  readonly pictures: number;
  /** File names, a few. */
  readonly examples: readonly string[];
  readonly target: ImportTarget;
  readonly split: Split | null;
}

export type ReadingKind =
  | 'class-folders'
  | 'split-folders'
  | 'file-names'
  | 'pets-species'
  | 'pets-breeds'
  | 'innermost-folders'
  | 'outermost-folders'
  | 'pattern'
  | 'one-class'
  | 'manifest'
  | 'unlabelled';

/** One way to read the paths. Every path is in exactly one row. */
export interface ImportReading {
  /** Unique among the readings of a listing. */
  readonly id: string;
  readonly kind: ReadingKind;
  /** Short, for the list of ways to read it. */
  readonly title: string;
  /** What was seen, with counts, as sentences. */
  readonly reasoning: readonly string[];
  readonly rows: readonly ImportRow[];
  /** The pattern that reads the names, where one does. */
  readonly pattern: string | null;
  readonly manifest: ManifestReading | null;
}

/** What a manifest's reading adds. */
export interface ManifestReading {
  readonly columns: ManifestColumns;
  /** What it cannot decide; the person must. */
  readonly question: ManifestQuestion | null;
  /** Files that are named and were not found, at most 1,000 of `absentCount`. */
  readonly absent: readonly string[];
  readonly absentCount: number;
}

/** What an alternative is called before anybody looks at it; rows are only made on demand. */
export interface ReadingOffer {
  readonly id: string;
  readonly title: string;
}

/** Two and more names that seem to mean one class. */
export interface MergeProposal {
  readonly into: string;
  readonly from: readonly string[];
}
