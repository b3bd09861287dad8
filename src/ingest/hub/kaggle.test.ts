import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DatasetsServer, startDatasetsServer } from '../../../e2e/servers/datasets-server';
import type { PictureSource, SkippedFile } from '../../domain/dataset';
import { HeadstartError } from '../../domain/errors';
import { fetchKaggle, planKaggle } from './kaggle';

let server: DatasetsServer;
beforeEach(async () => {
  server = await startDatasetsServer({ rowsPerLabel: 130 });
});
afterEach(() => server.close());

/** Pauses that would have been made, milliseconds. */
let pauses: number[] = [];
const delay = (milliseconds: number) => {
  pauses.push(milliseconds);
  return Promise.resolve();
};

async function collect(
  count: number,
  options: { signal?: AbortSignal; stopAt?: number; url?: string } = {},
): Promise<(PictureSource | SkippedFile)[]> {
  pauses = [];
  const items: (PictureSource | SkippedFile)[] = [];
  for await (const item of fetchKaggle(options.url ?? server.url, count, options.signal ?? new AbortController().signal, {
    delay,
  })) {
    items.push(item);
    if (items.length === options.stopAt) break;
  }
  return items;
}
const classesOf = (items: readonly (PictureSource | SkippedFile)[]) =>
  items.map((item) => ('file' in item ? item.className : 'skipped'));
const apiCalls = () => server.requests.filter((path) => !path.startsWith('/cached-assets'));
const codeOf = async (work: Promise<unknown>) => {
  const thrown: unknown = await work.catch((error: unknown) => error);
  return thrown instanceof HeadstartError ? [thrown.code, thrown.message] : thrown;
};

describe('planKaggle', () => {
  it('says what would be downloaded and from where without asking the network', () => {
    expect(planKaggle('https://datasets-server.huggingface.co/', 100)).toEqual({
      host: 'datasets-server.huggingface.co',
      dataset: 'microsoft/cats_vs_dogs',
      picturesPerClass: 100,
      bytes: 6_000_000,
    });
    expect(server.requests).toEqual([]);
  });
});

describe('fetchKaggle', () => {
  it('asks each label by filter, a hundred rows at most a call, and gives cats and dogs in turn', async () => {
    const items = await collect(105);
    expect(items).toHaveLength(210);
    expect(classesOf(items).slice(0, 4)).toEqual(['cat', 'dog', 'cat', 'dog']);
    expect(items[1]).toMatchObject({ path: 'kaggle/dog/dog.130.jpg', className: 'dog', folderSplit: null });
    expect(classesOf(items).filter((name) => name === 'cat')).toHaveLength(105);
    const asked = apiCalls().map((path) => Object.fromEntries(new URLSearchParams(path.split('?')[1])));
    expect(asked.map(({ where, offset, length }) => [where, offset, length])).toEqual([
      ['"labels"=0', '0', '100'],
      ['"labels"=1', '0', '100'],
      ['"labels"=0', '100', '5'],
      ['"labels"=1', '100', '5'],
    ]);
  });

  it('takes rows from both ends when the server has no filter', async () => {
    server.faults.refuseFilter = true;
    const items = await collect(120);
    expect(classesOf(items).filter((name) => name === 'cat')).toHaveLength(120);
    expect(classesOf(items).filter((name) => name === 'dog')).toHaveLength(120);
    expect(new Set(items.map(({ path }) => path)).size).toBe(240);
    expect(
      apiCalls()
        .slice(1)
        .every((path) => path.startsWith('/rows?')),
    ).toBe(true);
  });

  it('gives what there is when more is asked for than the dataset holds', async () => {
    expect(await collect(200)).toHaveLength(260);
    server.faults.refuseFilter = true;
    expect(await collect(200)).toHaveLength(260);
  }, 60_000);

  it('asks a page once more when the addresses of its photos have expired', async () => {
    const items: string[] = [];
    for await (const item of fetchKaggle(server.url, 20, new AbortController().signal, { delay })) {
      items.push('file' in item ? item.path : 'skipped');
      if (items.length === 1) server.expire();
    }
    expect(items).toHaveLength(40);
    expect(items).not.toContain('skipped');
    expect(apiCalls()).toHaveLength(4);
  });

  it('tells a photo that stays missing as skipped and goes on', async () => {
    server.faults.missing.add(2);
    const items = await collect(5);
    expect(classesOf(items)).toEqual(['cat', 'dog', 'cat', 'dog', 'skipped', 'dog', 'cat', 'dog', 'cat', 'dog']);
    expect(items[4]).toMatchObject({ path: 'kaggle/cat/cat.2.jpg', reason: { code: 'hub-refused' } });
  });

  it('says that the server refuses when photo after photo is missing', async () => {
    for (let row = 0; row < 260; row += 1) server.faults.missing.add(row);
    expect(await codeOf(collect(20))).toEqual(['hub-refused', 'The photo server refused the request (photos are not there).']);
  });

  it('waits as long as Retry-After says on 429 and then goes on', async () => {
    server.faults.busy = 2;
    server.faults.retryAfter = 7;
    expect(await collect(1)).toHaveLength(2);
    expect(pauses).toEqual([7000, 7000]);
  });

  it('waits longer each time when a 429 does not say how long', async () => {
    server.faults.busy = 3;
    server.faults.retryAfter = null;
    expect(await collect(1)).toHaveLength(2);
    expect(pauses).toEqual([1000, 2000, 4000]);
  });

  it('says hub-busy when 429 does not end, or when the wait would be minutes', async () => {
    server.faults.busy = 1000;
    expect(((await codeOf(collect(1))) as string[])[0]).toBe('hub-busy');
    expect(pauses).toHaveLength(3);
    server.faults.retryAfter = 600;
    expect(((await codeOf(collect(1))) as string[])[0]).toBe('hub-busy');
    expect(pauses).toEqual([]);
  });

  it('survives passing server errors and cut connections, and names the error that stays', async () => {
    server.faults.broken = 1;
    server.faults.cut = 1;
    expect(await collect(1)).toHaveLength(2);
    server.faults.broken = 1000;
    expect(await codeOf(collect(1))).toEqual([
      'hub-refused',
      'The photo server refused the request (HTTP 500, UnexpectedError).',
    ]);
  });

  it('says hub-offline with the host when nothing answers', async () => {
    const { url } = server;
    await server.close();
    expect(await codeOf(collect(1, { url }))).toEqual([
      'hub-offline',
      `The pictures could not be reached at ${new URL(url).host}.`,
    ]);
    server = await startDatasetsServer();
  });

  it.each(['badJson', 'wrongShape'] as const)('says hub-unexpected on an answer with %s', async (fault) => {
    server.faults[fault] = true;
    expect(((await codeOf(collect(1))) as string[])[0]).toBe('hub-unexpected');
  });

  it('stops asking once it is aborted', async () => {
    const abort = new AbortController();
    const items: unknown[] = [];
    const work = (async () => {
      for await (const item of fetchKaggle(server.url, 100, abort.signal, { delay })) {
        items.push(item);
        if (items.length === 3) abort.abort();
      }
    })();
    expect(((await codeOf(work)) as string[])[0]).toBe('cancelled');
    expect(server.requests.length).toBeLessThan(30);
  });
});
