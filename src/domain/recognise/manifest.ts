/** Which column of a manifest says what, by position. */
export interface ManifestColumns {
  readonly file: number | null;
  readonly label: number | null;
  readonly split: number | null;
}

/** A column as the dialog shows it. */
export interface ManifestColumn {
  readonly name: string;
  /** A few different cells of it. */
  readonly examples: readonly string[];
}

/** What the person must say, since more than one column may be meant. */
export interface ManifestQuestion {
  readonly asks: 'file' | 'label';
  readonly sentence: string;
}
