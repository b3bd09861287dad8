import type { Route } from './route';

/** Raised when what this worker does changes; it is in each of its answers, so that one can see who gave it. */
export const serviceWorkerVersion = 2;

/** What concerns a page only: who its opener is, and what it may ask of the device. */
const ofPagesOnly = new Set(['Cross-Origin-Opener-Policy', 'Permissions-Policy']);

/**
 * The one place that decides what headers an answer of the service worker has, given the host's. `ours` are those of the page; the script of a
 * worker has a policy of its own and must carry the embedder policy of the page that starts it, or it is refused.
 */
export function chooseHeaders(
  route: Exclude<Route, 'leave'>,
  fromHost: Headers,
  ours: Readonly<Record<string, string>>,
): Headers {
  const headers = new Headers(fromHost);
  // The body has been decoded on its way here: these two describe what came over the wire.
  if (headers.has('Content-Encoding')) {
    headers.delete('Content-Encoding');
    headers.delete('Content-Length');
  }
  for (const [name, value] of Object.entries(ours)) {
    if (route === 'page' || (route === 'worker-script' && !ofPagesOnly.has(name))) headers.set(name, value);
  }
  // No other site has a reason to embed these; a host that says otherwise knows why.
  if (!headers.has('Cross-Origin-Resource-Policy')) headers.set('Cross-Origin-Resource-Policy', 'same-origin');
  headers.set('X-Headstart-Service-Worker', String(serviceWorkerVersion));
  return headers;
}
