import { crc32 } from '../../domain/crc32';
import { plainSample, type Sample } from '../../domain/dataset';
import type { RunRecord } from '../../domain/history';
import { createPreset } from '../../domain/presets';
import { createProject, parseProject, type ProjectDocument } from '../../domain/project';
import { deriveRng } from '../../domain/rng';
import type { BackboneIdentity } from '../../domain/model-import';
import { BackboneStore } from '../backbone-store';
import { HubPart } from '../hub-part';
import { toStorageError } from '../tables';
import { PictureStore } from '../picture-store';
import { ProjectStore } from '../project-store';
import { MemoryFolder } from './memory-folder';
import { MemoryTables } from './memory-tables';
import { plainRun } from '../../domain/testing/plain-run';

/** What goes wrong at one writing: it is refused, half of it is on disk, or all of it is and nobody is told. */
const faults = ['refused', 'cut', 'unanswered'] as const;
type Fault = (typeof faults)[number];

export interface StorageFaultCase {
  readonly name: string;
  /** What a new visit finds after the fault. Rejects where that is neither what was before nor what should be after. */
  run(): Promise<'before' | 'after'>;
}

/** A device whose nth writing goes wrong, and after which nothing is written: the browser was ended. */
class FaultyDevice {
  readonly folder = new MemoryFolder();
  readonly backboneFolder = new MemoryFolder();
  readonly partFolder = new MemoryFolder();
  readonly tables = new MemoryTables();
  writes = 0;
  #fault: { readonly at: number; readonly kind: Fault } | null = null;
  #isDown = false;

  constructor() {
    const { tables } = this;
    tables.aroundCommit = (apply) => {
      const kind = this.#next();
      // A transaction is whole or not at all: half of one is none.
      if (kind === null || kind === 'unanswered') apply();
      if (kind !== null) this.#goDown(kind);
    };
    for (const folder of [this.folder, this.backboneFolder, this.partFolder]) this.#surround(folder);
  }

  #surround(folder: MemoryFolder): void {
    const [write, remove] = [folder.write.bind(folder), folder.remove.bind(folder)];
    folder.write = async (name, at, parts) => {
      const kind = this.#next();
      if (kind === 'cut') {
        const whole = new Uint8Array(await new Blob([...parts]).arrayBuffer());
        await write(name, at, [whole.slice(0, whole.length / 2)]);
      } else if (kind !== 'refused') await write(name, at, parts);
      if (kind !== null) this.#goDown(kind);
    };
    folder.remove = async (name) => {
      const kind = this.#next();
      if (kind !== 'refused' && kind !== 'cut') await remove(name);
      if (kind !== null) this.#goDown(kind);
    };
  }

  failAt(at: number, kind: Fault): void {
    this.writes = 0;
    this.#fault = { at, kind };
  }

  /** The next visit: everything works again. */
  restart(): void {
    this.#fault = null;
    this.#isDown = false;
    this.writes = 0;
  }

  #next(): Fault | null {
    if (this.#isDown) throw new DOMException('ended', 'AbortError');
    this.writes += 1;
    return this.#fault?.at === this.writes ? this.#fault.kind : null;
  }

  #goDown(kind: Fault): never {
    this.#isDown = kind !== 'refused';
    throw new DOMException(kind, kind === 'refused' ? 'QuotaExceededError' : 'AbortError');
  }
}

interface Visit {
  readonly projects: ProjectStore;
  readonly pictures: PictureStore;
  readonly backbones: BackboneStore;
  readonly part: HubPart;
}

const hour = 3_600_000;

function openVisit({ tables, folder, backboneFolder, partFolder }: FaultyDevice, visit: string, now = 0): Visit {
  const pictures = new PictureStore({
    openFolder: () => Promise.resolve(folder),
    tables,
    exclusively: (work) => work(),
    visit,
    // So that the sweep finds several files.
    fileBytes: 400,
  });
  const backbones = new BackboneStore({
    openFolder: () => Promise.resolve(backboneFolder),
    exclusively: (work) => work(),
    tensors: [
      { name: 'features.0.weight', length: 30 },
      { name: 'features.0.bias', length: 2 },
    ],
  });
  const part = new HubPart({ openFolder: () => Promise.resolve(partFolder), lock: () => Promise.resolve(() => undefined) });
  return {
    pictures,
    backbones,
    part,
    projects: new ProjectStore({ tables, now: () => now, thumbnails: () => Promise.resolve([]) }),
  };
}

const contentOfIndex = (index: number): string => index.toString(16).padStart(32, '0');

function pictureBytes(seed: number, index: number): Uint8Array<ArrayBuffer> {
  const random = deriveRng(seed, `picture ${String(index)}`);
  return Uint8Array.from({ length: 60 + (index % 7) * 11 }, () => random.integer(256));
}

function sampleOf(index: number): Sample {
  const id = contentOfIndex(index);
  const name = `${String(index)}.png`;
  const own = { id, name, path: `pets/cat/${name}`, className: 'cat', contentHash: id, width: 30, height: 20, bytes: 60 };
  return { ...plainSample, folderSplit: null, ...own };
}

