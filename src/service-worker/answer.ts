import { chooseHeaders } from './response-headers';
import type { Route } from './route';

/** Statuses whose answers may have no body, not even an empty one. */
const withoutBody = new Set([204, 205, 304]);

/**
 * The host's answer, or what is kept of it, with our headers, its body still streaming. What has no readable status (a redirect, an error)
 * stays as it is.
 */
export function answerWith(route: Exclude<Route, 'leave'>, fromHost: Response, ours: Readonly<Record<string, string>>): Response {
  const { status, statusText, body } = fromHost;
  // The browser itself follows the redirect of a page: it asks here again for where that leads.
  if (status === 0 || fromHost.type === 'opaqueredirect') return fromHost;
  return new Response(withoutBody.has(status) ? null : body, {
    status,
    statusText,
    headers: chooseHeaders(route, fromHost.headers, ours),
  });
}
