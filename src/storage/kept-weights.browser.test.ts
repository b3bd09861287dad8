import { afterEach, describe, expect, it } from 'vitest';
import type { BackboneIdentity, KeptBackbone } from '../domain/model-import';
import type { OpenPart } from './hub-part';
import { backboneFolder, measureDevice } from './storage-sizes';
import type { KeptWeightsCall } from './testing/kept-weights.worker';
import { askWorker } from './testing/worker-tab';

const workers: Worker[] = [];

/** A tab: part and store in a worker of its own. */
function openTab() {
  const worker = new Worker(new URL('./testing/kept-weights.worker.ts', import.meta.url), { type: 'module' });
  workers.push(worker);
  const ask = askWorker<KeptWeightsCall>(worker);
  return { ask, kill: () => worker.terminate() };
}

const pieceBytes = 100_000;
const values = Uint8Array.from({ length: 20 * pieceBytes }, (_, at) => (at * 31) % 251);
const subject = {
  url: 'https://hub.example/a',
  etag: '"1"',
  lastModified: null,
  totalBytes: 1e9,
  header: Uint8Array.of(1, 2),
  ranges: [{ begin: 1000, end: 1000 + values.length }],
};
const pieceOf = (number: number) => values.slice(number * pieceBytes, (number + 1) * pieceBytes);
const came = ({ values: all, received }: OpenPart) => all.subarray(0, received);

afterEach(async () => {
  const tab = openTab();
  await tab.ask({ call: 'discard' });
  for (const { id } of await tab.ask<readonly KeptBackbone[]>({ call: 'list' })) await tab.ask({ call: 'remove', id });
  for (const worker of workers.splice(0)) worker.terminate();
});

describe('weights that come in, on a real disk', () => {
  it('are gone on with where a killed tab left them, wherever that was', async () => {
    const first = openTab();
    expect(await first.ask({ call: 'open' })).toBeNull();
    await first.ask({ call: 'begin', subject });
    for (let number = 0; number < 5; number += 1) await first.ask({ call: 'append', bytes: pieceOf(number) });
    // Another tab has none of it meanwhile, and no part to write to.
    const other = openTab();
    expect(await other.ask({ call: 'state' })).toEqual({ url: subject.url, received: 5 * pieceBytes, wanted: values.length });
    expect(await other.ask({ call: 'open' })).toBeNull();
    // Many more are under way when the tab goes.
    for (let number = 5; number < 20; number += 1) void first.ask({ call: 'append', bytes: pieceOf(number) });
    first.kill();

    const second = openTab();
    const open = await second.ask<OpenPart>({ call: 'open' });
    expect(open.received).toBeGreaterThanOrEqual(5 * pieceBytes);
    expect(open.received % pieceBytes).toBe(0);
    expect(came(open)).toEqual(values.slice(0, open.received));
    const { received } = open;
    await second.ask({ call: 'append', bytes: values.slice(received, received + 10) });
    await second.ask({ call: 'close' });
    const again = await openTab().ask<OpenPart>({ call: 'open' });
    expect(came(again)).toEqual(values.slice(0, received + 10));
    expect((await measureDevice()).hubPart).toBeGreaterThan(received);
  });

  it('are kept for every tab, whole or not at all', async () => {
    const identity: BackboneIdentity = {
      id: 'c'.repeat(64),
      title: 'torchvision’s VGG-16',
      source: { kind: 'file', fileName: 'vgg16.pth', format: 'pytorch' },
      scaling: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
      addedAt: '2026-11-28T12:00:00.000Z',
    };
    const conv = new Map([['features.0.bias', Float32Array.from({ length: 1000 }, (_, at) => Math.sin(at))]]);
    const [one, other] = [openTab(), openTab()];
    await Promise.all([one, other].map((tab) => tab.ask({ call: 'keep', identity, conv })));
    const [kept] = await other.ask<readonly KeptBackbone[]>({ call: 'list' });
    expect(kept).toMatchObject(identity);
    expect(kept?.bytes).toBe((await measureDevice()).backbones);
    expect(await one.ask({ call: 'read', id: identity.id })).toEqual(conv);

    // Behind its back a value is changed.
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle(backboneFolder);
    const handle = await folder.getFileHandle(identity.id);
    const bytes = new Uint8Array(await (await handle.getFile()).arrayBuffer());
    bytes[500] = (bytes[500] ?? 0) ^ 1;
    const writable = await handle.createWritable();
    await writable.write(bytes);
    await writable.close();
    expect(await one.ask({ call: 'read', id: identity.id })).toBeNull();
    expect(await other.ask({ call: 'list' })).toEqual([]);
  });
});
