import { createBrowserCacheEnvironment, FeatureCache, type FeatureRecord } from '../feature-cache';

/** A tab's compute worker, as far as the cache goes: only a dedicated worker may write in place. */
export type CacheCall =
  | { readonly call: 'read'; readonly keys: readonly string[] }
  | { readonly call: 'write'; readonly records: readonly FeatureRecord[] }
  | { readonly call: 'report' }
  | { readonly call: 'clear' };

const cache = new FeatureCache({ ...createBrowserCacheEnvironment(), segmentBytes: 40_000 });

function answer(request: CacheCall): Promise<unknown> {
  switch (request.call) {
    case 'read':
      return cache.read(request.keys);
    case 'write':
      return cache.write(request.records);
    case 'report':
      return cache.report();
    case 'clear':
      return cache.clear();
  }
}

globalThis.addEventListener('message', ({ data: request, ports: [port] }: MessageEvent<CacheCall>) => {
  answer(request).then(
    (result) => port?.postMessage({ result }),
    (error: unknown) => port?.postMessage({ error: String(error) }),
  );
});
