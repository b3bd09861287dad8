import { distFolder } from '../scripts/build.mjs';
import { startStaticServer } from '../scripts/static-server.mjs';
import type { AutomationWindow } from '../scripts/session';
import type { RunState } from '../src/store/state';
import { connectPage, expect, test, type App } from './app-test';

const bare = { basePath: '/some/sub/path/', isolation: false };
const withoutGpu = { webgpu: false };

/** How often the page itself was fetched. */
const pageLoads = ({ server }: App): number => server.requests.filter(({ path }) => path === new URL(server.url).pathname).length;
const askedFor = ({ server }: App, end: string): number => server.requests.filter(({ path }) => path.endsWith(end)).length;

async function untilReady(app: App): Promise<void> {
  await app.until((store) => store.getState().weights.phase === 'ready');
}

async function whyOneThread(app: App): Promise<string> {
  await app.page.getByRole('button', { name: /Computes with: CPU/ }).click();
  await expect(app.page.getByLabel('Threads', { exact: true })).toBeDisabled();
  return app.page.locator('p', { hasText: 'Why one thread only:' }).innerText();
}

/** A run over a few drawings. */
async function trainQuickly(app: App): Promise<RunState> {
  await app.act(async (store) => {
    const { actions } = store.getState();
    await actions.addDrawings();
    actions.changeSettings({ limitPerClass: 3, epochs: 1 });
    await actions.train();
  });
  return (await app.state()).run;
}

/** Puts a mark on the present document that a reload would take away. */
async function markDocument({ page }: App): Promise<() => Promise<boolean>> {
  await page.evaluate(() => Object.assign(globalThis, { markOfTest: true }));
  return () => page.evaluate(() => 'markOfTest' in globalThis);
}

test('without headers, one reload isolates and limits the page and its workers, and nothing is fetched twice but the page', async ({
  openApp,
}) => {
  const app = await openApp({ ...withoutGpu, server: bare });
  await untilReady(app);
  const found = await app.page.evaluate(() => ({
    isolated: crossOriginIsolated,
    controller: navigator.serviceWorker.controller?.scriptURL,
    navigation: performance.getEntriesByType('navigation').map((entry) => entry.toJSON() as { type: string }),
    mark: sessionStorage.getItem('headstart:isolation-tried'),
  }));
  expect(found).toMatchObject({
    isolated: true,
    controller: `${app.server.url}sw.js`,
    navigation: [{ type: 'reload' }],
    mark: null,
  });
  expect((await app.state()).compute.isolation).toEqual({ isolated: true, by: 'service-worker' });
  expect(pageLoads(app)).toBe(2);
  for (let shard = 1; shard <= 6; shard += 1) expect(askedFor(app, `0000${shard}-of-00006.safetensors`)).toBe(1);
  const workers = app.page.workers();
  expect(workers.length).toBeGreaterThan(0);
  for (const worker of workers) expect(await worker.evaluate(() => crossOriginIsolated), worker.url()).toBe(true);

  // The second visit is under the service worker from its first byte, and asks for no weights, which would go past it.
  const passed: string[] = [];
  app.context.on('response', (answer) => {
    if (answer.fromServiceWorker()) passed.push(new URL(answer.url()).pathname.slice('/some/sub/path/'.length));
  });
  const staysTheSame = await markDocument(app);
  const response = await app.page.goto(`${app.server.url}index.html`);
  expect(await staysTheSame()).toBe(false);
  expect(response?.fromServiceWorker()).toBe(true);
  expect(response?.headers()).toMatchObject({
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
    'cross-origin-resource-policy': 'same-origin',
    'x-headstart-service-worker': '2',
    'content-security-policy': expect.stringMatching(/^default-src 'none'; .*frame-ancestors 'none'$/),
    'permissions-policy': expect.stringContaining('camera=(self)'),
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  });
  await untilReady(app);
  expect((await app.state()).compute.isolation).toEqual({ isolated: true, by: 'service-worker' });
  expect(pageLoads(app)).toBe(2);
  expect(askedFor(app, '.safetensors')).toBe(6);
  for (const name of ['control', 'compute']) expect(passed.some((path) => path.startsWith(`assets/${name}.worker-`))).toBe(true);
  expect(passed.filter((path) => !/^(index\.html|assets\/.*|icons\/.*|manifest\.webmanifest)$/.test(path))).toEqual([]);
  expect(app.errors).toEqual([]);
});

