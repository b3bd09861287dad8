/** What is asked of a request to say who answers it. */
export type RoutedRequest = Pick<Request, 'method' | 'mode' | 'destination' | 'url'>;

/**
 * `page` and `worker-script` are answered by the service worker, so that our headers are on them. `leave`: the browser asks the network
 * itself, as if there were no service worker, and streams, ranges, cancelling, redirects and errors are none of its business.
 */
export type Route = 'page' | 'worker-script' | 'leave';

/**
 * The page and the scripts of its workers, nothing else: another app may live under the same scope, and headers that isolate
 * could break it. `scope` is the registration's, absolute, and ends with `/`.
 */
export function routeRequest({ method, mode, destination, url }: RoutedRequest, scope: string): Route {
  if (method !== 'GET') return 'leave';
  const home = new URL(scope);
  const { origin, pathname } = new URL(url);
  if (origin !== home.origin) return 'leave';
  if (mode === 'navigate') return pathname === home.pathname || pathname === `${home.pathname}index.html` ? 'page' : 'leave';
  // `assets/` is where the build puts every script.
  return destination === 'worker' && pathname.startsWith(`${home.pathname}assets/`) ? 'worker-script' : 'leave';
}
