import { beforeEach, describe, expect, it } from 'vitest';
import { deriveRng } from '../domain/rng';
import { CheckpointStore } from './checkpoint-store';
import type { RunParts } from './run-file';
import { createTabs, FaultyFolder, type WriteFault } from './testing/faulty-folder';

const project = 'a project';

/** Its number tells checkpoints apart; the arrays hold what JSON would lose. */
function checkpoint(number: number): RunParts {
  return {
    head: { number },
    arrays: [
      Float32Array.of(number, NaN, -0, Infinity, 1e-45),
      Float64Array.of(number, NaN, -0, 5e-324),
      Uint32Array.of(number, 4294967295),
      new TextEncoder().encode(`words of ${String(number)}`),
      new Float32Array(120).fill(number),
    ],
  };
}

const numberOf = (parts: RunParts) => (parts.head as { number: number }).number;
const bytesOf = ({ arrays }: RunParts) =>
  arrays.map(({ buffer, byteOffset, byteLength }) => [...new Uint8Array(buffer, byteOffset, byteLength)]);

let folder: FaultyFolder;
let openTab: ReturnType<typeof createTabs>;
let store: CheckpointStore;

beforeEach(async () => {
  folder = new FaultyFolder();
  // Small pieces, so that a checkpoint takes several writes.
  openTab = createTabs(folder, 200);
  store = new CheckpointStore(openTab());
  await store.hold(project);
});

/** As a visit that begins finds it. */
const found = () => new CheckpointStore(createTabs(folder)()).load(project, numberOf);

async function writeAll(...numbers: readonly number[]): Promise<void> {
  for (const number of numbers) await store.write(project, checkpoint(number));
}

function fileOf(newest: boolean): [string, Uint8Array] {
  // The slots take turns: of an even number of checkpoints the second file holds the newest.
  const files = [...folder.files].sort(([a], [b]) => (a < b ? -1 : 1));
  const file = files[newest ? 1 : 0];
  if (file === undefined) throw new Error('no such file');
  return file;
}

