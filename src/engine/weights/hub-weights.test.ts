import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ModelHubOptions, type ModelHubServer, startModelHub } from '../../../e2e/servers/model-hub-server';
import { sparseSafetensors, vgg16Tensors } from '../../../e2e/servers/sparse-safetensors';
import type { ModelImportProgress } from '../../domain/model-import';
import { BackboneStore } from '../../storage/backbone-store';
import { HubPart } from '../../storage/hub-part';
import { MemoryFolder } from '../../storage/testing/memory-folder';
import { backboneId } from '../model-files/backbone-id';
import type { Fetch } from './fetch-file';
import { hubFile, hubFileUrl, HubWeights } from './hub-weights';

const scaling = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;
const bytes = 58_858_752;

let hub: ModelHubServer;
let partDisk: MemoryFolder;
let storeDisk: MemoryFolder;
const start = async (options: ModelHubOptions = {}) => {
  hub = await startModelHub(options);
};
beforeEach(() => {
  partDisk = new MemoryFolder();
  storeDisk = new MemoryFolder();
});
afterEach(() => hub.close());

function createVisit(ask: Fetch = (url, init) => fetch(url, init)) {
  const store = new BackboneStore({ openFolder: () => Promise.resolve(storeDisk), exclusively: (work) => work() });
  const part = new HubPart({ openFolder: () => Promise.resolve(partDisk), lock: () => Promise.resolve(() => undefined) });
  const environment = {
    fetch: ask,
    delay: () => Promise.resolve(),
    now: () => performance.now(),
    random: () => 1,
  };
  const weights = new HubWeights({ part, store, environment });
  const events: ModelImportProgress[] = [];
  const load = (signal = new AbortController().signal) => weights.fetch(hub.url, (event) => events.push(event), signal);
  return { weights, store, load, events, state: () => weights.state(hub.url) };
}

const sent = () => hub.requests.reduce((sum, { bytesSent }) => sum + bytesSent, 0);

