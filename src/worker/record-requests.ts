import { describeRequest } from '../domain/outside-request';
import type { RequestLog } from '../domain/request-log';

/** What recording takes from a worker's surroundings. */
export interface RequestScope {
  fetch: typeof fetch;
  readonly location: { readonly origin: string };
}

/** Of a body, bytes; what has no length yet counts as one, so that it is seen. */
function lengthOf(body: unknown): number {
  if (body === null || body === undefined) return 0;
  if (typeof body === 'string') return new TextEncoder().encode(body).byteLength;
  if (body instanceof Blob) return body.size;
  return body instanceof ArrayBuffer || ArrayBuffer.isView(body) ? body.byteLength : 1;
}

function addressOf(input: RequestInfo | URL, base: string): URL | null {
  const text = input instanceof Request ? input.url : String(input);
  return URL.canParse(text, base) ? new URL(text, base) : null;
}

/**
 * From now on every fetch of this worker to another site is written down before it is made, and a third one that the answer sent on to once
 * it is known. `watchResources` gives the browser's own account of what was
 * requested: whatever is in it and was not written down is added as unexplained.
 */
export function recordRequests(
  scope: RequestScope,
  log: RequestLog,
  watchResources: (onAddress: (address: string) => void) => void,
  now: () => number = Date.now,
): void {
  const { origin } = scope.location;
  const isOutside = (address: URL): boolean => /^https?:$/.test(address.protocol) && address.origin !== origin;
  /** Address -> how often it was written down and not seen yet. */
  const expected = new Map<string, number>();
  const original = scope.fetch.bind(scope);
  scope.fetch = async (input, init) => {
    const address = addressOf(input, origin);
    if (address === null || !isOutside(address)) return original(input, init);
    const request = describeRequest(address, lengthOf(init?.body), now());
    log.add(request);
    expected.set(address.href, (expected.get(address.href) ?? 0) + 1);
    const response = await original(input, init);
    const end = addressOf(response.url, origin);
    // Where an answer sent the browser on is known only now. It was for the same purpose.
    if (response.redirected && end !== null && isOutside(end) && end.host !== address.host)
      log.add({ ...describeRequest(end, 0, now()), purpose: request.purpose, dataset: request.dataset });
    return response;
  };
  watchResources((text) => {
    const address = addressOf(text, origin);
    if (address === null || !isOutside(address)) return;
    const left = expected.get(address.href) ?? 0;
    if (left > 0) expected.set(address.href, left - 1);
    else log.add({ ...describeRequest(address, 0, now()), purpose: 'unexplained' });
  });
}

/** The browser's account: every resource that this context requested, by its address. */
export function watchResources(onAddress: (address: string) => void): void {
  new PerformanceObserver((list) => {
    for (const { name } of list.getEntries()) onAddress(name);
  }).observe({ type: 'resource', buffered: true });
}