test('a tab that passes the service worker by is reloaded once and no more, and a plain reload mends it', async ({ openApp }) => {
  const first = await openApp({ ...withoutGpu, server: bare });
  await untilReady(first);
  const loads = pageLoads(first);
  // A new tab, because a reload is tried once in each.
  const app = connectPage(await first.context.newPage(), first);
  const devtools = await app.context.newCDPSession(app.page);
  await devtools.send('Network.enable');
  await devtools.send('Network.setBypassServiceWorker', { bypass: true });
  await app.page.goto(app.server.url, { waitUntil: 'commit' });
  await untilReady(app);
  expect((await app.state()).compute.isolation).toEqual({ isolated: false, reason: 'isolation-failed' });
  expect(pageLoads(app)).toBe(loads + 2);
  await devtools.send('Network.setBypassServiceWorker', { bypass: false });
  await app.page.reload();
  await untilReady(app);
  expect((await app.state()).compute.isolation).toEqual({ isolated: true, by: 'service-worker' });
});

test('where service workers are refused the page trains on one thread and says why', async ({ openApp }) => {
  const app = await openApp({ ...withoutGpu, server: bare, serviceWorkersBlocked: true });
  await untilReady(app);
  expect((await app.state()).compute.isolation).toEqual({ isolated: false, reason: 'isolation-refused' });
  expect(await trainQuickly(app)).toMatchObject({ error: null, result: { threads: 1 } });
  expect(pageLoads(app)).toBe(1);
  expect(await whyOneThread(app)).toMatch(/no isolation headers, and the browser refused the service worker.* not private/);
  await expect(app.page.getByText('The browser refuses to keep the page for use without a network.')).toBeVisible();
  expect(app.errors).toEqual([]);
});

test('the number of threads that is chosen is the number that computes, on the next visit too', async ({ openApp }) => {
  const app = await openApp({ ...withoutGpu, server: bare });
  await untilReady(app);
  await app.page.getByRole('button', { name: /Computes with: CPU/ }).click();
  await app.page.getByLabel('Threads', { exact: true }).selectOption('1');
  await app.page.keyboard.press('Escape');
  await app.page.reload();
  await untilReady(app);
  expect((await app.state()).compute).toMatchObject({ threads: 1, isolation: { isolated: true } });
  expect(await trainQuickly(app)).toMatchObject({ error: null, result: { threads: 1 } });
});

test('where all site data is blocked the reason is the same', async ({ openApp }) => {
  const app = await openApp({ ...withoutGpu, server: bare, storageRefused: true });
  await untilReady(app);
  expect((await app.state()).compute.isolation).toEqual({ isolated: false, reason: 'isolation-refused' });
  expect(pageLoads(app)).toBe(1);
});

test('a host without sw.js gives a page on one thread that names the file', async ({ openApp }) => {
  const app = await openApp({
    ...withoutGpu,
    server: bare,
    before: (server) => {
      server.setFaults([{ match: /sw\.js$/, kind: 'status', status: 404 }]);
    },
  });
  await untilReady(app);
  expect((await app.state()).compute.isolation).toEqual({ isolated: false, reason: 'isolation-failed' });
  expect(await whyOneThread(app)).toContain('check that sw.js was uploaded');
  await expect(app.page.getByText('The service worker that keeps the page for use without a network did not come')).toBeVisible();
  expect(pageLoads(app)).toBe(1);
});

