import { describe, expect, it } from 'vitest';
import { countClasses } from './describe';
import { HubClient } from './hub-client';
import { fetchKaggle } from './kaggle';

const server = 'https://datasets-server.test/';
const { signal } = new AbortController();
const answerJson = (answer: unknown) => Promise.resolve(new Response(JSON.stringify(answer)));

// Found by `npm run bench -- fuzz`.
describe('a server that tells nonsense', () => {
  it('of more pictures than there are numbers for gives no counts', async () => {
    const client = new HubClient(server, signal, {
      fetch: () =>
        answerJson({ statistics: [{ column_name: 'label', column_statistics: { frequencies: { dog: 1e308, cat: 1 } } }] }),
    });
    const choice = {
      dataset: 'owner/name',
      config: 'default',
      imageColumn: 'image',
      label: { name: 'label', classNames: null },
      splits: ['train', 'test'],
      picturesEach: 1,
    };
    expect(await countClasses(client, choice)).toBeNull();
  });

  it('of rows without end is not asked for ever', async () => {
    let requests = 0;
    const photos = fetchKaggle(server, 5, signal, {
      delay: () => Promise.resolve(),
      fetch: (input) => {
        requests += 1;
        const { pathname } = new URL(input instanceof Request ? input.url : input);
        if (pathname === '/filter') return Promise.resolve(new Response('', { status: 501 }));
        return answerJson({
          rows: [{ row_idx: 0, row: { image: { src: 'x', height: 1, width: 1 }, labels: 7 } }],
          num_rows_total: 1e12,
        });
      },
    });
    const taken: unknown[] = [];
    for await (const photo of photos) taken.push(photo);
    expect(taken).toEqual([]);
    expect(requests).toBeLessThan(310);
  });
});