describe('HubWeights', () => {
  it('takes VGG-16’s convolutions out of the whole model, keeps them until they are kept elsewhere, and asks once', async () => {
    await start();
    expect(hub.totalBytes).toBeGreaterThan(553_000_000);
    const { load, events, state, weights, store } = createVisit();
    const { host } = new URL(hub.url);
    const told = { repository: 'timm/vgg16.tv_in1k', revision: hubFile.revision, host, totalBytes: bytes };
    expect(await state()).toEqual({ ...told, receivedBytes: 0 });
    const { conv, head, ignored, precision } = await load();
    expect(sent()).toBe(bytes + 65_536);
    expect(head).toBeNull();
    expect(precision).toEqual(['float32']);
    expect([...ignored].sort()).toEqual(
      vgg16Tensors()
        .map(({ name }) => name)
        .filter((name) => !name.startsWith('features.')),
    );
    expect(conv?.size).toBe(26);
    const file = sparseSafetensors(vgg16Tensors(), 1);
    const [firstTensor] = [...(conv ?? [])];
    expect(firstTensor?.[0]).toBe('features.0.weight');
    expect(conv?.get('features.0.bias')).toEqual(new Float32Array(file.read(file.headerBytes, file.headerBytes + 256).buffer));
    expect(events.map(({ stage }) => stage).filter((stage, at, all) => stage !== all[at - 1])).toEqual(['fetching', 'reading']);
    expect(events.filter(({ stage }) => stage === 'fetching').at(-1)).toEqual({ stage: 'fetching', done: bytes, total: bytes });

    // Not taken yet: another visit has them without a request.
    const requests = hub.requests.length;
    const second = createVisit();
    expect(await second.state()).toEqual({ ...told, receivedBytes: bytes });
    expect((await second.load()).conv?.get('features.28.bias')).toEqual(conv?.get('features.28.bias'));

    // Taken: the part goes, and what is kept serves.
    if (conv === null) return;
    const id = await backboneId(scaling, conv);
    const { repository, revision } = hubFile;
    const source = { kind: 'hub', repository, revision } as const;
    await store.write({ id, title: 'torchvision’s VGG-16', source, scaling, addedAt: '2026-11-28T00:00:00.000Z' }, conv);
    await weights.drop();
    expect(partDisk.files.size).toBe(0);
    const third = createVisit();
    expect(await third.state()).toEqual({ ...told, receivedBytes: bytes });
    const kept = await third.load();
    expect(await backboneId(scaling, kept.conv ?? new Map())).toBe(id);
    expect(hub.requests).toHaveLength(requests);
  });

  it('drops what came and is not finite, names the tensor, and begins anew', async () => {
    const broken = new Float32Array(512);
    broken[7] = Infinity;
    await start({ values: (name) => (name === 'features.28.bias' ? broken : null) });
    const { load, state } = createVisit();
    await expect(load()).rejects.toMatchObject({
      code: 'model-tensor-not-finite',
      message: expect.stringContaining('features.28.bias in model.safetensors at 127.0.0.1') as string,
    });
    expect(partDisk.files.size).toBe(0);
    expect(await state()).toMatchObject({ receivedBytes: 0, totalBytes: bytes });
  });

  it('keeps what came when it is cancelled as it is read', async () => {
    await start();
    const { weights, state } = createVisit();
    const controller = new AbortController();
    const stop = ({ stage }: ModelImportProgress) => {
      if (stage === 'reading') controller.abort();
    };
    await expect(weights.fetch(hub.url, stop, controller.signal)).rejects.toMatchObject({ code: 'cancelled' });
    expect(await state()).toMatchObject({ receivedBytes: bytes });
  });

  const conv = vgg16Tensors();
  it.each([
    ['lacks a tensor', conv.filter(({ name }) => name !== 'features.5.weight'), 'model-tensors-missing'],
    [
      'has another shape',
      conv.map((one) => (one.name === 'features.0.weight' ? { ...one, shape: [64, 1, 3, 3] } : one)),
      'model-tensor-shape',
    ],
    ['holds one more', [...conv, { name: 'features.99.weight', shape: [4] }], 'model-tensors-extra'],
  ])('refuses a model that %s before anything of it is fetched', async (_, tensors, code) => {
    await start({ tensors });
    await expect(createVisit().load()).rejects.toMatchObject({ code });
    expect(sent()).toBe(65_536);
  });

  it.each([
    [0n, 'impossible length'],
    [2n ** 60n, 'impossible length'],
    [10n, 'cannot be read'],
  ])('refuses a header of %s bytes', async (headerLength, words) => {
    await start();
    hub.faults.headerLength = headerLength;
    await expect(createVisit().load()).rejects.toMatchObject({
      code: 'hub-weights-unexpected',
      message: expect.stringContaining(words) as string,
    });
    expect(sent()).toBe(65_536);
  });

  it.each<[string, (offsets: [number, number], at: number) => [number, number], number, string]>([
    ['overlap', ([begin, end], at) => (at === 1 ? [begin - 4, end - 4] : [begin, end]), 1e9, 'overlap'],
    ['lie beyond its end', (offsets) => offsets, 1e6, 'more bytes than it has'],
    ['are not as long as their shapes', ([begin, end]) => [begin, end + 4], 1e9, 'cannot be read'],
  ])('refuses a file whose convolutions %s', async (_, move, totalBytes, words) => {
    await start();
    const text = new TextDecoder().decode(sparseSafetensors(conv, 1).read(8, 3000)).replace(/(?<=\}\}).*/s, '');
    const entries = Object.entries(JSON.parse(text) as Record<string, { data_offsets?: [number, number] }>);
    const moved = entries.map(([name, entry], at) => [
      name,
      entry.data_offsets === undefined ? entry : { ...entry, data_offsets: move(entry.data_offsets, at - 1) },
    ]);
    const header = new TextEncoder().encode(JSON.stringify(Object.fromEntries(moved)));
    const first = new Uint8Array(65_536);
    new DataView(first.buffer).setBigUint64(0, BigInt(header.length), true);
    first.set(header, 8);
    const headers = { 'content-range': `bytes 0-65535/${String(totalBytes)}`, etag: '"x"' };
    const answer = () => Promise.resolve(new Response(first, { status: 206, headers }));
    await expect(createVisit(answer).load()).rejects.toMatchObject({
      code: 'hub-weights-unexpected',
      message: expect.stringContaining(words) as string,
    });
  });
});

describe('hubFileUrl', () => {
  it('names the pinned revision', () => {
    expect(hubFileUrl('https://huggingface.co/')).toBe(
      'https://huggingface.co/timm/vgg16.tv_in1k/resolve/b8d8aa2dd860af9233c8c67385a8097fd6c35d3f/model.safetensors',
    );
  });
});
