import { HeadstartError, throwIfCancelled } from '../../domain/errors';
import type { ModelImportProgress } from '../../domain/model-import';
import { sizeWords } from '../../domain/size-words';
import type { Delay } from '../../domain/wait';
import type { ByteRange, HubPart, OpenPart } from '../../storage/hub-part';
import type { Fetch } from './fetch-file';
import { fetchRange, ifRangeOf, type FileMark } from './fetch-range';
import { withTries } from './tries';

export interface DownloadEnvironment {
  readonly fetch: Fetch;
  readonly delay: Delay;
  /** Milliseconds. */
  readonly now: () => number;
  /** Uniform in [0, 1), only for the jitter of waits. */
  readonly random: () => number;
  /** Asked for at once; what came of it is kept when it is whole or broken off. */
  readonly pieceBytes?: number;
}

export interface DownloadRequest {
  readonly url: string;
  /** How many bytes the header of the file has, from its first bytes on. Throws where that cannot be. */
  readonly headerBytes: (first: Uint8Array<ArrayBuffer>, totalBytes: number) => number;
  /** What is wanted of a file with this header, in the file's order, none touching another. Throws where it is not the right file. */
  readonly choose: (header: Uint8Array<ArrayBuffer>, totalBytes: number) => Promise<readonly ByteRange[]>;
  readonly onProgress: (progress: ModelImportProgress) => void;
  readonly signal: AbortSignal;
}

/** Headers of models have some kilobytes; what is longer takes another request. */
const firstBytes = 65_536;
const usualPieceBytes = 8 << 20;
/** Milliseconds between two reports. */
const reportEvery = 100;

/** Fetches parts of a file into a HubPart, going on with what is there of the same address. One at a time. */
export class PartDownload {
  readonly #environment: DownloadEnvironment;
  /** A host that refused `If-Range` once is not asked again. */
  #usesIfRange = true;

  constructor(environment: DownloadEnvironment) {
    this.#environment = environment;
  }

  /**
   * Until all that is wanted is in the part, which stays open. What came is kept whatever happens, unless the file is another one now.
   * @throws HeadstartError `hub-weights-*`, `cancelled`, and what `choose` throws
   */
  async run(part: HubPart, request: DownloadRequest): Promise<OpenPart> {
    const { url, onProgress, signal } = request;
    throwIfCancelled(signal);
    const kept = await part.open();
    let open = kept?.subject.url === url ? kept : await this.#begin(part, request);
    const total = open.values.length;
    let last = -Infinity;
    let highest = -1;
    const tell = (done: number): void => {
      const at = this.#environment.now();
      if (done <= highest || (done < total && at - last < reportEvery)) return;
      highest = done;
      last = at;
      onProgress({ stage: 'fetching', done, total });
    };
    tell(open.received);
    // Within one fetch the marks of the answers are compared; only what an earlier one left is asked for with a condition.
    let isContinued = kept === open && open.received > 0;
    while (open.received < total) {
      open = await this.#fetchPiece(part, open, request, isContinued, tell);
      isContinued = false;
    }
    return open;
  }

  async #begin(part: HubPart, request: DownloadRequest): Promise<OpenPart> {
    const { url, signal } = request;
    const first = await this.#fetchAll(url, { begin: 0, end: firstBytes }, null, signal);
    const { mark } = first;
    const headerBytes = request.headerBytes(first.bytes, mark.totalBytes);
    let header = first.bytes.slice(0, headerBytes);
    if (headerBytes > first.bytes.length) {
      const rest = await this.#fetchAll(url, { begin: first.bytes.length, end: headerBytes }, mark, signal);
      header = new Uint8Array(headerBytes);
      header.set(first.bytes);
      header.set(rest.bytes, first.bytes.length);
    }
    const ranges = await request.choose(header, mark.totalBytes);
    return part.begin({ url, ...mark, header, ranges });
  }

  /** A small range, held in memory. */
  async #fetchAll(url: string, { begin, end }: ByteRange, mark: FileMark | null, signal: AbortSignal) {
    const collected = new Uint8Array(end - begin);
    return withTries(
      async () => {
        let received = 0;
        const take = (bytes: Uint8Array): void => {
          collected.set(bytes, received);
          received += bytes.length;
        };
        const describeCut = () => cut(url, received, end - begin);
        const found = await this.#ask({ url, begin, end, mark, ifRange: null, take, describeCut, signal });
        return { mark: found, bytes: collected.subarray(0, received) };
      },
      this.#environment,
      signal,
    );
  }

  async #fetchPiece(
    part: HubPart,
    open: OpenPart,
    { url, signal }: DownloadRequest,
    isContinued: boolean,
    tell: (done: number) => void,
  ): Promise<OpenPart> {
    const { subject, values, received } = open;
    const { begin, end } = nextRange(subject.ranges, received, this.#environment.pieceBytes ?? usualPieceBytes);
    const piece = new Uint8Array(end - begin);
    let got = 0;
    const take = (bytes: Uint8Array): void => {
      piece.set(bytes, got);
      got += bytes.length;
      tell(received + got);
    };
    const describeCut = () => cut(url, received + got, values.length);
    let isOther = false;
    try {
      await withTries(
        () => {
          const ifRange = isContinued && this.#usesIfRange ? ifRangeOf(subject.etag) : null;
          // Each try goes on where the one before broke off.
          return this.#ask({ url, begin: begin + got, end, mark: subject, ifRange, take, describeCut, signal });
        },
        this.#environment,
        signal,
      );
    } catch (error) {
      isOther = error instanceof HeadstartError && error.code === 'hub-weights-changed';
      throw error;
    } finally {
      if (isOther) await part.drop();
      else open = await part.append(piece.subarray(0, got));
    }
    return open;
  }

  #ask(request: Parameters<typeof fetchRange>[0]): Promise<FileMark> {
    return fetchRange(request, this.#environment.fetch, () => {
      this.#usesIfRange = false;
    });
  }
}

function cut(url: string, received: number, expected: number): HeadstartError {
  return new HeadstartError('hub-weights-cut', {
    host: new URL(url).host,
    received: sizeWords(received),
    expected: sizeWords(expected),
  });
}

/** Where in the file the byte lies that comes after `received` wanted ones, and how far to ask from there. */
function nextRange(ranges: readonly ByteRange[], received: number, pieceBytes: number): ByteRange {
  let before = 0;
  for (const { begin, end } of ranges) {
    const from = begin + received - before;
    if (from < end) return { begin: from, end: Math.min(end, from + pieceBytes) };
    before += end - begin;
  }
  throw new RangeError('nothing is left to be fetched');
}
