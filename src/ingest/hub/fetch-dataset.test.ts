import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DatasetsServer, startDatasetsServer } from '../../../e2e/servers/datasets-server';
import type { PictureSource, SkippedFile } from '../../domain/dataset';
import { HeadstartError } from '../../domain/errors';
import type { HubChoice } from '../../domain/hub-dataset';
import { countClasses, describeDataset } from './describe';
import { fetchHubDataset } from './fetch-dataset';
import { HubClient } from './hub-client';

const names = ['healthy', 'rust'];
const rowsOf = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ image: true, labels: i % 2, note: `n'${String(i % 3)}` }));
const image = { _type: 'Image' };

let server: DatasetsServer;
beforeEach(async () => {
  server = await startDatasetsServer({
    others: [
      {
        name: 'some/beans',
        features: {
          image,
          labels: { _type: 'ClassLabel', names },
          note: { _type: 'Value', dtype: 'string' },
          size: { _type: 'Value', dtype: 'float32' },
        },
        splits: { train: rowsOf(250), validation: rowsOf(20), test: rowsOf(10) },
      },
      {
        name: 'some/texts',
        features: { text: { _type: 'Value', dtype: 'string' }, label: { _type: 'ClassLabel', names } },
        splits: { train: [] },
      },
      {
        name: 'some/large',
        features: { image, labels: { _type: 'ClassLabel', names } },
        splits: { train: rowsOf(230) },
        hasStatistics: false,
      },
      { name: 'some/odd', features: { image, nested: [{ a: { _type: 'Value' } }] as never }, splits: { train: rowsOf(3) } },
    ],
    refused: {
      'some/gated': { status: 401, code: 'ExternalUnauthenticatedError' },
      'some/script': { status: 501, code: 'DatasetWithScriptNotSupportedError' },
    },
  });
});
afterEach(() => server.close());

const never = new AbortController().signal;
const delay = () => Promise.resolve();
const client = () => new HubClient(server.url, never, { delay });
const codeOf = async (work: Promise<unknown>) => {
  const thrown: unknown = await work.catch((error: unknown) => error);
  return thrown instanceof HeadstartError ? [thrown.code, thrown.message] : thrown;
};
const beans: HubChoice = {
  dataset: 'some/beans',
  config: 'default',
  imageColumn: 'image',
  label: { name: 'labels', classNames: names },
  splits: ['train', 'validation'],
  picturesEach: 7,
};
async function collect(
  choice: HubChoice,
  classNames: readonly string[],
  options: { signal?: AbortSignal; stopAt?: number } = {},
) {
  const items: (PictureSource | SkippedFile)[] = [];
  const waits: number[] = [];
  const source = fetchHubDataset(server.url, choice, classNames, options.signal ?? never, { delay }, (seconds) =>
    waits.push(seconds),
  );
  for await (const item of source) {
    items.push(item);
    if (items.length === options.stopAt) break;
  }
  const taken = items.flatMap((item) => ('className' in item ? [[item.className, item.folderSplit, item.path] as const] : []));
  return { items, taken, waits };
}

describe('describeDataset', () => {
  it('tells configurations with pictures, columns that can be labels and the splits, in one request', async () => {
    expect(await describeDataset(client(), 'some/beans')).toEqual({
      name: 'some/beans',
      host: new URL(server.url).host,
      configs: [
        {
          name: 'default',
          imageColumns: ['image'],
          labelColumns: [
            { name: 'labels', classNames: names },
            { name: 'note', classNames: null },
          ],
          splits: [
            { name: 'train', rows: 250, bytes: 250_000 },
            { name: 'validation', rows: 20, bytes: 20_000 },
            { name: 'test', rows: 10, bytes: 10_000 },
          ],
        },
      ],
    });
    expect(server.requests).toEqual(['/info?dataset=some%2Fbeans']);
  });

  it('passes over columns that it does not understand', async () => {
    expect((await describeDataset(client(), 'some/odd')).configs[0]?.labelColumns).toEqual([]);
  });

  it.each([
    ['some/nothing', 'hub-unknown'],
    ['some/gated', 'hub-closed'],
    ['some/script', 'hub-no-viewer'],
    ['some/texts', 'hub-not-pictures'],
  ])('says of %s that it is %s', async (name, code) => {
    expect(await codeOf(describeDataset(client(), name))).toEqual([code, expect.stringContaining(name)]);
  });

  it('says that the server is not there, and that its answer is none', async () => {
    server.faults.badJson = true;
    expect(await codeOf(describeDataset(client(), 'some/beans'))).toEqual(['hub-unexpected', expect.anything()]);
    server.faults.badJson = false;
    server.faults.cut = 9;
    expect(await codeOf(describeDataset(client(), 'some/beans'))).toEqual(['hub-offline', expect.anything()]);
  });
});

