import { HeadstartError, throwIfCancelled } from '../../domain/errors';
import type { Delay } from '../../domain/wait';
import { isPassingStatus, Passing, withTries } from './tries';

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface FileRequest {
  readonly url: string;
  readonly file: string;
  /** Bytes, when known beforehand. */
  readonly expectedBytes: number | null;
  readonly onBytes: (received: number) => void;
  readonly signal: AbortSignal;
}

async function readBody(response: Response, { file, expectedBytes, onBytes, signal }: FileRequest): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let received = 0;
  const truncated = (cause?: unknown) =>
    new Passing(new HeadstartError('weights-truncated', { file, received, expected: expectedBytes ?? 'unknown' }, { cause }));
  const reader = response.body?.getReader();
  try {
    for (;;) {
      const chunk = await reader?.read();
      if (chunk === undefined || chunk.done) break;
      chunks.push(chunk.value);
      received += chunk.value.length;
      // A longer file is another file; there is no use in reading all of it.
      if (expectedBytes !== null && received > expectedBytes) throw new Passing(new HeadstartError('weights-altered', { file }));
      onBytes(received);
    }
  } catch (error) {
    void reader?.cancel().catch(() => undefined);
    throwIfCancelled(signal);
    throw error instanceof Passing ? error : truncated(error);
  }
  if (expectedBytes !== null && received < expectedBytes) throw truncated();
  const bytes = new Uint8Array(received);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

async function fetchOnce(request: FileRequest, fetch: Fetch, attempt: number): Promise<Uint8Array> {
  const { url, file, signal } = request;
  let response: Response;
  try {
    // From the second try on the HTTP cache is passed by: it may be what holds the bad copy.
    response = await fetch(url, { signal, credentials: 'same-origin', cache: attempt === 0 ? 'default' : 'reload' });
  } catch (error) {
    throwIfCancelled(signal);
    throw new Passing(new HeadstartError('weights-offline', { url }, { cause: error }));
  }
  if (!response.ok) {
    const missing = new HeadstartError('weights-missing', { file, status: response.status });
    throw isPassingStatus(response.status) ? new Passing(missing) : missing;
  }
  // Hosts of single-page apps answer an unknown path with their start page.
  if (response.headers.get('content-type')?.startsWith('text/html') === true)
    throw new HeadstartError('weights-missing', { file, status: response.status });
  return readBody(response, request);
}

/**
 * Fetches a file, at most four tries with exponential waits and jitter between them. `verify` throws when the bytes are not the right ones.
 * Rejects with `weights-offline`, `-missing` (a 404 at once), `-truncated`, `-altered` or `cancelled`.
 */
export async function fetchFile(
  request: FileRequest,
  verify: (bytes: Uint8Array) => Promise<void>,
  { fetch, ...waiting }: { fetch: Fetch; delay: Delay; random: () => number },
): Promise<Uint8Array> {
  const attempt = async (number: number): Promise<Uint8Array> => {
    const bytes = await fetchOnce(request, fetch, number);
    try {
      await verify(bytes);
    } catch (error) {
      throw error instanceof HeadstartError && error.code === 'weights-altered' ? new Passing(error) : error;
    }
    return bytes;
  };
  return withTries(attempt, waiting, request.signal);
}
