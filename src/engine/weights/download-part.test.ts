import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ModelHubFaults, type ModelHubServer, startModelHub } from '../../../e2e/servers/model-hub-server';
import { type SparseFile, sparseSafetensors } from '../../../e2e/servers/sparse-safetensors';
import type { ModelImportProgress } from '../../domain/model-import';
import { HubPart } from '../../storage/hub-part';
import { MemoryFolder } from '../../storage/testing/memory-folder';
import { type DownloadEnvironment, PartDownload } from './download-part';
import { hubFileUrl } from './hub-weights';

/** What is wanted lies in two places, with 40 MB between that nobody wants. */
const tensors = [
  { name: 'features.0.bias', shape: [10] },
  { name: 'features.0.weight', shape: [50, 1000] },
  { name: 'classifier.weight', shape: [1000, 10_000] },
  { name: 'features.2.weight', shape: [30, 1000] },
];
const wanted = [40 + 200_000, 120_000] as const;
const total = wanted[0] + wanted[1];
const pieceBytes = 65_536;
const header = sparseSafetensors(tensors, 1).headerBytes;
const ranges = [
  { begin: header, end: header + wanted[0] },
  { begin: header + wanted[0] + 40_000_000, end: header + wanted[0] + 40_000_000 + wanted[1] },
];
const contentOf = (file: SparseFile) => Buffer.concat(ranges.map(({ begin, end }) => file.read(begin, end)));
const content = contentOf(sparseSafetensors(tensors, 1));

let hub: ModelHubServer;
let disk: MemoryFolder;
beforeEach(async () => {
  hub = await startModelHub({ tensors });
  disk = new MemoryFolder();
});
afterEach(() => hub.close());

/** A visit, with the disk that the one before left. */
function createVisit(overrides: Partial<DownloadEnvironment> = {}, folder: MemoryFolder | null = disk) {
  const waits: number[] = [];
  const events: ModelImportProgress[] = [];
  const part = new HubPart({
    openFolder: () => (folder === null ? Promise.reject(new DOMException('no', 'SecurityError')) : Promise.resolve(folder)),
    lock: () => Promise.resolve(() => undefined),
  });
  const download = new PartDownload({
    fetch: (url, init) => fetch(url, init),
    delay: (milliseconds) => Promise.resolve(void waits.push(milliseconds)),
    now: () => Infinity,
    random: () => 1,
    pieceBytes,
    ...overrides,
  });
  const run = async (signal = new AbortController().signal, onProgress?: (progress: ModelImportProgress) => void) => {
    events.length = 0;
    const request = {
      url: hubFileUrl(hub.url),
      headerBytes: () => header,
      choose: () => Promise.resolve(ranges),
      onProgress: (progress: ModelImportProgress) => {
        events.push(progress);
        onProgress?.(progress);
      },
      signal,
    };
    try {
      return await download.run(part, request);
    } finally {
      part.close();
    }
  };
  return { run, waits, events, part };
}

/** Bytes of the file's body that were sent on since. */
const sent = (since = 0) =>
  hub.requests.slice(since).reduce((sum, { host, bytesSent }) => sum + (host === 'files' ? bytesSent : 0), 0);

/** A browser's: it asks a host of another site before it sends `If-Range`, and fails as where the line is down if it may not. */
const browserFetch: typeof fetch = async (input, init) => {
  const names = Object.keys(init?.headers ?? {});
  if (names.includes('If-Range')) {
    const answer = await fetch(input, { method: 'OPTIONS', headers: { 'Access-Control-Request-Headers': 'if-range' } });
    const allowed = answer.headers.get('access-control-allow-headers')?.toLowerCase().split(', ') ?? [];
    if (!allowed.includes('if-range')) throw new TypeError('Failed to fetch');
  }
  return fetch(input, init);
};
const asBrowser = { fetch: (url: string, init: RequestInit) => browserFetch(url, init) };

function expectLaws(events: readonly ModelImportProgress[], from = 0) {
  events.forEach((event, i) => {
    expect(event).toMatchObject({ stage: 'fetching', total });
    expect(event.done).toBeGreaterThan(events[i - 1]?.done ?? from - 1);
  });
  expect(events.at(-1)?.done).toBe(total);
}

