import { beforeEach, describe, expect, it } from 'vitest';
import type { KeptBackbone } from '../domain/model-import';
import { createProject } from '../domain/project';
import { createPreset } from '../domain/presets';
import { plainRun } from '../domain/testing/plain-run';
import { ProjectStore } from '../storage/project-store';
import { MemoryTables } from '../storage/testing/memory-tables';
import { createDeviceKeep } from './device-keep';
import { sweepDevice } from './sweeper';

const hour = 3_600_000;
const idOf = (digit: string) => digit.repeat(64);

/** Kept: one that a project stands on, one that a run of it does, and two that nobody does, of which one came just now. */
function createDevice() {
  const tables = new MemoryTables();
  const store = new ProjectStore({ tables, now: () => 0, thumbnails: () => Promise.resolve([]) });
  let kept: readonly KeptBackbone[] = [
    ['a', '2026-01-01'],
    ['b', '2026-01-01'],
    ['c', '2026-01-01'],
    ['d', '2026-02-01'],
  ].map(([digit = '', day = '']) => ({
    id: idOf(digit),
    title: digit,
    source: { kind: 'file', fileName: `${digit}.pth`, format: 'pytorch' },
    scaling: { mean: [0, 0, 0], std: [1, 1, 1] },
    addedAt: `${day}T00:00:00.000Z`,
    bytes: 100,
  }));
  const backbones = {
    list: () => Promise.resolve(kept),
    remove: (id: string) => {
      kept = kept.filter((one) => one.id !== id);
      return Promise.resolve();
    },
  };
  const discarded: string[] = [];
  const hubPart = { discard: () => Promise.resolve(void discarded.push('part')) };
  const nothing = {
    compute: { featureCache: () => Promise.reject(new Error('none')), dropKeptFeatures: () => Promise.reject(new Error('none')) },
    sweep: () => Promise.resolve(),
    forget: () => undefined,
  };
  const keep = createDeviceKeep({ ...nothing, store, backbones, hubPart, tables });
  const sweep = (all: boolean) =>
    sweepDevice(
      {
        desk: { sweep: () => Promise.resolve([]) },
        ownership: { isAlone: () => Promise.resolve(false) },
        pictures: { sweep: () => Promise.resolve(null) },
        folders: { sweep: () => Promise.resolve() },
        held: () => new Set<string>(),
        onMoved: () => undefined,
        now: () => Date.parse('2026-02-01T00:00:00.000Z') + hour,
        store,
        backbones,
      },
      all,
    );
  const left = () => kept.map(({ title }) => title).join('');
  return { tables, store, keep, sweep, left, discarded, present: () => kept };
}

let device: ReturnType<typeof createDevice>;
beforeEach(async () => {
  device = createDevice();
  const [first] = device.present();
  const project = createProject('p', '2026-01-01T00:00:00.000Z', createPreset('recommended', 0));
  if (first === undefined) return;
  const { bytes: _bytes, ...backbone } = first;
  await device.store.keep({ ...project, backbone, runs: [{ ...plainRun, backbone: idOf('b') }] });
});

describe('weights that were brought in', () => {
  it('can be freed as far as no project and no run stands on them', async () => {
    const { keep, left, discarded } = device;
    expect((await keep.report()).freeable).toEqual([{ kind: 'backbones', bytes: 200 }]);
    await keep.free('backbones');
    expect(left()).toBe('ab');
    expect(discarded).toEqual(['part']);
    expect((await keep.report()).freeable).toEqual([]);
  });

  it('go by themselves only where room is wanted, and not on their first day', async () => {
    await device.sweep(false);
    expect(device.left()).toBe('abcd');
    await device.sweep(true);
    expect(device.left()).toBe('abd');
  });

  it('stay all where a project cannot be read, which may stand on any', async () => {
    const { keep, sweep, left, tables } = device;
    await tables.commit([{ table: 'project-documents', key: 'q', value: { samples: 'unreadable' } }]);
    expect((await keep.report()).freeable).toEqual([]);
    await expect(keep.free('backbones')).rejects.toMatchObject({ code: 'project-invalid' });
    await expect(sweep(true)).rejects.toMatchObject({ code: 'project-invalid' });
    expect(left()).toBe('abcd');
  });
});
