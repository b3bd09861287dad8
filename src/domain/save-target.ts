/** Where an archive is written to. The handle crosses to the worker, which writes. */
export interface SaveTarget {
  readonly handle: FileSystemFileHandle;
  /** When the file is whole. */
  finish(): Promise<void>;
  /** When it did not become whole. */
  discard(): Promise<void>;
}
