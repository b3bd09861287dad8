import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Sample } from '../../domain/dataset';
import { plainSample } from '../../domain/dataset';
import { HeadstartError, isErrorCode, toHeadstartError } from '../../domain/errors';
import type { RunRecord } from '../../domain/history';
import { createPreset } from '../../domain/presets';
import { createProject, type ProjectDocument } from '../../domain/project';
import { manifestName, documentName, type ProjectFileProgress } from '../../domain/project-file';
import { toBytes, writeZip, type ZipEntry } from '../archive/testing/write-archives';
import { contentHashOf, digestContent, hashContentAndPath } from '../content-hash';
import { readBytes } from '../archive/picture-bytes';
import { openProjectFile, readProjectFile, type OpenProjectFile, type ProjectFileSink } from './read-project-file';
import { MemoryTarget } from './testing/memory-target';
import { writeProjectFile, type ProjectFileSource } from './write-project-file';
import { plainRun } from '../../domain/testing/plain-run';

const never = new AbortController().signal;
const run: RunRecord = {
  ...plainRun,
  id: '2026-11-28T10:00:00Z 1',
  startedAt: '2026-11-28T10:00:00Z',
  config: createPreset('recommended', 7),
  computePlan: 'plain',
  log: ['Epoch 0'],
  seconds: { weights: 0, features: 1, train: 2, total: 3 },
};
const head = toBytes('a head');
const origin = 'these weights, this browser';

function pictureOf(name: string): Uint8Array<ArrayBuffer> {
  return toBytes(`the picture ${name}`.repeat(30));
}

async function sampleOf(path: string, className: string | null, content = path, isCopy = false): Promise<Sample> {
  const bytes = pictureOf(content);
  const hash = contentHashOf(await digestContent(bytes));
  const name = path.slice(path.lastIndexOf('/') + 1);
  return {
    ...plainSample,
    id: isCopy ? hashContentAndPath(hash, path) : hash,
    name,
    path,
    className,
    folderSplit: null,
    contentHash: hash,
    width: 10,
    height: 10,
    bytes: bytes.length,
  };
}

async function createDocument(): Promise<ProjectDocument> {
  const samples = [
    await sampleOf('pets/cat/1.png', 'cat'),
    await sampleOf('pets/dog/1.png', 'dog'),
    await sampleOf('pets/dog/same.png', 'dog', 'pets/cat/1.png', true),
    await sampleOf('pets/?.png', null),
  ];
  const empty = createProject('0123456789abcdef01234567', '2026-11-28T09:00:00Z', createPreset('recommended', 7));
  return { ...empty, name: 'Pets', classNames: ['cat', 'dog'], classColours: { cat: 0, dog: 1 }, samples, runs: [run] };
}

function sourceOf(document: ProjectDocument, change: Partial<ProjectFileSource> = {}): ProjectFileSource {
  const contentOf = ({ path }: Sample) => (path === 'pets/dog/same.png' ? 'pets/cat/1.png' : path);
  return {
    document,
    splits: new Map(),
    picture: (sample) => Promise.resolve(new Blob([pictureOf(contentOf(sample))])),
    thumbnail: ({ path }) => Promise.resolve(path.includes('?') ? null : new Blob([`small ${path}`])),
    backbones: async function* () {
      // It stands on the page's own.
    },
    heads: async function* () {
      await Promise.resolve();
      yield { runId: run.id, bytes: head };
    },
    features: async function* (samples) {
      await Promise.resolve();
      yield { origin, fit: 'crop', pictures: samples.length, bytes: toBytes('features') };
    },
    ...change,
  };
}

async function write(source: ProjectFileSource, onProgress: (told: ProjectFileProgress) => void = () => undefined) {
  const target = new MemoryTarget();
  const report = await writeProjectFile(source, target.handle, onProgress, never);
  return { report, file: target.written ?? new Blob([]) };
}

/** What comes out of a project's file, as text. */
async function takeAll(file: OpenProjectFile, signal = never) {
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  const taken = { pictures: new Map<string, string>(), thumbnails: new Map<string, string>(), rest: [] as string[] };
  const sink: ProjectFileSink = {
    picture: async ({ id }, bytes, thumbnail) => {
      taken.pictures.set(id, text(bytes));
      if (thumbnail !== null) taken.thumbnails.set(id, await thumbnail.text());
    },
    backbone: ({ title }, bytes) => Promise.resolve(void taken.rest.push(`${title}: ${text(bytes)}`)),
    head: (runId, bytes) => Promise.resolve(void taken.rest.push(`${runId}: ${text(bytes)}`)),
    features: (about, bytes) => Promise.resolve(void taken.rest.push(`${about.fit}, ${about.origin}: ${text(bytes)}`)),
  };
  const progress: ProjectFileProgress[] = [];
  await readProjectFile(file, sink, (told) => progress.push(told), signal);
  return { ...taken, progress };
}

async function open(file: Blob, name = 'pets.zip'): Promise<OpenProjectFile> {
  const opened = await openProjectFile(name, file, never);
  if (opened === null) throw new Error('no project');
  return opened;
}

