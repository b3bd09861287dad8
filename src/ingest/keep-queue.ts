import { toHeadstartError, type ErrorRecord } from '../domain/errors';
import { sizeOf } from './archive/picture-bytes';
import type { PictureKeep, PictureToKeep } from './picture-keep';

/** Kept together: each batch is one writing to disk and one transaction. Bytes are held in memory meanwhile. */
const batchBytes = 4 << 20;
const batchPictures = 100;

export interface NotKept {
  readonly pictures: number;
  /** Of the first one. */
  readonly reason: ErrorRecord;
}

/** Keeps pictures beside their being taken in, in their order. Once storage is full or refused the rest is counted and passed over. */
export class KeepQueue {
  readonly #keep: PictureKeep;
  #batch: PictureToKeep[] = [];
  #bytes = 0;
  #last: Promise<void> = Promise.resolve();
  #failed = 0;
  #reason: ErrorRecord | null = null;
  #isOver = false;

  constructor(keep: PictureKeep) {
    this.#keep = keep;
  }

  push(picture: PictureToKeep): void {
    this.#batch.push(picture);
    this.#bytes += picture.left === null ? sizeOf(picture.bytes) : 0;
    if (this.#bytes >= batchBytes || this.#batch.length >= batchPictures) this.#send();
  }

  /** Resolves when everything pushed is kept or not; tells what is not. */
  async drain(): Promise<NotKept | null> {
    this.#send();
    await this.#last;
    return this.#reason === null ? null : { pictures: this.#failed, reason: this.#reason };
  }

  #send(): void {
    if (this.#batch.length === 0) return;
    const pictures = this.#batch;
    this.#batch = [];
    this.#bytes = 0;
    this.#last = this.#last.then(() => this.#write(pictures));
  }

  async #write(pictures: readonly PictureToKeep[]): Promise<void> {
    if (this.#isOver) {
      this.#failed += pictures.length;
      return;
    }
    try {
      await this.#keep.keep(pictures);
    } catch (thrown) {
      const { code } = toHeadstartError(thrown);
      if (code === 'storage-full' || code === 'storage-refused') {
        this.#isOver = true;
        this.#count(pictures.length, thrown);
      } else if (pictures.length === 1) this.#count(1, thrown);
      // One file that went away meanwhile does not take its neighbours along.
      else for (const picture of pictures) await this.#write([picture]);
    }
  }

  #count(pictures: number, thrown: unknown): void {
    this.#failed += pictures;
    this.#reason ??= toHeadstartError(thrown).toRecord();
  }
}