function projectOf(id: string, indices: readonly number[]): ProjectDocument {
  const empty = createProject(id, '2026-01-01T00:00:00.000Z', createPreset('recommended', 0));
  return { ...empty, name: id, samples: indices.map(sampleOf), classNames: ['cat'] };
}

const run: RunRecord = { ...plainRun, counts: { train: 1, val: 1, test: 0 } };
const head = { run, weight: Float32Array.of(1, 2), bias: Float32Array.of(3), tensors: [] };

const keep = (pictures: PictureStore, seed: number, indices: readonly number[]): Promise<void> =>
  pictures.keep(
    indices.map((index) => ({
      content: contentOfIndex(index),
      picture: { kind: 'copy' as const, bytes: pictureBytes(seed, index) },
      thumbnail: Uint8Array.of(index, 1, 2),
    })),
  );

/** Convolutions by their number. */
function backboneOf(index: number): readonly [BackboneIdentity, ReadonlyMap<string, Float32Array>] {
  const identity: BackboneIdentity = {
    id: String(index).repeat(64),
    title: `weights ${String(index)}`,
    source: { kind: 'file', fileName: 'a.pth', format: 'pytorch' },
    scaling: { mean: [0, 0, 0], std: [1, 1, 1] },
    addedAt: '2026-01-01T00:00:00.000Z',
  };
  const conv = new Map([
    ['features.0.weight', Float32Array.from({ length: 30 }, (_, at) => index + at / 7)],
    ['features.0.bias', Float32Array.of(index, -0)],
  ]);
  return [identity, conv];
}

const partValues = Uint8Array.from({ length: 90 }, (_, at) => at * 3);
const partSubject = {
  url: 'https://hub.example/model',
  etag: '"1"',
  lastModified: null,
  totalBytes: 1000,
  header: Uint8Array.of(1, 2, 3),
  ranges: [
    { begin: 10, end: 60 },
    { begin: 100, end: 140 },
  ],
};

/** Goes on with what is there, up to so many bytes in all. */
async function fetchUpTo(part: HubPart, bytes: number): Promise<void> {
  const open = (await part.open()) ?? (await part.begin(partSubject));
  await part.append(partValues.subarray(open.received, bytes));
  part.close();
}

/** Each: what is there before, and one thing that a person does. */
const scenarios: Readonly<Record<string, (visit: Visit, seed: number) => Promise<unknown>>> = {
  'a project is saved': ({ projects }) => projects.save(projectOf('first', [0, 1]), 'token'),
  'a second project is kept': ({ projects }) => projects.keep(projectOf('second', [2])),
  'a project is copied': ({ projects }) => projects.duplicate('first', 'copy', 'A copy'),
  'a project is renamed': ({ projects }) => projects.rename('first', 'Another name'),
  'a project is deleted': ({ projects }) => projects.delete('first'),
  'pictures are kept': ({ pictures }, seed) => keep(pictures, seed, [20, 21, 22]),
  'a head is kept': ({ projects }) => projects.saveHead(head, 'first'),
  'other weights are kept': ({ backbones }) => backbones.write(...backboneOf(2)),
  'other weights are removed': ({ backbones }) => backbones.remove(backboneOf(1)[0].id),
  'weights go on coming': ({ part }) => fetchUpTo(part, 70),
};

/** Everything that a visit can read, as text; each picture's bytes compared with what they were. */
async function snapshot(
  { projects, pictures, backbones, part }: Visit,
  seed: number,
  isWanted = (_content: string) => true,
): Promise<string> {
  const list = await projects.list();
  const documents: unknown[] = [];
  for (const { id, deletedAt } of list) {
    const stored = await projects.load(id);
    // A line of the list without its document would be between.
    documents.push(deletedAt === null ? parseProject(stored) : 'deleted');
  }
  const heads = await projects.listHeads();
  const tensors = await Promise.all(
    heads.map(async ({ runId }) => (await projects.loadHead(runId)) ?? 'a line without its head'),
  );
  const all = Array.from({ length: 30 }, (_, index) => index).filter((index) => isWanted(contentOfIndex(index)));
  const rows = await pictures.rows(all.map(contentOfIndex));
  const readable: number[] = [];
  for (const index of all) {
    const row = rows.get(contentOfIndex(index));
    if (row?.place.kind !== 'copy') continue;
    const bytes = new Uint8Array(await (await pictures.part(row.place.part)).arrayBuffer());
    if (crc32(bytes) !== row.place.part.crc || crc32(bytes) !== crc32(pictureBytes(seed, index)))
      throw new Error(`picture ${String(index)} is kept and not what it was`);
    readable.push(index);
  }
  const small: string[] = [];
  await pictures.thumbnails(rows, (some) => small.push(...some.map(({ content }) => content)), new AbortController().signal);
  const kept = await backbones.list();
  const weights = await Promise.all(kept.map(async ({ id }) => [...((await backbones.read(id)) ?? ['offered and not there'])]));
  const told = await part.state();
  const open = await part.open();
  part.close();
  const came = open?.values.slice(0, open.received) ?? new Uint8Array(0);
  if (came.length !== (told?.received ?? 0) || !came.every((byte, at) => byte === partValues[at]))
    throw new Error('what came is not what was sent');
  return JSON.stringify({ list, documents, tensors, readable, small: small.sort(), kept, weights, came: came.length });
}

