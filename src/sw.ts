/**
 * The one service worker. It gives the page the headers that a host cannot set, and keeps the files of its build, so that the page opens
 * without a network. A page is always answered from one build: a new version is kept whole before it starts, and starts when no
 * page of the old one is open or when the person asks for it.
 */
import { answerWith } from './service-worker/answer';
import type { BuildRecord } from './service-worker/build';
import { BuildCache, FillError } from './service-worker/build-cache';
import { readCommand, type Answer } from './service-worker/commands';
import { routeRequest, type Routed } from './service-worker/route';

declare const self: ServiceWorkerGlobalScope & { readonly headstartBuild: BuildRecord };

const { headstartBuild: build, registration } = self;
const listed = new Set(build.files.map(({ path }) => path));
/** Older browsers have none, whatever their types say. */
const locks = 'locks' in self.navigator ? (self.navigator.locks as LockManager | undefined) : undefined;
const cache = new BuildCache(build, {
  caches: self.caches,
  fetch: (url, init) => fetch(url, init),
  locks:
    locks === undefined
      ? null
      : {
          request: async (name, work) => locks.request(name, work),
          query: async () => {
            const { held = [] } = await locks.query();
            return { held: held.map(({ name = '' }) => ({ name })) };
          },
        },
  scope: registration.scope,
});

/** Another version may be filling its cache, or wait with a full one. */
const isLatest = (): boolean => registration.installing === null && registration.waiting === null;

async function answer({ route, path }: Routed, request: Request): Promise<Response> {
  if (route === 'leave') return fetch(request);
  // Refused storage must not take the network's place.
  const kept = await cache.find(path).catch(() => undefined);
  // A network error rejects, and the browser shows its own page for it.
  return answerWith(route, kept ?? (await fetch(request)), build.headers);
}

async function keep(): Promise<Answer> {
  try {
    await cache.fill();
    await cache.dropOthers(isLatest);
    // A page that loaded before there was a service worker has its later files from here too.
    await self.clients.claim();
    return { kind: 'kept', bytes: cache.bytes };
  } catch (thrown) {
    return { kind: 'not-kept', reason: thrown instanceof FillError ? thrown.reason : 'storage-refused' };
  }
}

self.addEventListener('install', (event) => {
  // The first version has no other to follow: it starts at once, and keeps its files when the page has nothing more urgent to load.
  if (registration.active !== null) event.waitUntil(cache.fill());
});

self.addEventListener('activate', (event) => {
  event.waitUntil(cache.dropOthers(() => registration.installing === null));
});

self.addEventListener('fetch', (event) => {
  const routed = routeRequest(event.request, registration.scope, listed);
  if (routed.route !== 'leave') event.respondWith(answer(routed, event.request));
});

self.addEventListener('message', (event) => {
  const command = readCommand(event.data);
  const [port] = event.ports;
  const reply = (work: Promise<Answer>): void => {
    event.waitUntil(work.then((message) => port?.postMessage(message)));
  };
  if (command === 'keep') reply(keep());
  if (command === 'forget') reply(cache.forget().then(() => ({ kind: 'forgotten' })));
  if (command === 'tell-build') reply(Promise.resolve({ kind: 'build', id: build.id }));
  if (command === 'take-over') event.waitUntil(self.skipWaiting());
});
