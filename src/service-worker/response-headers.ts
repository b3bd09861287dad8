import type { Route } from './route';

/** Raised when what this worker does changes; it is in each of its answers, so that one can see who gave it. */
export const serviceWorkerVersion = 1;

/**
 * `require-corp` and not `credentialless`: Safari has only the former. Nothing of ours needs the latter, since all that the page
 * fetches from elsewhere (weights, example photos) it fetches by CORS.
 */
const embedderPolicy = { 'Cross-Origin-Embedder-Policy': 'require-corp' };

const ours: Readonly<Record<Exclude<Route, 'leave'>, Readonly<Record<string, string>>>> = {
  page: { 'Cross-Origin-Opener-Policy': 'same-origin', ...embedderPolicy },
  // A worker's own script must carry the policy of the page that starts it, or it is refused.
  'worker-script': embedderPolicy,
};

/** The one place that decides what headers an answer of the service worker has, given the host's. */
export function chooseHeaders(route: Exclude<Route, 'leave'>, fromHost: Headers): Headers {
  const headers = new Headers(fromHost);
  // The body has been decoded on its way here: these two describe what came over the wire.
  if (headers.has('Content-Encoding')) {
    headers.delete('Content-Encoding');
    headers.delete('Content-Length');
  }
  for (const [name, value] of Object.entries(ours[route])) headers.set(name, value);
  // No other site has a reason to embed these; a host that says otherwise knows why.
  if (!headers.has('Cross-Origin-Resource-Policy')) headers.set('Cross-Origin-Resource-Policy', 'same-origin');
  headers.set('X-Headstart-Service-Worker', String(serviceWorkerVersion));
  return headers;
}