async function prepare(seed: number): Promise<FaultyDevice> {
  const device = new FaultyDevice();
  const { projects, pictures, backbones, part } = openVisit(device, 'before');
  await projects.own('first', 'token');
  for (const some of [
    [0, 1, 2, 3],
    [4, 5, 6, 7],
    [8, 9, 10, 11],
  ])
    await keep(pictures, seed, some);
  await projects.save(projectOf('first', [0, 4, 8]), 'token');
  await projects.keep(projectOf('old', [1, 2]));
  await projects.delete('old');
  await backbones.write(...backboneOf(1));
  await fetchUpTo(part, 20);
  await fetchUpTo(part, 50);
  return device;
}

async function attempt(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    toStorageError(thrown); // what a person is told; what is left is what counts here
  }
}

async function caseOf(scenario: string, at: number, kind: Fault, seed: number): Promise<'before' | 'after'> {
  const act = scenarios[scenario];
  if (act === undefined) throw new RangeError(scenario);
  const before = await snapshot(openVisit(await prepare(seed), 'look'), seed);
  const undisturbed = await prepare(seed);
  await act(openVisit(undisturbed, 'now'), seed);
  const after = await snapshot(openVisit(undisturbed, 'look'), seed);
  const device = await prepare(seed);
  device.failAt(at, kind);
  await attempt(() => act(openVisit(device, 'now'), seed));
  device.restart();
  const found = await snapshot(openVisit(device, 'look'), seed);
  if (found !== before && found !== after) throw new Error(`between: ${found}`);
  // And the same once more, now without a fault: nothing that was left stands in the way.
  await attempt(() => act(openVisit(device, 'again'), seed));
  if ((await snapshot(openVisit(device, 'look'), seed)) !== after) throw new Error('it cannot be done any more');
  return found === after ? 'after' : 'before';
}

/** A sweep takes several steps: what is wanted can be read after each of them, and a later sweep ends the work. */
async function sweepCase(at: number, kind: Fault, seed: number): Promise<'before' | 'after'> {
  const isWanted = (content: string) => [0, 4, 8].map(contentOfIndex).includes(content);
  const sweep = async ({ projects, pictures }: Visit) => {
    await projects.sweep(hour);
    await pictures.sweep(
      () => Promise.resolve(isWanted),
      () => undefined,
    );
  };
  const read = async (device: FaultyDevice) => {
    const {
      list: _list,
      documents: _documents,
      ...rest
    } = JSON.parse(await snapshot(openVisit(device, 'look'), seed, isWanted)) as Record<string, unknown>;
    return JSON.stringify(rest);
  };
  const before = await read(await prepare(seed));
  const device = await prepare(seed);
  device.failAt(at, kind);
  await attempt(() => sweep(openVisit(device, 'now', 2 * hour)));
  const isOver = device.writes < at;
  device.restart();
  if ((await read(device)) !== before) throw new Error('a picture of a project is gone');
  await sweep(openVisit(device, 'later', 2 * hour));
  if ((await read(device)) !== before) throw new Error('a picture of a project is gone');
  const left = [...device.folder.files].filter(([name]) => name.startsWith('pictures-'));
  if (left.length > 2) throw new Error(`room is not given back: ${left.map(([name]) => name).join(', ')}`);
  return isOver ? 'after' : 'before';
}

async function writesOf(act: (device: FaultyDevice) => Promise<unknown>, seed: number): Promise<number> {
  const device = await prepare(seed);
  device.restart();
  await act(device);
  return device.writes;
}

/** Every writing of everything that changes what is kept, with each fault. The seed decides the pictures' bytes. */
export async function storageFaultCases(seed: number): Promise<readonly StorageFaultCase[]> {
  const cases: StorageFaultCase[] = [];
  for (const [scenario, act] of Object.entries(scenarios)) {
    const writes = await writesOf((device) => act(openVisit(device, 'now'), seed), seed);
    for (let at = 1; at <= writes; at += 1)
      for (const kind of faults)
        cases.push({ name: `${scenario}: write ${String(at)} ${kind}`, run: () => caseOf(scenario, at, kind, seed) });
  }
  for (let at = 1; at <= sweepWrites; at += 1)
    for (const kind of faults) cases.push({ name: `a sweep: write ${String(at)} ${kind}`, run: () => sweepCase(at, kind, seed) });
  return cases;
}

/** More than a sweep of what `prepare` makes takes. */
const sweepWrites = 16;
