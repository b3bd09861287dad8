import { expect, test, type App } from './app-test';
import type { Fault } from '../scripts/static-server-faults.mjs';

const shard = /model-00002-of-00006\.safetensors$/;
const shardRequests = ({ server }: App) =>
  server.requests.filter(({ path }) => path.endsWith('.safetensors')).map(({ path }) => path.slice(-33));

const faults: readonly { name: string; fault: Fault; code: string; sentence: RegExp }[] = [
  {
    name: 'missing',
    fault: { match: shard, kind: 'status', status: 404 },
    code: 'weights-missing',
    sentence: /model-00002-of-00006\.safetensors is not on the server \(HTTP 404\)/,
  },
  {
    name: 'cut short',
    fault: { match: shard, kind: 'truncate', bytes: 1000 },
    code: 'weights-truncated',
    sentence: /model-00002-of-00006\.safetensors arrived cut short/,
  },
  {
    name: 'altered',
    fault: { match: shard, kind: 'flip', at: 5000 },
    code: 'weights-altered',
    sentence: /model-00002-of-00006\.safetensors is not the one this app expects/,
  },
];

for (const { name, fault, code, sentence } of faults) {
  test(`a weights file that is ${name} is named, and Try again fetches only that one`, async ({ openApp }) => {
    const app = await openApp({
      webgpu: false,
      before: (server) => {
        server.setFaults([fault]);
      },
    });
    await app.until((store) => store.getState().weights.phase === 'failed');
    expect((await app.state()).weights.error?.code).toBe(code);
    await expect(app.page.getByText(sentence).first()).toBeVisible();
    expect(new Set(shardRequests(app)).size).toBe(6);

    app.server.setFaults([]);
    const before = shardRequests(app).length;
    await app.page.getByRole('button', { name: 'Try again' }).first().click();
    await app.until((store) => store.getState().weights.phase === 'ready');
    const fetched = shardRequests(app).slice(before);
    expect(fetched).toHaveLength(1);
    expect(fetched[0]).toMatch(shard);
  });
}

test('a server error that passes is tried again without a word', async ({ openApp }) => {
  const app = await openApp({
    webgpu: false,
    before: (server) => {
      server.setFaults([{ match: shard, kind: 'status', status: 503, times: 2 }]);
    },
  });
  await app.until((store) => ['ready', 'failed'].includes(store.getState().weights.phase));
  expect((await app.state()).weights).toMatchObject({ phase: 'ready', error: null });
  expect(shardRequests(app).filter((path) => shard.test(path))).toHaveLength(3);
});

test('offline at the first start: the page says so and goes on once the network is back', async ({ openApp }) => {
  const app = await openApp({
    webgpu: false,
    before: (server) => {
      server.setFaults([{ match: /\/models\//, kind: 'cut' }]);
    },
  });
  await app.until((store) => store.getState().weights.phase === 'failed');
  await expect(app.page.getByText(/The weights could not be reached at/).first()).toBeVisible();
  app.server.setFaults([]);
  await app.page.getByRole('button', { name: 'Try again' }).first().click();
  await app.until((store) => store.getState().weights.phase === 'ready');
});
