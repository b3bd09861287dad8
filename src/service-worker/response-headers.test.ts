import { expect, it } from 'vitest';
import { chooseHeaders, serviceWorkerVersion } from './response-headers';

const isolating = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  'x-headstart-service-worker': String(serviceWorkerVersion),
};

it('a page gets what isolates it, and keeps what the host said besides', () => {
  const fromHost = { 'content-type': 'text/html', 'cache-control': 'max-age=600', 'content-length': '12' };
  expect(Object.fromEntries(chooseHeaders('page', new Headers(fromHost)))).toEqual({ ...fromHost, ...isolating });
});

it('a worker’s script gets the embedder policy; an opener is a matter of pages', () => {
  const headers = chooseHeaders('worker-script', new Headers());
  expect(headers.get('Cross-Origin-Embedder-Policy')).toBe('require-corp');
  expect(headers.has('Cross-Origin-Opener-Policy')).toBe(false);
});

it('a host’s policy that does not isolate is replaced; who may embed is the host’s to say', () => {
  const headers = chooseHeaders(
    'page',
    new Headers({
      'Cross-Origin-Opener-Policy': 'same-origin-allow-popups',
      'Cross-Origin-Embedder-Policy': 'unsafe-none',
      'Cross-Origin-Resource-Policy': 'cross-origin',
    }),
  );
  expect(Object.fromEntries(headers)).toEqual({ ...isolating, 'cross-origin-resource-policy': 'cross-origin' });
});

it('what described a compressed body goes with the compression', () => {
  const headers = chooseHeaders('page', new Headers({ 'Content-Encoding': 'br', 'Content-Length': '400', ETag: '"a"' }));
  expect([headers.has('Content-Encoding'), headers.has('Content-Length'), headers.get('ETag')]).toEqual([false, false, '"a"']);
});

it('leaves the host’s headers themselves as they are', () => {
  const fromHost = new Headers({ 'Content-Type': 'text/html' });
  chooseHeaders('page', fromHost);
  expect([...fromHost.keys()]).toEqual(['content-type']);
});