test('a service worker that never arrives costs a moment, not the page, and never a late reload', async ({ openApp }) => {
  const app = await openApp({
    ...withoutGpu,
    server: bare,
    before: (server) => {
      server.setFaults([{ match: /sw\.js$/, kind: 'hang' }]);
    },
  });
  await untilReady(app);
  expect((await app.state()).compute.isolation).toEqual({ isolated: false, reason: 'isolation-failed' });
  expect(pageLoads(app)).toBe(1);
});

test('at a plain http address the page works on one thread and says why', async ({ openApp }) => {
  const app = await openApp({
    ...withoutGpu,
    server: bare,
    launchArguments: ['--host-resolver-rules=MAP plain.example 127.0.0.1'],
    address: ({ url }) => url.replace('127.0.0.1', 'plain.example'),
  });
  await untilReady(app);
  expect((await app.state()).compute.isolation).toEqual({ isolated: false, reason: 'isolation-insecure-address' });
  expect(await whyOneThread(app)).toContain('https');
});

test('inside another page it works on one thread and leaves that page alone', async ({ openApp }) => {
  const app = await openApp({
    ...withoutGpu,
    server: bare,
    address: ({ url }) => `${url}models/vgg16/config.json`,
  });
  await app.page.waitForLoadState();
  await app.page.evaluate((url) => {
    const frame = document.createElement('iframe');
    frame.src = url;
    document.body.append(frame);
  }, app.server.url);
  const frame = app.page.frameLocator('iframe').locator('html');
  await expect(frame.getByRole('heading', { name: 'Headstart' })).toBeAttached();
  const isolation = await frame.evaluate(
    () => (globalThis as unknown as AutomationWindow).headstart.store.getState().compute.isolation,
  );
  expect(isolation).toEqual({ isolated: false, reason: 'isolation-framed' });
  expect(pageLoads(app)).toBe(1);
});

test('weights of another host come by CORS into a page that the service worker isolated', async ({ openApp }) => {
  const other = await startStaticServer({
    root: distFolder,
    isolation: false,
    headers: { 'Access-Control-Allow-Origin': '*' },
  });
  try {
    const app = await openApp({
      ...withoutGpu,
      server: { ...bare, meta: { 'headstart:weights': `${other.url}models/vgg16/` } },
    });
    await untilReady(app);
    expect((await app.state()).compute.isolation).toEqual({ isolated: true, by: 'service-worker' });
    expect(other.requests.filter(({ path }) => path.endsWith('.safetensors'))).toHaveLength(6);
    expect(askedFor(app, '.safetensors')).toBe(0);
  } finally {
    await other.close();
  }
});

test('while the page is not kept yet, a redirect, a lost network and a host’s error are what they are without a service worker', async ({
  openApp,
}) => {
  /** So that it never is. */
  const torn = { match: /libheif/, kind: 'cut' } as const;
  const app = await openApp({ ...withoutGpu, server: bare, before: (server) => server.setFaults([torn]) });
  await untilReady(app);
  const { server, page } = app;
  server.setFaults([torn, { match: /path\/index\.html$/, kind: 'redirect', to: '/some/sub/path/?from=index' }]);
  await page.goto(`${server.url}index.html`);
  expect(page.url()).toBe(`${server.url}?from=index`);
  await untilReady(app);
  expect((await app.state()).compute.isolation).toEqual({ isolated: true, by: 'service-worker' });

  server.setFaults([torn, { match: /path\/$/, kind: 'status', status: 503 }]);
  const refused = await page.goto(server.url);
  expect(refused?.status()).toBe(503);
  await expect(page.getByText('Status 503 asked for by a test')).toBeVisible();

  server.setFaults([torn, { match: /path\/$/, kind: 'cut' }]);
  await expect(page.goto(server.url)).rejects.toThrow(/net::ERR_/);
});
