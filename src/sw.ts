/**
 * The one service worker. It gives the page the headers that a host cannot set, and keeps nothing.
 * A new version waits until no page of the old one is open: it never takes over a page by itself, so there is neither
 * `skipWaiting` nor `clients.claim` here. The first version has nobody to wait for and starts at once.
 */
import { answerWith } from './service-worker/answer';
import { routeRequest } from './service-worker/route';

declare const self: ServiceWorkerGlobalScope;

self.addEventListener('fetch', (event) => {
  const route = routeRequest(event.request, self.registration.scope);
  if (route === 'leave') return;
  // A network error rejects, and the browser shows its own page for it.
  event.respondWith(fetch(event.request).then((fromHost) => answerWith(route, fromHost)));
});
