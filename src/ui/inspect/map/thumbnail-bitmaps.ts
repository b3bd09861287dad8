/** Bitmaps held at once: some 10 MB. */
const mostHeld = 500;
/** Decoded side by side. */
const mostLoading = 8;
/** Twice what is drawn, for fine screens. */
const side = 96;

/** Square bitmaps of thumbnails for a canvas, decoded when they are first drawn; those drawn longest ago go first. */
export class ThumbnailBitmaps {
  readonly #held = new Map<string, ImageBitmap>();
  readonly #loading = new Set<string>();
  readonly #failed = new Set<string>();
  readonly #blobOf: (sampleId: string) => Blob | undefined;
  readonly #onLoaded: () => void;
  #isDisposed = false;

  constructor(blobOf: (sampleId: string) => Blob | undefined, onLoaded: () => void) {
    this.#blobOf = blobOf;
    this.#onLoaded = onLoaded;
  }

  /** Null until it is decoded: `onLoaded` is called then. */
  get(sampleId: string): ImageBitmap | null {
    const held = this.#held.get(sampleId);
    if (held !== undefined) {
      // To the end of the order: drawn latest.
      this.#held.delete(sampleId);
      this.#held.set(sampleId, held);
      return held;
    }
    if (this.#loading.size < mostLoading && !this.#loading.has(sampleId) && !this.#failed.has(sampleId))
      void this.#load(sampleId);
    return null;
  }

  dispose(): void {
    this.#isDisposed = true;
    for (const bitmap of this.#held.values()) bitmap.close();
    this.#held.clear();
  }

  async #load(sampleId: string): Promise<void> {
    const blob = this.#blobOf(sampleId);
    if (blob === undefined) return;
    this.#loading.add(sampleId);
    const bitmap = await decodeSquare(blob).catch(() => null);
    this.#loading.delete(sampleId);
    if (bitmap === null) this.#failed.add(sampleId);
    else if (this.#isDisposed) bitmap.close();
    else this.#hold(sampleId, bitmap);
    if (!this.#isDisposed) this.#onLoaded();
  }

  #hold(sampleId: string, bitmap: ImageBitmap): void {
    this.#held.set(sampleId, bitmap);
    for (const [id, oldest] of this.#held) {
      if (this.#held.size <= mostHeld) return;
      this.#held.delete(id);
      oldest.close();
    }
  }
}

/** The middle square. */
async function decodeSquare(blob: Blob): Promise<ImageBitmap> {
  const whole = await createImageBitmap(blob);
  const { width, height } = whole;
  const short = Math.min(width, height);
  try {
    return await createImageBitmap(whole, (width - short) / 2, (height - short) / 2, short, short, {
      resizeWidth: side,
      resizeHeight: side,
    });
  } finally {
    whole.close();
  }
}
