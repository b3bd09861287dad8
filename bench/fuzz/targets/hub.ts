import type { HubChoice } from '../../../src/domain/hub-dataset';
import { hubSplit, proposeLabel } from '../../../src/domain/hub-dataset';
import { countClasses, describeDataset } from '../../../src/ingest/hub/describe';
import { fetchHubDataset } from '../../../src/ingest/hub/fetch-dataset';
import { HubClient } from '../../../src/ingest/hub/hub-client';
import { fetchKaggle } from '../../../src/ingest/hub/kaggle';
import { mutateValue, showValue, smallerValues } from '../mutate-value';
import { type FuzzTarget, promise, type Verdict } from '../target';

const server = 'https://datasets-server.test/';
// Pictures of any other site are refused before they are asked for.
const cell = (at: number) => ({ src: `${server}assets/${String(at)}.jpg`, height: 10, width: 10 });
const answers = {
  /** Some servers have it and some refuse. */
  filter: true,
  info: {
    dataset_info: {
      default: {
        features: {
          image: { _type: 'Image' },
          labels: { _type: 'ClassLabel', names: ['cat', 'dog'] },
          text: { _type: 'Value', dtype: 'string' },
        },
        splits: { train: { num_bytes: 5000, num_examples: 4 }, test: { num_bytes: 50, num_examples: 1 } },
      },
    },
  },
  statistics: {
    statistics: [
      { column_name: 'labels', column_statistics: { frequencies: { cat: 2, dog: 2 } } },
      { column_name: 'image', column_statistics: {} },
    ],
  },
  rows: {
    rows: [0, 1, 2, 3].map((at) => ({ row_idx: at, row: { image: cell(at), labels: at % 2, text: `t${String(at)}` } })),
    num_rows_total: 4,
  },
};

/** Takes at most so many pictures of an answer: none is wanted for ever. */
const picturesTaken = 12;
/** A server may name more rows than it has, but somebody pays for each request. */
const mostRequests = 400;

/** The answers of one server to everything that is asked of it. */
export const hubTarget: FuzzTarget = {
  name: 'Hub answers',
  of: 'ingest/hub (describe, fetch-dataset, kaggle, rows, hub-client)',
  make: (rng) => mutateValue([answers], rng),
  run: async (given): Promise<Verdict> => {
    const told = new Map<string, unknown>(typeof given === 'object' && given !== null ? Object.entries(given) : []);
    let requests = 0;
    const fetchAnswer = (input: RequestInfo | URL): Promise<Response> => {
      requests += 1;
      const address = new URL(input instanceof Request ? input.url : input);
      promise(address.protocol === 'http:' || address.protocol === 'https:', 'only the web is asked');
      promise(address.href.startsWith(server), 'only the server is asked');
      if (address.pathname.startsWith('/assets/'))
        return Promise.resolve(new Response(new Uint8Array(8), { headers: { 'Content-Type': 'image/jpeg' } }));
      const path = address.pathname.slice(1);
      if (path === 'filter' && told.get('filter') !== true) return Promise.resolve(new Response('', { status: 501 }));
      const name = path === 'filter' ? 'rows' : path;
      return Promise.resolve(new Response(JSON.stringify(told.get(name)) as string | undefined));
    };
    const options = { fetch: fetchAnswer, delay: () => Promise.resolve() };
    const { signal } = new AbortController();
    const client = new HubClient(server, signal, options);
    const dataset = await describeDataset(client, 'owner/name');
    const [config] = dataset.configs;
    promise(config !== undefined && config.imageColumns.length > 0 && config.splits.length > 0, 'a configuration has pictures');
    const choice: HubChoice = {
      dataset: dataset.name,
      config: config.name,
      imageColumn: config.imageColumns[0] ?? '',
      label: proposeLabel(config),
      splits: config.splits.slice(0, 2).map(({ name }) => name),
      picturesEach: 3,
    };
    const counts = await countClasses(client, choice);
    promise(counts?.every(({ count }) => Number.isInteger(count) && count >= 0) ?? true, 'counts are counts');
    for (const { name } of config.splits) hubSplit(name);
    let taken = 0;
    for await (const source of fetchHubDataset(
      server,
      choice,
      counts?.map(({ className }) => className).slice(0, 20) ?? [],
      signal,
      options,
    )) {
      promise(!source.path.split('/').includes('..'), 'a path stays inside');
      if ((taken += 1) >= picturesTaken) break;
    }
    taken = 0;
    for await (const source of fetchKaggle(server, 2, signal, options)) {
      promise('reason' in source || source.className === 'cat' || source.className === 'dog', 'a photo has one of two labels');
      if ((taken += 1) >= picturesTaken) break;
    }
    promise(requests <= mostRequests, 'a server is not asked for ever');
    return 'accepted';
  },
  smaller: smallerValues,
  show: showValue,
};
