export interface KeepRequest {
  readonly pictures: number;
  /** Of each picture. */
  readonly bytes: number;
  /** Written as files of their own, for comparison. */
  readonly asFiles: number;
}

/** Seconds, and bytes on disk. */
export interface KeepTimes {
  readonly keep: number;
  /** To know where each picture lies, as at the start of a visit. */
  readonly rows: number;
  readonly thumbnails: number;
  /** A thousand pictures in random order, each read whole and compared with its sum. */
  readonly readThousand: number;
  readonly sweep: number;
  readonly bytes: number;
  readonly longestBlockMs: number;
  readonly files: { readonly keep: number; readonly remove: number };
}

export interface KeepPage {
  measure(request: KeepRequest): Promise<KeepTimes>;
}