describe('PartDownload', () => {
  it('fetches what is wanted and no more, in pieces, and tells a lawful progress', async () => {
    const { run, events, waits } = createVisit();
    const { values, received, subject } = await run();
    expect(Buffer.from(values).equals(content)).toBe(true);
    expect(received).toBe(total);
    expect(subject).toMatchObject({ etag: '"file-1"', totalBytes: hub.totalBytes, ranges });
    expect(sent()).toBe(total + 65_536);
    expect(hub.requests.filter(({ host }) => host === 'files').map(({ range }) => range)).toHaveLength(1 + 4 + 2);
    expectLaws(events);
    expect(waits).toEqual([]);
  });

  it('asks for the rest of a header that is longer than a first look', async () => {
    const { run, part } = createVisit();
    await run();
    const long = new PartDownload({
      fetch: (url, init) => fetch(url, init),
      delay: () => Promise.resolve(),
      now: () => 0,
      random: () => 1,
    });
    await part.discard();
    const open = await long.run(part, {
      url: hubFileUrl(hub.url),
      headerBytes: () => 150_000,
      choose: () => Promise.resolve(ranges),
      onProgress: () => undefined,
      signal: new AbortController().signal,
    });
    expect(Buffer.from(open.subject.header).equals(sparseSafetensors(tensors, 1).read(0, 150_000))).toBe(true);
  });

  it('makes no request for what is all here', async () => {
    await createVisit().run();
    const before = hub.requests.length;
    const { run, events } = createVisit();
    expect(Buffer.from((await run()).values).equals(content)).toBe(true);
    expect(hub.requests).toHaveLength(before);
    expectLaws(events, total);
  });

  it('goes on where the line broke off, within the same fetch', async () => {
    // The first look at the file comes whole, and is one of the three; then two tries of the first piece end early.
    Object.assign(hub.faults, { cuts: 3, cutAfter: 65_536 });
    const { run, events, waits } = createVisit({ pieceBytes: 150_000 });
    const { values } = await run();
    expect(Buffer.from(values).equals(content)).toBe(true);
    expect(sent()).toBe(total + 65_536);
    expect(waits).toEqual([500, 1000]);
    expectLaws(events);
  });

  it('gives up after four tries, keeps what came, and goes on from there at the next visit', async () => {
    const { run, waits } = createVisit();
    const cut = ({ done }: ModelImportProgress) => {
      if (done === pieceBytes) Object.assign(hub.faults, { cuts: 1000, cutAfter: 1000 });
    };
    await expect(run(undefined, cut)).rejects.toMatchObject({
      code: 'hub-weights-cut',
      message: expect.stringMatching(/broke off after \d+ kB of 320 kB/) as string,
    });
    expect(waits).toEqual([500, 1000, 2000]);
    hub.faults.cuts = 0;
    const next = createVisit();
    const state = await next.part.state();
    expect(state).toEqual({ url: hubFileUrl(hub.url), received: pieceBytes + 4000, wanted: total });
    const before = hub.requests.length;
    expect(Buffer.from((await next.run()).values).equals(content)).toBe(true);
    expect(sent(before)).toBe(total - pieceBytes - 4000);
    expectLaws(next.events, pieceBytes + 4000);
  });

  it('keeps what came when it is cancelled, and asks for the rest alone, if it is still the same file', async () => {
    for (const allowsIfRange of [true, false]) {
      hub.faults.allowsIfRange = allowsIfRange;
      const controller = new AbortController();
      const first = createVisit(asBrowser);
      await expect(
        first.run(controller.signal, ({ done }) => {
          if (done > 100_000) controller.abort();
        }),
      ).rejects.toMatchObject({ code: 'cancelled' });
      const second = createVisit(asBrowser);
      const received = (await second.part.state())?.received ?? 0;
      expect(received).toBeGreaterThan(100_000);
      const before = hub.requests.length;
      expect(Buffer.from((await second.run()).values).equals(content)).toBe(true);
      expect(sent(before)).toBe(total - received);
      const asked = hub.requests.slice(before);
      // The condition stands at the first request alone; where it is refused the same is asked without it.
      expect(asked.filter(({ ifRange }) => ifRange !== null).map(({ ifRange }) => ifRange)).toEqual(
        allowsIfRange ? ['"file-1"', '"file-1"'] : [],
      );
      expect(asked.filter(({ method }) => method === 'OPTIONS')).toHaveLength(1);
      await second.part.discard();
    }
  });

  it('sends no condition to a host that refused it once', async () => {
    const first = createVisit(asBrowser, null);
    for (const until of [40_000, 120_000]) {
      const controller = new AbortController();
      const stop = ({ done }: ModelImportProgress) => {
        if (done > until) controller.abort();
      };
      await expect(first.run(controller.signal, stop)).rejects.toMatchObject({ code: 'cancelled' });
    }
    await first.run();
    expect(hub.requests.filter(({ method }) => method === 'OPTIONS')).toHaveLength(1);
  });

  it.each([
    ['with a condition', true, 'strong'],
    ['without one', false, 'strong'],
    ['by length and date, where the ETag is weak', true, 'none'],
  ] as const)('sees that the file was changed since, %s: what came of the other is dropped', async (_, allowsIfRange, etag) => {
    Object.assign(hub.faults, { allowsIfRange, etag } satisfies Partial<ModelHubFaults>);
    const controller = new AbortController();
    const stop = ({ done }: ModelImportProgress) => {
      if (done > 100_000) controller.abort();
    };
    await expect(createVisit(asBrowser).run(controller.signal, stop)).rejects.toMatchObject({ code: 'cancelled' });
    hub.change();
    const before = hub.requests.length;
    await expect(createVisit(asBrowser).run()).rejects.toMatchObject({ code: 'hub-weights-changed' });
    // Of the whole file that a condition brings no more than what was under way.
    expect(sent(before)).toBeLessThan(20_000_000);
    expect(disk.files.size).toBe(0);
    const after = createVisit(asBrowser);
    const changed = contentOf(sparseSafetensors(tensors, 3));
    expect(Buffer.from((await after.run()).values).equals(changed)).toBe(true);
  });

  it('sees that the file is changed while it comes', async () => {
    hub.faults.changesAfter = 3;
    await expect(createVisit().run()).rejects.toMatchObject({ code: 'hub-weights-changed' });
    expect(await createVisit().part.state()).toBeNull();
  });

  it.each<[string, Partial<ModelHubFaults>, string, RegExp, number]>([
    ['all of the file', { ignoresRange: true }, 'hub-weights-range-ignored', /whole file/, 1],
    ['other bytes', { shift: 10 }, 'hub-weights-unexpected', /bytes 10 to 65545 where 0 to 65535/, 1],
    ['a page', { page: true }, 'hub-weights-unexpected', /it is a page/, 1],
    ['bytes of nobody knows where', { hasContentRange: false }, 'hub-weights-unexpected', /which bytes of how many/, 1],
    ['404', { refusals: 9, status: 404 }, 'hub-weights-missing', /HTTP 404/, 1],
    ['416', { refusals: 9, status: 416 }, 'hub-weights-unexpected', /it is empty/, 1],
    ['204', { refusals: 9, status: 204 }, 'hub-weights-unexpected', /HTTP 204/, 1],
    ['503 for ever', { refusals: 9, status: 503 }, 'hub-weights-missing', /HTTP 503/, 4],
    ['nothing', { drops: 9 }, 'hub-weights-offline', /could not be reached at 127\.0\.0\.1:/, 4],
  ])('refuses a host that answers %s', async (_, faults, code, words, tries) => {
    Object.assign(hub.faults, faults);
    const { run } = createVisit();
    await expect(run()).rejects.toMatchObject({ code, message: expect.stringMatching(words) as string });
    expect(hub.requests.filter(({ host }) => host === 'files')).toHaveLength(tries);
    // Half a gigabyte is not read for a part.
    expect(sent()).toBeLessThan(20_000_000);
    expect(disk.files.size).toBe(0);
  });

  it('waits and asks again where a host is busy', async () => {
    Object.assign(hub.faults, { refusals: 3, status: 429 });
    const { run, waits } = createVisit();
    expect(Buffer.from((await run()).values).equals(content)).toBe(true);
    expect(waits).toEqual([500, 1000, 2000]);
  });

  it('holds in memory what storage refuses or has no room for', async () => {
    for (const fault of ['refused', 'full'] as const) {
      disk.files.clear();
      disk.room = fault === 'full' ? 100_000 : Infinity;
      const visit = createVisit({}, fault === 'refused' ? null : disk);
      const controller = new AbortController();
      const stop = ({ done }: ModelImportProgress) => {
        if (done > 150_000) controller.abort();
      };
      await expect(visit.run(controller.signal, stop)).rejects.toMatchObject({ code: 'cancelled' });
      const before = hub.requests.length;
      expect(Buffer.from((await visit.run()).values).equals(content)).toBe(true);
      expect(sent(before)).toBeLessThan(total - 150_000);
    }
  });
});
