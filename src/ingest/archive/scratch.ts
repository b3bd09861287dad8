/** A file that is written once from its start to its end and then read at any place. */
export interface ScratchFile {
  /** Rejects when there is no room. */
  write(piece: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Ends the writing. */
  finish(): Promise<Blob>;
  /** Gives its room back; what reads it from then on fails. Never rejects. */
  remove(): Promise<void>;
}

/** Where archives are unpacked that can only be read from their start to their end. */
export interface Scratch {
  /** Bytes left; null where that is not known. */
  room(): Promise<number | null>;
  create(): Promise<ScratchFile>;
}

/** Joined before they are given to the browser, which keeps blobs outside this worker and on disk when they are many. */
const joinedBytes = 8 << 20;

/** For browsers that let the page store nothing: blobs, which live as long as the page. */
export class MemoryScratch implements Scratch {
  #left: number;

  constructor(bytes = 256 << 20) {
    this.#left = bytes;
  }

  room(): Promise<number> {
    return Promise.resolve(this.#left);
  }

  create(): Promise<ScratchFile> {
    const blobs: Blob[] = [];
    let waiting: Uint8Array<ArrayBuffer>[] = [];
    let [waitingBytes, written] = [0, 0];
    const join = (): void => {
      blobs.push(new Blob(waiting));
      waiting = [];
      waitingBytes = 0;
    };
    return Promise.resolve({
      write: (piece) => {
        if (piece.length > this.#left) return Promise.reject(new DOMException('no room', 'QuotaExceededError'));
        this.#left -= piece.length;
        written += piece.length;
        waiting.push(piece);
        waitingBytes += piece.length;
        if (waitingBytes >= joinedBytes) join();
        return Promise.resolve();
      },
      finish: () => {
        join();
        return Promise.resolve(new Blob(blobs));
      },
      remove: () => {
        this.#left += written;
        written = 0;
        return Promise.resolve();
      },
    });
  }
}