describe('checkpoints on disk', () => {
  it('come back bit for bit, the newest first, and take turns in two files', async () => {
    expect(await found()).toBeNull();
    await writeAll(1, 2, 3);
    expect(folder.files.size).toBe(2);
    const parts = await new CheckpointStore(createTabs(folder)()).load(project, (own) => own);
    expect(parts?.head).toEqual({ number: 3 });
    expect(bytesOf(parts ?? { head: null, arrays: [] })).toEqual(bytesOf(checkpoint(3)));
    expect(parts?.arrays.map((array) => array.constructor.name)).toEqual(
      checkpoint(3).arrays.map((array) => array.constructor.name),
    );
  });

  it('go with their project, and all together', async () => {
    await writeAll(1, 2);
    await store.remove(project);
    expect(folder.files.size).toBe(0);
    expect(await found()).toBeNull();
    await writeAll(3);
    expect(await found()).toBe(3);
    await store.clear();
    expect(folder.files.size).toBe(0);
  });

  it('are found one before the newest wherever that is cut', async () => {
    await writeAll(1, 2);
    const [name, whole] = fileOf(true);
    for (let length = 0; length < whole.length; length += 1) {
      folder.files.set(name, whole.slice(0, length));
      expect(await found(), `cut to ${String(length)} of ${String(whole.length)} bytes`).toBe(1);
    }
    folder.files.set(name, Uint8Array.of(...whole, 0));
    expect(await found(), 'one byte more').toBe(1);
  });

  it('are found one before the newest wherever a bit of that is flipped', async () => {
    await writeAll(1, 2);
    const [name, whole] = fileOf(true);
    const rng = deriveRng(20261128, 'flipped bits');
    for (let at = 0; at < whole.length; at += 1) {
      const bit = 1 << rng.integer(8);
      folder.files.set(name, whole.with(at, (whole[at] ?? 0) ^ bit));
      expect(await found(), `byte ${String(at)} of ${String(whole.length)}, bit ${String(bit)}`).toBe(1);
    }
  });

  it('are none where both are harmed, and where what is there is of another kind', async () => {
    await writeAll(1, 2);
    for (const isNewest of [true, false]) {
      const [name, whole] = fileOf(isNewest);
      folder.files.set(name, whole.with(3, (whole[3] ?? 0) ^ 1));
    }
    expect(await found()).toBeNull();
    const rng = deriveRng(7, 'noise');
    for (const name of folder.files.keys())
      folder.files.set(
        name,
        Uint8Array.from({ length: 500 }, () => rng.integer(256)),
      );
    expect(await found()).toBeNull();
  });

  it('are passed over where nobody can make anything of them', async () => {
    await writeAll(1, 2);
    expect(await store.load(project, (parts) => (numberOf(parts) === 2 ? null : numberOf(parts)))).toBe(1);
    // The next goes over the one that was of no use.
    await store.write(project, checkpoint(3));
    folder.files.delete(fileOf(true)[0]);
    expect(await found()).toBe(1);
  });

  it('survive a machine that stops in any write, after any byte of it', async () => {
    const rng = deriveRng(11, 'stops');
    const stopped: number[] = [];
    for (let at = 1; ; at += 1) {
      for (const share of [0, rng.uniform(), 1]) {
        folder = new FaultyFolder();
        store = new CheckpointStore(createTabs(folder, 200)());
        await store.hold(project);
        await writeAll(1, 2);
        folder.fault = { at: folder.writes + at, what: { kind: 'cut', bytes: Math.round(share * 200) } };
        const failed = await store.write(project, checkpoint(3)).then(
          () => false,
          () => true,
        );
        folder.isStopped = false;
        if (!failed) {
          expect(stopped.length).toBeGreaterThan(6);
          expect(await found()).toBe(3);
          return;
        }
        stopped.push(at);
        // The last write is the trailer: whole, it counts.
        expect([2, 3]).toContain(await found());
        const later = new CheckpointStore(createTabs(folder, 200)());
        await later.hold(project);
        await later.write(project, checkpoint(4));
        expect(await found()).toBe(4);
      }
    }
  });

  it('that find no room, or are refused, leave nothing half-written and the one before as it was', async () => {
    for (const name of ['QuotaExceededError', 'InvalidStateError'] as const) {
      const what: WriteFault = { kind: 'refused', name };
      for (const at of [1, 2, 3]) {
        await writeAll(1, 2);
        folder.fault = { at: folder.writes + at, what };
        await expect(store.write(project, checkpoint(3))).rejects.toMatchObject({ name });
        expect(await found()).toBe(2);
        expect(folder.files.size).toBe(1);
        folder.fault = null;
      }
    }
    folder.room = 1_500;
    await expect(store.write(project, checkpoint(5))).rejects.toMatchObject({ name: 'QuotaExceededError' });
    expect(await found()).toBe(2);
  });

  it('are written by one tab only; another gets them once they are let go', async () => {
    await writeAll(1);
    const other = new CheckpointStore(openTab());
    expect(await other.hold(project)).toBe(false);
    await expect(other.write(project, checkpoint(9))).rejects.toMatchObject({ name: 'NoModificationAllowedError' });
    store.release();
    expect(await other.hold(project)).toBe(true);
    await other.write(project, checkpoint(9));
    // Both slots: the one that the first tab wrote is not written over.
    expect(folder.files.size).toBe(2);
    expect(await found()).toBe(9);
  });

  it('reject where storage is refused, and try it anew', async () => {
    let isRefused = true;
    const refused = new CheckpointStore({
      ...openTab(),
      openFolder: () => (isRefused ? Promise.reject(new DOMException('no', 'SecurityError')) : Promise.resolve(folder)),
    });
    await expect(refused.load(project, numberOf)).rejects.toMatchObject({ name: 'SecurityError' });
    isRefused = false;
    expect(await refused.load(project, numberOf)).toBeNull();
  });
});
