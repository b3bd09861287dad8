import { describe, expect, it } from 'vitest';
import { routeRequest, type RoutedRequest } from './route';

const scope = 'https://site.example/some/sub/';
const route = (url: string, request: Partial<RoutedRequest> = {}) =>
  routeRequest({ method: 'GET', mode: 'cors', destination: '', url: new URL(url, scope).href, ...request }, scope);
const navigate = { mode: 'navigate', destination: 'document' } as const;
const worker = { mode: 'same-origin', destination: 'worker' } as const;

describe('the service worker answers', () => {
  it('the page, under both of its names and with any query', () => {
    expect(route('./', navigate)).toBe('page');
    expect(route('index.html', navigate)).toBe('page');
    expect(route('?set=1#top', navigate)).toBe('page');
    expect(route('./', { ...navigate, destination: 'iframe' })).toBe('page');
  });

  it('the scripts of its workers', () => {
    expect(route('assets/control.worker-abc.js', worker)).toBe('worker-script');
  });
});

describe('the service worker leaves to the browser', () => {
  it('everything else that the page fetches: scripts, styles, weights, kernels', () => {
    expect(route('assets/main-abc.js', { destination: 'script' })).toBe('leave');
    expect(route('assets/main-abc.css', { mode: 'no-cors', destination: 'style' })).toBe('leave');
    expect(route('models/vgg16/model-00001-of-00006.safetensors')).toBe('leave');
    expect(route('assets/kernel-abc.wasm')).toBe('leave');
    expect(route('./')).toBe('leave');
  });

  it('other apps that live below the same scope', () => {
    expect(route('other/', navigate)).toBe('leave');
    expect(route('other/index.html', navigate)).toBe('leave');
    expect(route('other/worker.js', worker)).toBe('leave');
    expect(route('other/assets/worker.js', worker)).toBe('leave');
  });

  it('what comes from other hosts', () => {
    expect(route('https://photos.example/some/sub/', navigate)).toBe('leave');
    expect(route('https://photos.example/some/sub/assets/a.js', worker)).toBe('leave');
    expect(route('http://site.example/some/sub/', navigate)).toBe('leave');
  });

  it('what is sent rather than fetched', () => {
    expect(route('./', { ...navigate, method: 'POST' })).toBe('leave');
    expect(route('./', { ...navigate, method: 'HEAD' })).toBe('leave');
  });

  it('the same things at the root of a host', () => {
    const request = { method: 'GET', url: 'https://site.example/', ...navigate };
    expect(routeRequest(request, 'https://site.example/')).toBe('page');
    expect(routeRequest({ ...request, url: 'https://site.example/other/' }, 'https://site.example/')).toBe('leave');
  });
});
