import type { PictureSource, SkippedFile } from '../../domain/dataset';
import { HeadstartError } from '../../domain/errors';
import { HubClient, type HubOptions, type OnWait } from './hub-client';

const parallelDownloads = 6;
/** One picture may be missing; a server that loses this many in a row is refusing. */
const losesInARow = 5;

export interface HubAccess {
  readonly server: string;
  readonly signal: AbortSignal;
  readonly options: HubOptions;
  readonly onWait: OnWait | undefined;
  /** What the server loses, for words: `photos`. */
  readonly things: string;
}

/** Which pictures are wanted, in their order, and how one is fetched. A picture that is gone is told as skipped. */
export interface HubDownloads<T> {
  readonly wanted: AsyncIterable<T>;
  readonly download: (wanted: T) => Promise<PictureSource | SkippedFile>;
}

/**
 * Downloads six at a time, told in the order in which they are wanted.
 * @param begin is given the client, whose requests end when nobody takes pictures any more.
 * @throws HeadstartError `hub-refused` when pictures are lost one after the other; what `begin`'s parts reject with.
 */
export async function* downloadInOrder<T>(
  { server, signal, options, onWait, things }: HubAccess,
  begin: (client: HubClient) => HubDownloads<T>,
): AsyncGenerator<PictureSource | SkippedFile> {
  // Whoever stops taking pictures stops the downloads too, not only the signal.
  const stop = new AbortController();
  const abort = () => stop.abort();
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  const { wanted, download } = begin(new HubClient(server, stop.signal, options, onWait));
  const downloads: Promise<PictureSource | SkippedFile>[] = [];
  let lost = 0;
  const take = async (): Promise<PictureSource | SkippedFile> => {
    const item = await (downloads.shift() ?? Promise.reject(new HeadstartError('cancelled')));
    lost = 'reason' in item ? lost + 1 : 0;
    if (lost === losesInARow) throw new HeadstartError('hub-refused', { detail: `${things} are not there` });
    return item;
  };
  try {
    for await (const one of wanted) {
      const started = download(one);
      // Looked at in its turn; until then a failure is not unheard.
      started.catch(() => undefined);
      downloads.push(started);
      if (downloads.length >= parallelDownloads) yield await take();
    }
    while (downloads.length > 0) yield await take();
  } finally {
    signal.removeEventListener('abort', abort);
    abort();
  }
}

/** A picture at its address, or, where that has expired, at the one that is asked for anew; null where it is at neither. */
export async function fetchPicture(
  client: HubClient,
  src: string,
  freshAddress: () => Promise<string | null>,
): Promise<Blob | null> {
  const file = await client.picture(src);
  if (file !== null) return file;
  const address = await freshAddress();
  return address === null ? null : client.picture(address);
}
