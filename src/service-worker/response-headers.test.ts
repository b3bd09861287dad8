import { expect, it } from 'vitest';
import { chooseHeaders, serviceWorkerVersion } from './response-headers';

const ours = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Content-Security-Policy': "default-src 'none'",
  'Permissions-Policy': 'camera=(self)',
  'X-Content-Type-Options': 'nosniff',
};
const added = {
  'cross-origin-resource-policy': 'same-origin',
  'x-headstart-service-worker': String(serviceWorkerVersion),
};
const lowerCase = (headers: Readonly<Record<string, string>>) => Object.fromEntries(new Headers(headers));

it('a page gets what isolates and limits it, and keeps what the host said besides', () => {
  const fromHost = { 'content-type': 'text/html', 'cache-control': 'max-age=600', 'content-length': '12' };
  expect(Object.fromEntries(chooseHeaders('page', new Headers(fromHost), ours))).toEqual({
    ...fromHost,
    ...lowerCase(ours),
    ...added,
  });
});

it('a worker’s script gets its policies; an opener and permissions are a matter of pages', () => {
  const headers = chooseHeaders('worker-script', new Headers(), ours);
  expect(headers.get('Cross-Origin-Embedder-Policy')).toBe('require-corp');
  expect(headers.get('Content-Security-Policy')).toBe("default-src 'none'");
  expect([headers.has('Cross-Origin-Opener-Policy'), headers.has('Permissions-Policy')]).toEqual([false, false]);
});

it('any other file of the build stays as the host has it', () => {
  expect(Object.fromEntries(chooseHeaders('file', new Headers({ 'content-type': 'text/css' }), ours))).toEqual({
    'content-type': 'text/css',
    ...added,
  });
});

it('a host’s policy that does not isolate is replaced; who may embed is the host’s to say', () => {
  const headers = chooseHeaders(
    'page',
    new Headers({
      'Cross-Origin-Opener-Policy': 'same-origin-allow-popups',
      'Cross-Origin-Embedder-Policy': 'unsafe-none',
      'Cross-Origin-Resource-Policy': 'cross-origin',
    }),
    ours,
  );
  expect(Object.fromEntries(headers)).toEqual({ ...lowerCase(ours), ...added, 'cross-origin-resource-policy': 'cross-origin' });
});

it('what described a compressed body goes with the compression', () => {
  const fromHost = new Headers({ 'Content-Encoding': 'br', 'Content-Length': '400', ETag: '"a"' });
  const headers = chooseHeaders('page', fromHost, ours);
  expect([headers.has('Content-Encoding'), headers.has('Content-Length'), headers.get('ETag')]).toEqual([false, false, '"a"']);
});

it('leaves the host’s headers themselves as they are', () => {
  const fromHost = new Headers({ 'Content-Type': 'text/html' });
  chooseHeaders('page', fromHost, ours);
  expect([...fromHost.keys()]).toEqual(['content-type']);
});
