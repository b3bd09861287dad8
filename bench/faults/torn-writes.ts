import { deriveRng } from '../../src/domain/rng';
import { CheckpointStore } from '../../src/storage/checkpoint-store';
import type { RunParts } from '../../src/storage/run-file';
import { createTabs, FaultyFolder } from '../../src/storage/testing/faulty-folder';

const project = 'p';
const pieceBytes = 4096;

function checkpoint(number: number): RunParts {
  return { head: { number }, arrays: [new Float32Array(5000).fill(number), new Float64Array(100).fill(number)] };
}

const numberOf = (parts: RunParts) => (parts.head as { number: number }).number;

const found = (folder: FaultyFolder) => new CheckpointStore(createTabs(folder)()).load(project, numberOf);

async function withTwo(): Promise<{ folder: FaultyFolder; store: CheckpointStore }> {
  const folder = new FaultyFolder();
  const store = new CheckpointStore(createTabs(folder, pieceBytes)());
  await store.hold(project);
  await store.write(project, checkpoint(1));
  await store.write(project, checkpoint(2));
  return { folder, store };
}

interface TornResult {
  readonly what: string;
  readonly tried: number;
  readonly lost: number;
}

/** Checkpoints that are cut, flipped or only half written: the one before must be found, and the next one written. */
export async function tornWrites(seed: number, each = 250): Promise<TornResult[]> {
  const rng = deriveRng(seed, 'torn writes');
  const { folder } = await withTwo();
  const whole = folder.files.get('b') ?? new Uint8Array(0);
  const harms = {
    'file cut': () => whole.slice(0, rng.integer(whole.length)),
    'bit flipped': () => {
      const at = rng.integer(whole.length);
      return whole.with(at, (whole[at] ?? 0) ^ (1 << rng.integer(8)));
    },
    'page of zeros': () => {
      const at = rng.integer(whole.length);
      const harmed = whole.slice().fill(0, at, at + 512);
      // Where there were only zeros nothing is harmed.
      return harmed.every((byte, place) => byte === whole[place]) ? whole.slice(0, at) : harmed;
    },
  };
  const results: TornResult[] = [];
  for (const [what, harm] of Object.entries(harms)) {
    let lost = 0;
    for (let count = 0; count < each; count += 1) {
      folder.files.set('b', harm());
      if ((await found(folder)) !== 1) lost += 1;
    }
    results.push({ what, tried: each, lost });
  }
  for (const what of ['machine stops in a write', 'write finds no room'] as const) {
    let [tried, lost] = [0, 0];
    for (let at = 1; at <= 8; at += 1) {
      for (let count = 0; count < 5; count += 1) {
        const own = await withTwo();
        own.folder.fault = {
          at: own.folder.writes + at,
          what:
            what === 'write finds no room'
              ? { kind: 'refused', name: 'QuotaExceededError' }
              : { kind: 'cut', bytes: rng.integer(pieceBytes) },
        };
        await own.store.write(project, checkpoint(3)).catch(() => undefined); // the fault itself
        own.folder.fault = null;
        own.folder.isStopped = false;
        const first = await found(own.folder);
        const next = new CheckpointStore(createTabs(own.folder)());
        await next.hold(project);
        await next.write(project, checkpoint(4));
        tried += 1;
        if ((first !== 2 && first !== 3) || (await found(own.folder)) !== 4) lost += 1;
      }
    }
    results.push({ what, tried, lost });
  }
  return results;
}
