import { HeadstartError, throwIfCancelled } from '../../domain/errors';
import type { Fetch } from './fetch-file';
import { isPassingStatus, Passing } from './tries';

/** Which file answered, as far as an answer tells. */
export interface FileMark {
  /** As it was sent, quotes and all; null where none came. */
  readonly etag: string | null;
  readonly lastModified: string | null;
  /** Of the whole file. */
  readonly totalBytes: number;
}

export interface RangeRequest {
  readonly url: string;
  /** The first byte, and the first that is not wanted; a file that ends before it gives what it has. */
  readonly begin: number;
  readonly end: number;
  /** What the first answer told; null before there was one. */
  readonly mark: FileMark | null;
  /** Sent as `If-Range`: the host answers with all of the file unless it is still this one. Null leaves it out. */
  readonly ifRange: string | null;
  /** Called with the bytes as they come, never with more than were asked for. */
  readonly take: (bytes: Uint8Array) => void;
  /** What is thrown when the body breaks off. */
  readonly describeCut: () => HeadstartError;
  readonly signal: AbortSignal;
}

/** What only strong validators may do, RFC 9110 §13.1.5: weak ones are the same for what is merely as good. */
export function ifRangeOf(etag: string | null): string | null {
  return etag !== null && /^"[^"]*"$/.test(etag) ? etag : null;
}

const withoutWeakness = (etag: string): string => etag.replace(/^W\//, '');

/**
 * Whether both are of the same file. Where an ETag is weak or absent, length and date stand in for it. That is enough here: the address names
 * a revision, whose content never changes, and whatever comes is checked, tensor by tensor, before anything is replaced.
 */
function isSameFile(one: FileMark, other: FileMark): boolean {
  if (one.totalBytes !== other.totalBytes) return false;
  if (one.etag !== null && other.etag !== null) return withoutWeakness(one.etag) === withoutWeakness(other.etag);
  return one.lastModified === null || other.lastModified === null || one.lastModified === other.lastModified;
}

const contentRange = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/;

/** What an answer without the bytes that were asked for means. */
function refusalOf(response: Response, { url, mark }: RangeRequest): Error {
  const { host } = new URL(url);
  const { status, headers } = response;
  const etag = headers.get('etag');
  const unexpected = (detail: string) => new HeadstartError('hub-weights-unexpected', { host, detail });
  if (headers.get('content-type')?.startsWith('text/html') === true && status < 400) return unexpected('it is a page');
  if (status === 200) {
    const isOther = mark !== null && etag !== null && mark.etag !== null && withoutWeakness(etag) !== withoutWeakness(mark.etag);
    return new HeadstartError(isOther ? 'hub-weights-changed' : 'hub-weights-range-ignored', { host });
  }
  // The file ends before what is asked for: another one, if it did not before.
  if (status === 416) return mark === null ? unexpected('it is empty') : new HeadstartError('hub-weights-changed', { host });
  if (status < 400) return unexpected(`HTTP ${String(status)}`);
  const missing = new HeadstartError('hub-weights-missing', { host, status });
  return isPassingStatus(status) ? new Passing(missing) : missing;
}

/** Which file it is and whether these are the bytes that were asked for. Throws `hub-weights-unexpected`, `hub-weights-changed`. */
function checkPart(
  response: Response,
  { url, begin, end, mark }: RangeRequest,
): { readonly mark: FileMark; readonly length: number } {
  const { host } = new URL(url);
  const told = contentRange.exec(response.headers.get('content-range') ?? '');
  if (told === null)
    throw new HeadstartError('hub-weights-unexpected', { host, detail: 'it does not say which bytes of how many these are' });
  const [from = 0, last = 0, totalBytes = 0] = told.slice(1).map(Number);
  const found = { etag: response.headers.get('etag'), lastModified: response.headers.get('last-modified'), totalBytes };
  if (mark !== null && !isSameFile(mark, found)) throw new HeadstartError('hub-weights-changed', { host });
  if (from !== begin || last !== Math.min(end, totalBytes) - 1)
    throw new HeadstartError('hub-weights-unexpected', {
      host,
      detail: `it sent bytes ${String(from)} to ${String(last)} where ${String(begin)} to ${String(end - 1)} were asked for`,
    });
  return { mark: found, length: last + 1 - from };
}

/**
 * One request for a part of a file of another site, without cookies and past the HTTP cache: what comes is kept by us. Of an answer that is
 * not this part nothing is read. `onIfRangeRefused` is told when the browser did not let `If-Range` through: across sites it needs a consent
 * that not every host gives, while a range needs none. The same request is made without it then; the ETag of the answer says as much.
 * Rejects with `cancelled`, `hub-weights-*`; with Passing where another try may help.
 */
export async function fetchRange(request: RangeRequest, fetch: Fetch, onIfRangeRefused: () => void): Promise<FileMark> {
  const { url, begin, end, signal } = request;
  const stop = new AbortController();
  const onAbort = () => stop.abort();
  signal.addEventListener('abort', onAbort, { once: true });
  const range = `bytes=${String(begin)}-${String(end - 1)}`;
  const ask = (headers: Record<string, string>) =>
    fetch(url, { signal: stop.signal, headers, credentials: 'omit', cache: 'no-store', referrerPolicy: 'no-referrer' });
  try {
    const response = await askFor(ask, range, request, onIfRangeRefused);
    if (response.status !== 206) throw refusalOf(response, request);
    const { mark, length } = checkPart(response, request);
    await readPart(response, length, request);
    return mark;
  } finally {
    signal.removeEventListener('abort', onAbort);
    // The rest of a body that is not wanted is not to come: it may be half a gigabyte.
    stop.abort();
  }
}

/** Rejects with `cancelled`, or Passing `hub-weights-offline`. */
async function askFor(
  ask: (headers: Record<string, string>) => Promise<Response>,
  range: string,
  { url, signal, ifRange }: RangeRequest,
  onIfRangeRefused: () => void,
): Promise<Response> {
  if (ifRange !== null) {
    const conditional = await ask({ Range: range, 'If-Range': ifRange }).catch(() => null);
    throwIfCancelled(signal);
    if (conditional !== null) return conditional;
  }
  try {
    const response = await ask({ Range: range });
    // A refusal looks like a line that is down, until the same without the condition is answered.
    if (ifRange !== null) onIfRangeRefused();
    return response;
  } catch (error) {
    throwIfCancelled(signal);
    throw new Passing(new HeadstartError('hub-weights-offline', { host: new URL(url).host }, { cause: error }));
  }
}

async function readPart(response: Response, length: number, { url, take, describeCut, signal }: RangeRequest): Promise<void> {
  const reader = response.body?.getReader();
  let received = 0;
  try {
    for (;;) {
      const chunk = await reader?.read();
      if (chunk === undefined || chunk.done) break;
      received += chunk.value.length;
      if (received > length)
        throw new HeadstartError('hub-weights-unexpected', {
          host: new URL(url).host,
          detail: 'it sent more bytes than it said',
        });
      take(chunk.value);
    }
  } catch (error) {
    throwIfCancelled(signal);
    throw error instanceof HeadstartError ? error : new Passing(describeCut());
  }
  if (received < length) throw new Passing(describeCut());
}