describe('countClasses', () => {
  it('adds the classes of the chosen splits, and gives null where the server has no statistics', async () => {
    expect(await countClasses(client(), beans)).toEqual([
      { className: 'healthy', count: 135 },
      { className: 'rust', count: 135 },
    ]);
    expect(await countClasses(client(), { ...beans, dataset: 'some/large', splits: ['train'] })).toBeNull();
  });
});

describe('fetchHubDataset', () => {
  it('takes so many of each class and split, in turn, and keeps the splits', async () => {
    const { taken } = await collect(beans, names);
    expect(taken).toHaveLength(28);
    expect(taken.slice(0, 2)).toEqual([
      ['healthy', 'train', 'some/beans/train/healthy/0.png'],
      ['rust', 'train', 'some/beans/train/rust/1.png'],
    ]);
    const count = (name: string, split: string) => taken.filter(([a, b]) => a === name && b === split).length;
    expect([count('healthy', 'train'), count('rust', 'train'), count('healthy', 'val'), count('rust', 'val')]).toEqual([
      7, 7, 7, 7,
    ]);
  });

  it('leaves the split to the seed where one is chosen alone', async () => {
    const { taken } = await collect({ ...beans, splits: ['train'] }, names);
    expect(new Set(taken.map(([, split]) => split))).toEqual(new Set([null]));
  });

  it('asks for texts as labels with their quotes, and takes pictures without labels in their order', async () => {
    const byNote = { ...beans, label: { name: 'note', classNames: null }, splits: ['test'], picturesEach: 3 };
    const { taken } = await collect(byNote, ["n'0", "n'1", "n'2"]);
    expect(taken.map(([name]) => name).sort()).toEqual(["n'0", "n'0", "n'0", "n'1", "n'1", "n'1", "n'2", "n'2", "n'2"]);
    const plain = await collect({ ...beans, label: null, splits: ['test'], picturesEach: 4 }, []);
    expect(plain.taken.map(([name, , path]) => [name, path])).toEqual(
      [0, 1, 2, 3].map((i) => [null, `some/beans/test/${String(i)}.png`]),
    );
  });

  it('walks the rows where the server has no filter or the classes are not known', async () => {
    server.faults.refuseFilter = true;
    const { taken } = await collect({ ...beans, picturesEach: 60, splits: ['train'] }, names);
    expect(taken.map(([name]) => name).filter((name) => name === 'rust')).toHaveLength(60);
    expect(taken).toHaveLength(120);
    expect((await collect({ ...beans, dataset: 'some/large', splits: ['train'] }, [])).taken).toHaveLength(14);
  });

  it('waits as the server asks and says so, and gives up on one that asks too long', async () => {
    server.faults.busy = 2;
    server.faults.retryAfter = 8;
    const { taken, waits } = await collect({ ...beans, splits: ['test'], picturesEach: 2 }, names);
    expect(taken).toHaveLength(4);
    expect(waits).toEqual([8, 8]);
    server.faults.busy = 99;
    server.faults.retryAfter = 600;
    expect(await codeOf(collect(beans, names))).toEqual(['hub-busy', expect.anything()]);
  });

  it('asks anew for addresses that have expired', async () => {
    const taken: string[] = [];
    for await (const item of fetchHubDataset(server.url, { ...beans, splits: ['train'] }, names, never, { delay })) {
      if (taken.length === 0) server.expire();
      taken.push('reason' in item ? item.reason.code : item.path);
    }
    expect(taken).toHaveLength(14);
    expect(taken).not.toContain('hub-refused');
  });

  it('tells a missing picture as skipped, and stops when cancelled', async () => {
    server.faults.missing.add(2);
    const { items } = await collect({ ...beans, splits: ['test'], picturesEach: 5 }, names);
    expect(items.filter((item) => 'reason' in item).map(({ path }) => path)).toEqual(['some/beans/test/healthy/2.jpg']);
    const abort = new AbortController();
    abort.abort();
    expect(await codeOf(collect(beans, names, { signal: abort.signal }))).toEqual(['cancelled', expect.anything()]);
  });
});
