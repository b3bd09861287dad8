import { HeadstartError, throwIfCancelled, toHeadstartError } from '../../domain/errors';
import type { WeightsProgress, WeightsReport } from '../../domain/events';
import { type Delay, waitFor } from '../../domain/wait';
import { openWeightsCache, type WeightsCache } from '../../storage/weights-cache';
import type { BackboneWeights } from './conv-weights';
import { fetchFile, type Fetch } from './fetch-file';
import { ProgressMeter } from './progress-meter';

import { sha256Hex } from '../../domain/sha256';
import { configFile, indexFile, parseIndex, parseInputScaling, type Shard } from './weights-index';

/** What the loader takes from its surroundings. */
export interface LoaderEnvironment {
  readonly fetch: Fetch;
  readonly openCache: () => Promise<WeightsCache>;
  readonly delay: Delay;
  /** Milliseconds. */
  readonly now: () => number;
  /** Uniform in [0, 1), only for the jitter of waits: nothing of a run depends on it. */
  readonly random: () => number;
}

export const browserLoaderEnvironment: LoaderEnvironment = {
  fetch: (url, init) => fetch(url, init),
  openCache: () => openWeightsCache(),
  delay: waitFor,
  now: () => performance.now(),
  random: () => Math.random(),
};

export interface LoadedWeights {
  readonly weights: BackboneWeights;
  readonly report: WeightsReport;
}

/** Loads the backbone's files. What one try has verified is held for the next, also where nothing can be kept. */
export class WeightsLoader {
  readonly #held = new Map<string, Uint8Array>();

  constructor(private readonly environment: LoaderEnvironment = browserLoaderEnvironment) {}

  /** `baseUrl` ends with `/`. Rejects with a `weights-...` code that names the file, or `cancelled`; good files stay. */
  async load(baseUrl: string, onProgress: (progress: WeightsProgress) => void, signal: AbortSignal): Promise<LoadedWeights> {
    const started = this.environment.now();
    const cache = await this.environment.openCache();
    const kept: boolean[] = [];

    const readSmall = async <T>(file: string, parse: (bytes: Uint8Array) => T): Promise<{ value: T; cached: boolean }> => {
      const url = baseUrl + file;
      const entry = await cache.read(url);
      if (entry !== null && entry.sha256 === (await sha256Hex(entry.bytes))) {
        try {
          return { value: parse(entry.bytes), cached: true };
        } catch {
          await cache.drop(url); // of an older build; fetched anew below
        }
      }
      const bytes = await fetchFile(
        { url, file, expectedBytes: null, onBytes: () => undefined, signal },
        () => Promise.resolve(),
        this.environment,
      );
      const value = parse(bytes);
      kept.push(await cache.write(url, bytes, await sha256Hex(bytes)));
      return { value, cached: false };
    };

    const [index, scaling] = await Promise.all([readSmall(indexFile, parseIndex), readSmall(configFile, parseInputScaling)]);
    const { shards } = index.value;
    const totalBytes = shards.reduce((sum, shard) => sum + shard.bytes, 0);
    const present = await Promise.all(shards.map(({ name }) => cache.has(baseUrl + name)));
    const from = index.cached && scaling.cached && present.every(Boolean) ? 'cache' : 'network';
    const meter = new ProgressMeter(totalBytes, onProgress, this.environment.now, from);

    // All are awaited, also after one has failed: the good ones are to be kept.
    const results = await Promise.allSettled(
      shards.map(async (shard) => {
        const loaded = await this.#loadShard(baseUrl, shard, cache, meter, signal);
        kept.push(loaded.kept);
        return [shard.name, loaded.bytes] as const;
      }),
    );
    throwIfCancelled(signal);
    const files = results.map((result) => {
      if (result.status === 'rejected') throw toHeadstartError(result.reason);
      return result.value;
    });
    this.#held.clear();
    return {
      weights: { index: index.value, scaling: scaling.value, shards: new Map(files) },
      report: { from: meter.from, totalBytes, seconds: (this.environment.now() - started) / 1000, kept: kept.every(Boolean) },
    };
  }

  async #loadShard(
    baseUrl: string,
    { name, bytes: expectedBytes, sha256 }: Shard,
    cache: WeightsCache,
    meter: ProgressMeter,
    signal: AbortSignal,
  ): Promise<{ bytes: Uint8Array; kept: boolean }> {
    const url = baseUrl + name;
    throwIfCancelled(signal);
    const cached = await cache.read(url);
    if (cached !== null) {
      if (cached.bytes.length === expectedBytes && (await sha256Hex(cached.bytes)) === sha256) {
        meter.advance(name, expectedBytes);
        return { bytes: cached.bytes, kept: true };
      }
      await cache.drop(url);
    }
    const held = this.#held.get(sha256);
    if (held !== undefined) {
      meter.advance(name, expectedBytes);
      return { bytes: held, kept: await cache.write(url, held, sha256) };
    }
    meter.from = 'network';
    const bytes = await fetchFile(
      {
        url,
        file: name,
        expectedBytes,
        onBytes: (received) => {
          meter.advance(name, received);
        },
        signal,
      },
      async (received) => {
        if ((await sha256Hex(received)) !== sha256) throw new HeadstartError('weights-altered', { file: name });
      },
      this.environment,
    );
    this.#held.set(sha256, bytes);
    return { bytes, kept: await cache.write(url, bytes, sha256) };
  }
}
