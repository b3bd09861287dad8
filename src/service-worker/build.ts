/** A file of the build. */
export interface BuildFile {
  /** From the page's folder, without a leading `/`. */
  readonly path: string;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly bytes: number;
}

/** What this service worker was built with: scripts/vite-service-worker.ts writes it before the script. */
export interface BuildRecord {
  /** The same for the same files. */
  readonly id: string;
  /** Of the page, as our own servers send them. */
  readonly headers: Readonly<Record<string, string>>;
  /** All that the page can need without a network, but the weights. */
  readonly files: readonly BuildFile[];
}
