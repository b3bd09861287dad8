/** What is asked of a request to say who answers it. */
export type RoutedRequest = Pick<Request, 'method' | 'mode' | 'destination' | 'url'>;

/**
 * `page`, `worker-script` and `file` are answered by the service worker: from what it keeps of the build, else as the host answers, the
 * first two with our headers on them. `leave`: the browser asks the network itself, as if there were no service worker, so that weights
 * stream, are cancelled, fail and are kept as ever.
 */
export type Route = 'page' | 'worker-script' | 'file' | 'leave';

/** Who answers, and, but for `leave`, which file of a build is meant: its path from the page's folder. */
export interface Routed {
  readonly route: Route;
  readonly path: string;
}

const left: Routed = { route: 'leave', path: '' };

/**
 * The page, what is in its `assets/`, and the other files of this build, nothing else: another app may live under the same scope.
 * `scope` is the registration's, absolute, and ends with `/`.
 */
export function routeRequest(
  { method, mode, destination, url }: RoutedRequest,
  scope: string,
  listed: ReadonlySet<string>,
): Routed {
  if (method !== 'GET') return left;
  const home = new URL(scope);
  const { origin, pathname } = new URL(url);
  if (origin !== home.origin || !pathname.startsWith(home.pathname)) return left;
  const path = pathname.slice(home.pathname.length);
  if (mode === 'navigate') return path === '' || path === 'index.html' ? { route: 'page', path: 'index.html' } : left;
  // The build puts every script into `assets/`; of an older build, too, whose page may still be open.
  const isAsset = path.startsWith('assets/');
  if (destination === 'worker') return isAsset ? { route: 'worker-script', path } : left;
  return isAsset || (listed.has(path) && path !== 'index.html') ? { route: 'file', path } : left;
}
