import { describe, expect, it } from 'vitest';
import { routeRequest, type RoutedRequest } from './route';

const scope = 'https://site.example/some/sub/';
const listed = new Set(['index.html', 'assets/main-abc.js', 'icons/icon.svg', 'manifest.webmanifest']);
const routed = (url: string, request: Partial<RoutedRequest> = {}) =>
  routeRequest({ method: 'GET', mode: 'cors', destination: '', url: new URL(url, scope).href, ...request }, scope, listed);
const route = (...request: Parameters<typeof routed>) => routed(...request).route;
const navigate = { mode: 'navigate', destination: 'document' } as const;
const worker = { mode: 'same-origin', destination: 'worker' } as const;

describe('the service worker answers', () => {
  it('the page, under both of its names and with any query', () => {
    for (const address of ['./', 'index.html', '?set=1#top'])
      expect(routed(address, navigate)).toEqual({ route: 'page', path: 'index.html' });
    expect(route('./', { ...navigate, destination: 'iframe' })).toBe('page');
  });

  it('the scripts of its workers', () => {
    expect(routed('assets/control.worker-abc.js', worker)).toEqual({
      route: 'worker-script',
      path: 'assets/control.worker-abc.js',
    });
  });

  it('what lies in assets, of this build and of one whose page is still open, and the other files of this build', () => {
    expect(routed('assets/main-abc.js', { destination: 'script' })).toEqual({ route: 'file', path: 'assets/main-abc.js' });
    expect(route('assets/main-older.css', { mode: 'no-cors', destination: 'style' })).toBe('file');
    expect(route('assets/kernel-abc.wasm')).toBe('file');
    expect(route('icons/icon.svg', { mode: 'no-cors', destination: 'image' })).toBe('file');
  });
});

describe('the service worker leaves to the browser', () => {
  it('weights, and whatever else is not of the build', () => {
    expect(route('models/vgg16/model-00001-of-00006.safetensors')).toBe('leave');
    expect(route('models/vgg16/config.json')).toBe('leave');
    expect(route('sets/pets.zip')).toBe('leave');
    expect(route('sw.js', { mode: 'same-origin' })).toBe('leave');
    expect(route('index.html')).toBe('leave');
    expect(route('./')).toBe('leave');
  });

  it('other apps that live below the same scope', () => {
    expect(route('other/', navigate)).toBe('leave');
    expect(route('other/index.html', navigate)).toBe('leave');
    expect(route('other/worker.js', worker)).toBe('leave');
    expect(route('other/assets/worker.js', worker)).toBe('leave');
    expect(route('other/icons/icon.svg')).toBe('leave');
  });

  it('what comes from other hosts, or from above the page', () => {
    expect(route('https://photos.example/some/sub/', navigate)).toBe('leave');
    expect(route('https://photos.example/some/sub/assets/a.js', worker)).toBe('leave');
    expect(route('http://site.example/some/sub/', navigate)).toBe('leave');
    expect(route('https://site.example/assets/a.js')).toBe('leave');
  });

  it('what is sent rather than fetched', () => {
    expect(route('./', { ...navigate, method: 'POST' })).toBe('leave');
    expect(route('./', { ...navigate, method: 'HEAD' })).toBe('leave');
  });

  it('the same things at the root of a host', () => {
    const request = { method: 'GET', url: 'https://site.example/', ...navigate };
    const home = 'https://site.example/';
    expect(routeRequest(request, home, listed).route).toBe('page');
    expect(routeRequest({ ...request, url: 'https://site.example/other/' }, home, listed).route).toBe('leave');
  });
});
