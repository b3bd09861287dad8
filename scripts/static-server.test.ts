import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { replaceMeta, startStaticServer } from './static-server.mjs';

const page = '<html><head><meta name="headstart-weights" content="models/vgg16/"></head></html>';
let folder = '';
const open: { close(): Promise<void> }[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headstart-server-'));
  await mkdir(join(folder, 'dist', 'models'), { recursive: true });
  await writeFile(join(folder, 'secret.txt'), 'outside');
  await writeFile(join(folder, 'dist', 'index.html'), page);
  await writeFile(join(folder, 'dist', 'models', 'a.safetensors'), Buffer.from([1, 2, 3, 4, 5, 6, 7, 8]));
  await writeFile(join(folder, 'dist', 'k.wasm'), 'x');
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
  await rm(folder, { recursive: true, force: true });
});

async function start(options: Partial<Parameters<typeof startStaticServer>[0]> = {}) {
  const server = await startStaticServer({ root: join(folder, 'dist'), ...options });
  open.push(server);
  return server;
}

test('serves files with their types, the index for the folder, and the isolation headers only where asked', async () => {
  const server = await start();
  const index = await fetch(server.url);
  expect(index.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(index.headers.get('cross-origin-embedder-policy')).toBe('require-corp');
  expect((await fetch(`${server.url}k.wasm`)).headers.get('content-type')).toBe('application/wasm');
  expect((await fetch(`${server.url}models/a.safetensors`)).headers.get('content-type')).toBe('application/octet-stream');
  const bare = await start({ isolation: false });
  expect((await fetch(bare.url)).headers.get('cross-origin-embedder-policy')).toBeNull();
});

test('answers below its base path only, and never outside its root', async () => {
  const server = await start({ basePath: '/some/sub/path/' });
  expect((await fetch(server.url)).status).toBe(200);
  expect((await fetch(`${server.origin}/`)).status).toBe(404);
  expect((await fetch(`${server.url}..%2f..%2fsecret.txt`)).status).toBe(404);
  expect((await fetch(`${server.url}%2e%2e/secret.txt`)).status).toBe(404);
});

test('takes the next port when the first is taken', async () => {
  const first = await start({ firstPort: 42731 });
  const second = await start({ firstPort: Number(new URL(first.url).port) });
  expect(Number(new URL(second.url).port)).toBeGreaterThan(Number(new URL(first.url).port));
});

test('fails the asked number of times with the asked status, then serves, and records each request', async () => {
  const server = await start();
  server.setFaults([{ match: /safetensors/, kind: 'status', status: 503, times: 2 }]);
  const address = `${server.url}models/a.safetensors`;
  const statuses = [];
  for (let i = 0; i < 3; i += 1) statuses.push((await fetch(address)).status);
  expect(statuses).toEqual([503, 503, 200]);
  expect(server.requests.map(({ path, status }) => `${path} ${String(status)}`)).toEqual([
    '/models/a.safetensors 503',
    '/models/a.safetensors 503',
    '/models/a.safetensors 200',
  ]);
});

test('truncates, changes a byte, cuts the connection and slows down', async () => {
  const server = await start();
  const address = `${server.url}models/a.safetensors`;
  const bytes = async () => [...new Uint8Array(await (await fetch(address)).arrayBuffer())];
  server.setFaults([{ match: /a\.safetensors/, kind: 'truncate', bytes: 3 }]);
  expect(await bytes()).toEqual([1, 2, 3]);
  server.setFaults([{ match: /a\.safetensors/, kind: 'flip', at: 1 }]);
  expect(await bytes()).toEqual([1, 0xfd, 3, 4, 5, 6, 7, 8]);
  server.setFaults([{ match: /a\.safetensors/, kind: 'cut' }]);
  await expect(fetch(address)).rejects.toThrow();
  server.setFaults([{ match: /a\.safetensors/, kind: 'throttle', bytesPerSecond: 80 }]);
  const started = performance.now();
  expect(await bytes()).toHaveLength(8);
  expect(performance.now() - started).toBeGreaterThan(80);
});

test('rewrites the named meta tags of the page and refuses a name that is not there', async () => {
  const server = await start({ meta: { 'headstart-weights': 'https://example.test/a&b/' } });
  expect(await (await fetch(server.url)).text()).toContain(
    '<meta name="headstart-weights" content="https://example.test/a&amp;b/" />',
  );
  expect(() => replaceMeta(page, { other: 'x' })).toThrow('no meta tag named other');
});
