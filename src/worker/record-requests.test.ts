import { describe, expect, it } from 'vitest';
import type { OutsideRequest } from '../domain/outside-request';
import { RequestLog } from '../domain/request-log';
import { recordRequests } from './record-requests';

/** A worker of https://site.example; `resource` is the browser's account of one request. */
function createWorker() {
  const log = new RequestLog();
  const told: OutsideRequest[] = [];
  const stop = new AbortController();
  const following = log.follow((requests) => told.push(...requests), stop.signal);
  const order: string[] = [];
  const scope = {
    location: { origin: 'https://site.example' },
    fetch: (() => {
      order.push(`fetch after ${String(told.length)}`);
      const response = new Response();
      if (end !== null) Object.defineProperties(response, { redirected: { value: true }, url: { value: end } });
      return Promise.resolve(response);
    }) as typeof fetch,
  };
  let end: string | null = null;
  /** Where the next requests end. */
  const redirect = (address: string): void => {
    end = address;
  };
  let resource: (address: string) => void = () => undefined;
  recordRequests(
    scope,
    log,
    (onAddress) => {
      resource = onAddress;
    },
    () => 7,
  );
  return { scope, log, told, order, end: stop, redirect, following, resource: (address: string) => resource(address) };
}

const info = 'https://data.example:8443/info?dataset=some%2Fbeans';

describe('a worker’s requests to other sites', () => {
  it('are written down before they are made, with what they say', async () => {
    const { scope, told, order } = createWorker();
    await scope.fetch(new URL(info));
    await scope.fetch('https://data.example/cached-assets/some/beans/--/default/train/3/image/image.jpg?Signature=x');
    await scope.fetch(new Request('https://weights.example/vgg16/model-00001-of-00006.safetensors'));
    expect(order).toEqual(['fetch after 1', 'fetch after 2', 'fetch after 3']);
    expect(told).toEqual([
      { at: 7, host: 'data.example:8443', purpose: 'describe', dataset: 'some/beans', bytesUp: 26 },
      { at: 7, host: 'data.example', purpose: 'picture', dataset: 'some/beans', bytesUp: 72 },
      { at: 7, host: 'weights.example', purpose: 'weights', dataset: null, bytesUp: 39 },
    ]);
  });

  it('are named by the repository where weights of a hub are asked for, and so is where the hub sends them on', async () => {
    const { scope, told, redirect } = createWorker();
    redirect('https://files.example/xet/0123?Signature=x');
    await scope.fetch('https://hub.example/timm/vgg16.tv_in1k/resolve/b8d8/model.safetensors');
    redirect('https://hub.example/elsewhere');
    await scope.fetch('https://hub.example/timm/vgg16.tv_in1k/resolve/b8d8/model.safetensors');
    const said = { at: 7, purpose: 'weights', dataset: 'timm/vgg16.tv_in1k' };
    expect(told).toEqual([
      { ...said, host: 'hub.example', bytesUp: 50 },
      { ...said, host: 'files.example', bytesUp: 21 },
      { ...said, host: 'hub.example', bytesUp: 50 },
    ]);
  });

  it('count what they carry', async () => {
    const { scope, told } = createWorker();
    await scope.fetch('https://data.example/', { method: 'POST', body: 'ä' });
    await scope.fetch('https://data.example/', { method: 'POST', body: new Blob(['1234']) });
    await scope.fetch('https://data.example/', { method: 'POST', body: new Uint8Array(10) });
    await scope.fetch('https://data.example/', { method: 'POST', body: new FormData() });
    expect(told.map(({ bytesUp, purpose }) => [bytesUp, purpose])).toEqual([3, 5, 11, 2].map((bytes) => [bytes, 'unexplained']));
  });

  it('are none where this site, a blob or data is asked for', async () => {
    const { scope, told, resource } = createWorker();
    for (const address of [
      'https://site.example/assets/kernel.wasm',
      '/models/a.safetensors',
      'blob:https://site.example/1',
      'data:,x',
    ]) {
      await scope.fetch(address);
      resource(address);
    }
    expect(told).toEqual([]);
  });

  it('that only the browser saw are shown as unexplained, once each', async () => {
    const { scope, told, resource } = createWorker();
    await scope.fetch(info);
    resource(info);
    expect(told).toHaveLength(1);
    resource(info);
    resource('https://beacon.example/x');
    expect(told.slice(1).map(({ host, purpose }) => [host, purpose])).toEqual([
      ['data.example:8443', 'unexplained'],
      ['beacon.example', 'unexplained'],
    ]);
  });

  it('are told to whoever follows later too, and to nobody who has left', async () => {
    const { scope, log, told, end, following } = createWorker();
    await scope.fetch(info);
    const late: OutsideRequest[] = [];
    const stop = new AbortController();
    const ended = log.follow((requests) => late.push(...requests), stop.signal);
    end.abort();
    await following;
    await scope.fetch(info);
    expect([told.length, late.length]).toEqual([1, 2]);
    stop.abort();
    await ended;
    await log.follow(() => late.push(), stop.signal);
  });
});
