import type { FreeableKind, StorageReport, StoredKind } from '../domain/projects';
import { toHeadstartError } from '../domain/errors';
import type { ComputeApi } from '../protocol/compute-api';
import type { BackboneStore } from '../storage/backbone-store';
import { forgetDevice } from '../storage/forget-device';
import type { HubPart } from '../storage/hub-part';
import type { ProjectStore } from '../storage/project-store';
import { measureDevice } from '../storage/storage-sizes';
import type { Tables } from '../storage/tables';
import type { Keep } from './control-engine';
import { unneededBackbones } from './unneeded-backbones';

export interface DeviceKeepParts {
  readonly compute: Pick<ComputeApi, 'featureCache' | 'dropKeptFeatures'>;
  readonly sweep: (all: boolean) => Promise<void>;
  /** What holds something of the device in memory. */
  readonly forget: () => void;
  readonly store: Pick<ProjectStore, 'list' | 'listHeads' | 'holdings' | 'dropHeads'>;
  readonly backbones: Pick<BackboneStore, 'list' | 'remove'>;
  readonly hubPart: Pick<HubPart, 'discard'>;
  readonly tables: Tables;
}

/** About what a picture takes in the document of its project, bytes. */
const documentBytesEach = 400;

/** What all projects keep on the device together: how much it is, what of it can go. */
export function createDeviceKeep(parts: DeviceKeepParts): Keep {
  const { compute, sweep, forget, store, backbones, hubPart, tables } = parts;
  /** Of all runs but the last of each project that has one. */
  const olderHeads = async () => {
    const heads = await store.listHeads();
    const kept = new Map(heads.map((head) => [head.runId, head]));
    const latest = new Set((await store.holdings()).map(({ runIds }) => runIds.findLast((id) => kept.has(id))));
    return heads.filter(({ runId }) => !latest.has(runId));
  };

  return {
    report: async () => {
      const device = await measureDevice();
      const features = await compute.featureCache().catch(() => null);
      try {
        const [projects, heads, older, unneeded] = await Promise.all([
          store.list(),
          store.listHeads(),
          olderHeads().catch(() => []),
          unneededBackbones(backbones, store).catch(() => []),
        ]);
        const total = (rows: readonly { readonly bytes: number }[]): number => rows.reduce((sum, { bytes }) => sum + bytes, 0);
        const documents = projects.reduce((sum, { pictures }) => sum + pictures * documentBytesEach, 0);
        const bytes: Record<StoredKind, number> = {
          weights: device.weights,
          backbones: device.backbones + device.hubPart,
          features: features?.bytes ?? 0,
          pictures: device.pictures,
          heads: total(heads),
          checkpoints: device.checkpoints,
          projects: documents,
        };
        const deleted = projects.filter(({ deletedAt }) => deletedAt !== null);
        const freeable: { kind: FreeableKind; bytes: number }[] = [
          { kind: 'features', bytes: bytes.features },
          { kind: 'deleted-projects', bytes: total(deleted) },
          { kind: 'older-heads', bytes: total(older) },
          { kind: 'backbones', bytes: total(unneeded) + device.hubPart },
        ];
        return createReport(bytes, freeable, device, null);
      } catch (thrown) {
        const { weights } = device;
        const none = { weights, backbones: 0, features: 0, pictures: 0, heads: 0, checkpoints: 0, projects: 0 };
        return createReport(none, [], device, toHeadstartError(thrown).toRecord());
      }
    },
    free: async (kind) => {
      if (kind === 'features') await compute.dropKeptFeatures();
      else if (kind === 'deleted-projects') await sweep(true);
      else if (kind === 'backbones') {
        await hubPart.discard();
        for (const { id } of await unneededBackbones(backbones, store)) await backbones.remove(id);
      } else await store.dropHeads((await olderHeads()).map(({ runId }) => runId));
    },
    forgetEverything: async () => {
      try {
        await forgetDevice(tables);
      } finally {
        forget();
      }
    },
  };
}

function createReport(
  bytes: Readonly<Record<StoredKind, number>>,
  freeable: readonly { readonly kind: FreeableKind; readonly bytes: number }[],
  { quota, usage, persisted }: Pick<StorageReport, 'quota' | 'usage' | 'persisted'>,
  problem: StorageReport['problem'],
): StorageReport {
  const kinds = Object.entries(bytes).map(([kind, size]) => ({ kind: kind as StoredKind, bytes: size }));
  const worth = freeable.filter((one) => one.bytes > 0).sort((a, b) => b.bytes - a.bytes);
  return { kinds, freeable: worth, quota, usage, persisted, problem };
}
