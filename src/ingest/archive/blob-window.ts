import { HeadstartError } from '../../domain/errors';

const smallest = 4096;
const largest = 1 << 20;

/**
 * Reads a blob here and there in rising order. What follows a read place is taken along: much while the next place is near, little
 * while it is far, so that 25,000 small files do not cost 25,000 reads and large ones are not read for their headers' sake.
 */
export class BlobWindow {
  readonly #blob: Blob;
  #from = 0;
  #bytes = new Uint8Array(0);
  #length = smallest;

  constructor(blob: Blob) {
    this.#blob = blob;
  }

  /** Fewer bytes than asked for at the blob's end. @throws HeadstartError `file-unreadable` */
  async read(at: number, length: number): Promise<Uint8Array> {
    const end = this.#from + this.#bytes.length;
    if (at < this.#from || at + length > end) {
      const isNear = at >= this.#from && at < end + this.#length;
      this.#length = isNear ? Math.min(largest, this.#length * 2) : Math.max(smallest, this.#length / 2);
      try {
        this.#bytes = new Uint8Array(await this.#blob.slice(at, at + Math.max(length, this.#length)).arrayBuffer());
      } catch (cause) {
        throw new HeadstartError('file-unreadable', {}, { cause });
      }
      this.#from = at;
    }
    return this.#bytes.subarray(at - this.#from, at - this.#from + length);
  }
}