async function codeOf(reading: Promise<unknown>): Promise<string> {
  return reading.then(
    () => 'nothing thrown',
    (thrown: unknown) => (thrown instanceof HeadstartError ? thrown.code : String(thrown)),
  );
}

/** The files of a project file, to be written again with something changed. */
async function unpack(file: Blob): Promise<ZipEntry[]> {
  const { members } = await open(file);
  return Promise.all(
    [...members].map(async ([path, source]) => ({ path, content: await readBytes(source, 0, () => undefined) })),
  );
}

const replace = (entries: readonly ZipEntry[], path: string, content: string): ZipEntry[] =>
  entries.map((entry) => (entry.path === path ? { ...entry, content } : entry));

async function changeJson(file: Blob, path: string, change: (json: Record<string, unknown>) => unknown): Promise<Blob> {
  const entries = await unpack(file);
  const { content } = entries.find((entry) => entry.path === path) ?? {};
  const json = JSON.parse(new TextDecoder().decode(content as Uint8Array)) as Record<string, unknown>;
  return new Blob([writeZip(replace(entries, path, JSON.stringify(change(json))))]);
}

describe('a project as one file', () => {
  it('comes out as it went in: document, pictures, thumbnails, heads and features', async () => {
    const document = await createDocument();
    const told: ProjectFileProgress[] = [];
    const { file, report } = await write(sourceOf(document), (progress) => told.push(progress));
    expect(report).toMatchObject({ pictures: 4, missing: [], heads: 1, features: 4 });
    expect(told.at(-1)).toMatchObject({ done: 4, total: 4, totalBytes: null });

    const opened = await open(file);
    expect(opened.document).toEqual(document);
    const { pictures, thumbnails, rest, progress } = await takeAll(opened);
    const [cat, dog, same, unlabelled] = document.samples.map(({ id }) => id);
    const text = (name: string) => new TextDecoder().decode(pictureOf(name));
    expect(pictures).toEqual(
      new Map([
        [cat, text('pets/cat/1.png')],
        [dog, text('pets/dog/1.png')],
        [same, text('pets/cat/1.png')],
        [unlabelled, text('pets/?.png')],
      ]),
    );
    expect([...thumbnails.values()]).toEqual(['small pets/cat/1.png', 'small pets/dog/1.png', 'small pets/dog/same.png']);
    expect(rest).toEqual([`${run.id}: a head`, `crop, ${origin}: features`]);
    const last = progress.at(-1);
    expect(last?.bytes).toBe(last?.totalBytes);
    expect(progress.map(({ bytes }) => bytes)).toEqual(progress.map(({ bytes }) => bytes).sort((a, b) => a - b));
  });

  it('leaves out pictures that cannot be read any more, of the document too, and names them', async () => {
    const document = await createDocument();
    const source = sourceOf(document);
    const { file, report } = await write({
      ...source,
      picture: (sample) =>
        sample.className === 'cat' ? Promise.reject(new HeadstartError('picture-gone', { name: '1' })) : source.picture(sample),
    });
    expect(report).toMatchObject({ pictures: 3, missing: ['pets/cat/1.png'], features: 3 });
    expect((await open(file)).document.samples.map(({ path }) => path)).toEqual([
      'pets/dog/1.png',
      'pets/dog/same.png',
      'pets/?.png',
    ]);
  });

  it('puts nothing in place when it is cancelled', async () => {
    const document = await createDocument();
    const controller = new AbortController();
    const target = new MemoryTarget();
    const source = sourceOf(document, {
      thumbnail: () => {
        controller.abort();
        return Promise.resolve(null);
      },
    });
    expect(await codeOf(writeProjectFile(source, target.handle, () => undefined, controller.signal))).toBe('cancelled');
    expect(target.written).toBeNull();
    const { file } = await write(sourceOf(document));
    expect(await codeOf(takeAll(await open(file), controller.signal))).toBe('cancelled');
  });

  it('is still one when somebody unpacked it and packed it again, with its folder and compressed', async () => {
    const document = await createDocument();
    const entries = await unpack((await write(sourceOf(document))).file);
    const again = writeZip([
      { path: '__MACOSX/pets/._1.png', content: 'x' },
      ...entries.map((entry) => ({ ...entry, path: `pets/${entry.path}` })),
    ]);
    const { pictures } = await takeAll(await open(new Blob([again])));
    expect(pictures.size).toBe(4);
  });

  it('is told from an archive of pictures, and from what is no archive', async () => {
    const pictures = writeZip([{ path: 'cat/1.png', content: 'cat' }]);
    expect(await openProjectFile('cats.zip', new Blob([pictures]), never)).toBeNull();
    expect(await codeOf(openProjectFile('cats.zip', new Blob(['<html>']), never))).toBe('archive-broken');
  });

  it('is refused where it ends too early, wherever that is', async () => {
    const { file } = await write(sourceOf(await createDocument()));
    for (const share of [0.1, 0.5, 0.9, 0.999]) {
      const cut = file.slice(0, Math.floor(file.size * share));
      expect(await codeOf(openProjectFile('pets.zip', cut, never))).toBe('project-file-cut');
    }
    // Without its manifest, though the archive is whole.
    const entries = (await unpack(file)).filter(({ path }) => path !== manifestName);
    expect(await codeOf(openProjectFile('pets.zip', new Blob([writeZip(entries)]), never))).toBe('project-file-cut');
  });

  it('is refused where a file of it was exchanged, dropped or listed wrongly', async () => {
    const { file } = await write(sourceOf(await createDocument()));
    const entries = await unpack(file);
    const picture = entries.find(({ path }) => path.startsWith('pictures/cat'))?.path ?? '';
    const { length } = pictureOf('pets/cat/1.png');
    const readAll = async (changed: readonly ZipEntry[]) => takeAll(await open(new Blob([writeZip(changed)])));
    expect(await codeOf(readAll(replace(entries, picture, 'x'.repeat(length))))).toBe('project-file-altered');
    expect(await codeOf(readAll(replace(entries, picture, 'x')))).toBe('project-file-altered');
    expect(await codeOf(readAll(entries.filter(({ path }) => path !== picture)))).toBe('project-file-altered');
    expect(await codeOf(readAll(replace(entries, 'features/0.bin', 'feathers')))).toBe('project-file-altered');
    expect(await codeOf(readAll(replace(entries, 'thumbnails/0.bin', 'small')))).toBe('project-file-altered');
    expect(await codeOf(readAll(replace(entries, documentName, '{}')))).toBe('project-file-altered');
    expect(await codeOf(readAll(replace(entries, manifestName, '{"format":"headstart-project"')))).toBe('project-file-invalid');
  });

  it('is refused where manifest and document do not belong together', async () => {
    const document = await createDocument();
    const { file } = await write(sourceOf(document));
    const changed = async (change: (json: Record<string, unknown>) => unknown) =>
      codeOf(openProjectFile('pets.zip', await changeJson(file, manifestName, change), never));
    const listed = (json: Record<string, unknown>) => json['pictures'] as Record<string, unknown>[];
    expect(await changed((json) => json)).toBe('nothing thrown');
    expect(await changed((json) => ({ ...json, pictures: listed(json).slice(1) }))).toBe('project-file-invalid');
    // The picture of another under an id that features are found by.
    const [one, two] = document.samples.map(({ id }) => id);
    const swapped = (json: Record<string, unknown>) =>
      listed(json).map((picture) => ({
        ...picture,
        id: picture['id'] === one ? two : picture['id'] === two ? one : picture['id'],
      }));
    expect(await changed((json) => ({ ...json, pictures: swapped(json) }))).toBe('project-file-altered');
    const heads = [{ path: 'features/0.bin', bytes: 8, sha256: '0'.repeat(64), runId: 'none' }];
    expect(await changed((json) => ({ ...json, heads, features: [] }))).toBe('project-file-invalid');
    const beyond = (json: Record<string, unknown>) =>
      listed(json).map((picture) => ({ ...picture, thumbnail: { bundle: 0, at: 0, bytes: 1000 } }));
    expect(await changed((json) => ({ ...json, pictures: beyond(json) }))).toBe('project-file-invalid');
    expect(await changed((json) => ({ ...json, pictures: [{ ...listed(json)[0], id: '../secret' }] }))).toBe(
      'project-file-invalid',
    );
  });

  it('is refused where a newer version wrote the file or the document in it', async () => {
    const { file } = await write(sourceOf(await createDocument()));
    const newer = await changeJson(file, manifestName, (json) => ({ ...json, version: 2, pictures: 'otherwise' }));
    expect(await codeOf(openProjectFile('pets.zip', newer, never))).toBe('project-file-newer');
    const document = { ...(await createDocument()), version: 999 } as unknown as ProjectDocument;
    const { file: inside } = await write(sourceOf(document));
    expect(await codeOf(openProjectFile('pets.zip', inside, never))).toBe('project-file-newer');
  });

  it('never comes in otherwise than it was, whatever bytes are changed, and fails only in words', async () => {
    const document = await createDocument();
    const { file } = await write(sourceOf(document));
    const bytes = new Uint8Array(await file.arrayBuffer());
    const whole = await takeAll(await open(file));
    const changes = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(changes, async (flips) => {
        const harmed = bytes.slice();
        for (const [at, value] of flips) harmed[at] = value;
        try {
          const opened = await openProjectFile('pets.zip', new Blob([harmed]), never);
          // Without its names it is an archive of something else.
          if (opened === null) return;
          const { progress: _, ...taken } = await takeAll(opened);
          const { progress: __, ...expected } = whole;
          // The document is as its checksum says, or the manifest itself was changed consistently: in its date, its origin.
          expect(opened.document).toEqual(document);
          expect(taken.pictures).toEqual(expected.pictures);
        } catch (thrown) {
          if (!(thrown instanceof HeadstartError)) throw thrown;
          expect(isErrorCode(thrown.code) && toHeadstartError(thrown).code !== 'unexpected').toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});
