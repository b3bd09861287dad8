import { describe, expect, it, vi } from 'vitest';
import { contentOf, plainSample, type Sample } from '../domain/dataset';
import { HeadstartError } from '../domain/errors';
import type { RunRecord } from '../domain/history';
import type { BackboneIdentity } from '../domain/model-import';
import { createPreset } from '../domain/presets';
import { createProject, type ProjectDocument } from '../domain/project';
import type { CarriedFeatures } from '../domain/project-file';
import { featureCount } from '../domain/vgg16';
import { MemoryScratch } from '../ingest/archive/scratch';
import { contentHashOf, digestContent } from '../ingest/content-hash';
import type { PictureToKeep } from '../ingest/picture-keep';
import { MemoryTarget } from '../ingest/project-file/testing/memory-target';
import type { BackboneParts, FeatureBase, KeptHead } from '../protocol/compute-api';
import { backboneId } from '../engine/model-files/backbone-id';
import { tensorLengths } from '../engine/trained-tensors';
import { ProjectFiles, type ProjectFilesParts } from './project-files';
import { plainRun } from '../domain/testing/plain-run';

const never = new AbortController().signal;
const ignore = (): void => undefined;

const run: RunRecord = {
  ...plainRun,
  id: 'then 1',
  startedAt: '2026-11-28T10:00:00Z',
  config: createPreset('recommended', 7),
  computePlan: 'plain',
  seconds: { weights: 0, features: 1, train: 2, total: 3 },
};

const head: KeptHead = {
  run,
  weight: new Float32Array(2 * featureCount).fill(0.5),
  bias: Float32Array.of(1, 2),
  tensors: [],
};

const bytesFor = (path: string) => new TextEncoder().encode(`picture ${path}`);

async function createDocument(): Promise<ProjectDocument> {
  const sampleOf = async (path: string, className: string): Promise<Sample> => {
    const hash = contentHashOf(await digestContent(bytesFor(path)));
    const rest = { folderSplit: null, width: 9, height: 9, bytes: bytesFor(path).length };
    return { ...plainSample, id: hash, name: path, path, className, contentHash: hash, ...rest };
  };
  const samples = [await sampleOf('a.png', 'cat'), await sampleOf('b.png', 'dog')];
  const empty = createProject('theirs', '2026-11-28T09:00:00Z', createPreset('recommended', 7));
  return { ...empty, name: 'Pets', classNames: ['cat', 'dog'], classColours: { cat: 0, dog: 1 }, samples, runs: [run] };
}

/** What a browser holds, and the files of its projects. */
function createDevice(origin: string | null, change: Partial<ProjectFilesParts> = {}, inForce: FeatureBase | null = null) {
  const device = {
    documents: new Map<string, ProjectDocument>(),
    heads: new Map<string, KeptHead>(),
    backbones: new Map<string, BackboneParts>(),
    pictures: new Map<string, PictureToKeep>(),
    features: new Map<string, CarriedFeatures>(),
    sweep: vi.fn(() => Promise.resolve()),
  };
  let known = origin;
  const originOn = (base: FeatureBase | null) => (known === null || base === null ? known : `${known} on ${base.id}`);
  const parts: ProjectFilesParts = {
    compute: {
      featureOrigin: (base = inForce) => Promise.resolve(originOn(base)),
      collectFeatures: (contents, fit) => {
        const present = originOn(inForce);
        if (fit !== 'crop' || present === null) return Promise.resolve(null);
        return Promise.resolve({ origin: present, fit, pictures: contents.length, bytes: Uint8Array.of(1, 2) });
      },
      takeFeatures: (features, contents, base = inForce) => {
        if (features.origin !== originOn(base)) return Promise.resolve(0);
        for (const content of contents) device.features.set(content, features);
        return Promise.resolve(contents.length);
      },
      proveDevice: () => {
        known ??= 'late';
        return Promise.reject(new HeadstartError('no-path-proved'));
      },
      exportHead: () => Promise.resolve(null),
      exportBackbone: (id) => Promise.resolve(device.backbones.get(id) ?? null),
    },
    backbones: {
      list: () => Promise.resolve([...device.backbones.values()].map(({ identity }) => ({ ...identity, bytes: 1 }))),
      write: (identity, tensors) => {
        device.backbones.set(identity.id, { identity, tensors });
        return Promise.resolve();
      },
      remove: (id) => {
        device.backbones.delete(id);
        return Promise.resolve();
      },
    },
    store: {
      load: (id) => Promise.resolve(device.documents.get(id) ?? null),
      listHeads: () =>
        Promise.resolve([...device.heads.keys()].map((runId) => ({ runId, projectId: 'any', bytes: 1, savedAt: 1 }))),
      loadHead: (id) => Promise.resolve(device.heads.get(id) ?? null),
      saveHead: (one) => {
        device.heads.set(one.run.id, one);
        return Promise.resolve();
      },
      dropHeads: (ids) => {
        for (const id of ids) device.heads.delete(id);
        return Promise.resolve();
      },
    },
    addProject: (document) => {
      device.documents.set(document.id, document);
      return Promise.resolve();
    },
    pictures: {
      bytes: (content) => {
        const kept = device.pictures.get(content);
        return kept === undefined ? Promise.reject(new HeadstartError('kept-picture-damaged')) : Promise.resolve(kept.bytes);
      },
      keep: (pictures) => {
        for (const one of pictures) device.pictures.set(one.content, one);
        return Promise.resolve();
      },
      thumbnails: (contents, take) => {
        take(
          contents.flatMap((content) => {
            const thumbnail = device.pictures.get(content)?.thumbnail ?? null;
            return thumbnail === null ? [] : [{ content, thumbnail }];
          }),
        );
        return Promise.resolve();
      },
    },
    openPicture: () => Promise.reject(new HeadstartError('sample-unknown')),
    drawThumbnail: () => Promise.resolve(new Blob(['drawn'])),
    scratch: () => Promise.resolve(new MemoryScratch()),
    room: () => Promise.resolve(1e9),
    fetch: () => Promise.reject(new TypeError('Failed to fetch')),
    sweep: device.sweep,
    ...change,
  };
  return { ...device, files: new ProjectFiles(parts) };
}

/** A device with the project, and its file. */
async function createFile(backbone: BackboneIdentity | null = null) {
  const device = createDevice('here', {}, backbone);
  const document = { ...(await createDocument()), backbone };
  device.documents.set(document.id, document);
  device.heads.set(run.id, head);
  const thumbnails = [new Blob(['small']), null];
  for (const [at, sample] of document.samples.entries()) {
    const thumbnail = thumbnails[at] ?? null;
    device.pictures.set(contentOf(sample), {
      content: contentOf(sample),
      bytes: new Blob([bytesFor(sample.path)]),
      thumbnail,
      left: null,
    });
  }
  const target = new MemoryTarget();
  const report = await device.files.write('theirs', null, target.handle, ignore, never);
  return { document, report, file: new File([target.written ?? ''], 'pets.zip') };
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'done',
    (thrown: unknown) => (thrown instanceof HeadstartError ? thrown.code : String(thrown)),
  );
}

describe('projects as files', () => {
  it('carry everything from one device to another, as a project of its own', async () => {
    const { document, file, report } = await createFile();
    expect(report).toMatchObject({ pictures: 2, heads: 1, features: 2, missing: [] });
    const { files, documents, heads, pictures, features } = createDevice('here');
    const offer = await files.open(file, never);
    expect(offer).toMatchObject({ name: 'Pets', pictures: 2, heads: 1, features: 2, featuresFit: true, runs: 1 });
    expect(offer?.classes).toEqual([
      { name: 'cat', pictures: 1 },
      { name: 'dog', pictures: 1 },
    ]);
    expect(await files.take('mine', ignore, never)).toMatchObject({ pictures: 2, heads: 1, features: 2, leftOut: null });
    expect(documents.get('mine')).toMatchObject({ name: 'Pets', samples: document.samples, runs: [{ id: 'mine 1' }] });
    expect(heads.get('mine 1')?.weight).toEqual(head.weight);
    const [first, second] = document.samples.map((sample) => pictures.get(contentOf(sample)));
    expect(await first?.thumbnail?.text()).toBe('small');
    expect(await second?.thumbnail?.text()).toBe('drawn');
    expect([...features.keys()].sort()).toEqual(document.samples.map(contentOf).sort());
    expect(files.contentsHeld().size).toBe(0);
    expect(await codeOf(files.take('again', ignore, never))).toBe('import-closed');
  });

  it('carry the convolutions that they stand on, each once a device, and none that were altered or are gone', async () => {
    const scaling = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;
    const tensors = new Map([...tensorLengths].map(([name, length]) => [name, new Float32Array(length).fill(0.5)]));
    const identity: BackboneIdentity = {
      id: await backboneId(scaling, tensors),
      ...{ title: 'torchvision’s VGG-16', scaling, addedAt: '2026-11-28T09:00:00Z' },
      source: { kind: 'hub', repository: 'timm/vgg16.tv_in1k', revision: 'b8d8' },
    };
    const document = { ...(await createDocument()), samples: [], runs: [{ ...run, backbone: identity.id }], backbone: identity };
    const write = async (kept: BackboneParts | null) => {
      const device = createDevice('here');
      device.documents.set(document.id, document);
      if (kept !== null) device.backbones.set(identity.id, kept);
      const target = new MemoryTarget();
      const report = await device.files.write('theirs', null, target.handle, ignore, never);
      return { report, file: new File([target.written ?? ''], 'pets.zip') };
    };
    const whole = await write({ identity, tensors });
    expect(whole.report.leftOut).toBeNull();
    const theirs = createDevice('here');
    expect(await theirs.files.open(whole.file, never)).toMatchObject({ runs: 1 });
    await theirs.files.take('mine', ignore, never);
    const came = theirs.backbones.get(identity.id);
    expect(came?.identity).toEqual(identity);
    expect(await backboneId(scaling, came?.tensors ?? new Map())).toBe(identity.id);
    expect(theirs.documents.get('mine')).toMatchObject({ backbone: identity, runs: [{ backbone: identity.id }] });

    // Convolutions under another's name: the digest of the file is right, what it says of itself is not.
    const altered = new Map(tensors).set('features.0.bias', new Float32Array(64));
    const wrong = await write({ identity, tensors: altered });
    const empty = createDevice('here');
    await empty.files.open(wrong.file, never);
    expect(await codeOf(empty.files.take('mine', ignore, never))).toBe('project-invalid');
    expect([empty.documents.size, empty.backbones.size]).toEqual([0, 0]);

    const without = await write(null);
    expect(without.report.leftOut).toMatchObject({ code: 'backbone-gone' });
    await empty.files.open(without.file, never);
    await empty.files.take('mine', ignore, never);
    expect(empty.documents.get('mine')?.backbone).toEqual(identity);
  });

  it('carry features of the convolutions that they stand on, which need not be in force where they come in', async () => {
    const scaling = { mean: [0.5, 0.5, 0.5], std: [0.2, 0.2, 0.2] } as const;
    const source = { kind: 'file', fileName: 'own.pth', format: 'pytorch' } as const;
    const backbone = { id: 'b'.repeat(64), title: 'own.pth', source, scaling, addedAt: '2026-11-28T09:00:00Z' };
    for (const [one, inForce] of [
      [backbone, null],
      [null, backbone],
    ]) {
      const { file } = await createFile(one);
      const { files } = createDevice('here', {}, inForce);
      expect(await files.open(file, never)).toMatchObject({ featuresFit: true });
      expect(await files.take('mine', ignore, never)).toMatchObject({ features: 2, leftOut: null });
    }
  });

  it('leave features of another device aside and say so', async () => {
    const { file } = await createFile();
    for (const origin of ['elsewhere', null]) {
      const { files, features } = createDevice(origin);
      expect(await files.open(file, never)).toMatchObject({ featuresFit: origin === null ? null : false });
      const { leftOut } = await files.take('mine', ignore, never);
      expect([leftOut?.code, features.size]).toEqual(['project-features-other', 0]);
    }
  });

  it('leave nothing where they cannot come in whole: a full disk, a cancel, a picture that was exchanged', async () => {
    const { file } = await createFile();
    const full = createDevice('here');
    const refusing = createDevice('here', {
      pictures: { ...({} as ProjectFilesParts['pictures']), keep: () => Promise.reject(new HeadstartError('storage-full')) },
    });
    const stopped = AbortSignal.abort();
    const bytes = new Uint8Array(await file.arrayBuffer());
    const at = new TextDecoder('latin1').decode(bytes).indexOf('picture b.png');
    bytes.set([0x50], at);
    const altered = new File([bytes], 'pets.zip');
    for (const [device, given, signal, code] of [
      [refusing, file, never, 'storage-full'],
      [full, file, stopped, 'cancelled'],
      [full, altered, never, 'project-file-altered'],
    ] as const) {
      await device.files.open(given, never);
      expect(await codeOf(device.files.take('mine', ignore, signal))).toBe(code);
      expect([device.documents.size, device.heads.size, device.files.contentsHeld().size]).toEqual([0, 0, 0]);
      expect(device.sweep).toHaveBeenCalled();
    }
  });

  it('are refused before they begin where there is no room, and where there is no such project', async () => {
    const { file } = await createFile();
    const { files, pictures } = createDevice('here', { room: () => Promise.resolve(10) });
    await files.open(file, never);
    expect(await codeOf(files.take('mine', ignore, never))).toBe('project-file-no-room');
    expect(pictures.size).toBe(0);
    expect(await codeOf(files.write('unknown', null, new MemoryTarget().handle, ignore, never))).toBe('project-unknown');
  });

  it('are fetched, or said why not', async () => {
    const { file } = await createFile();
    const address = 'https://site.example/sets/pets.zip';
    const answers: (() => Response)[] = [
      () => new Response('', { status: 404 }),
      () => new Response('', { status: 503 }),
      () => new Response('<html>the start page</html>'),
      () => new Response(file.slice(0, 500), { headers: { 'Content-Length': String(file.size) } }),
      () => new Response('', { headers: { 'Content-Length': '1e12' } }),
    ];
    const codes: string[] = [];
    for (const answer of answers) {
      const { files } = createDevice('here', { fetch: () => Promise.resolve(answer()) });
      codes.push(await codeOf(files.fetch(address, ignore, never)));
    }
    codes.push(await codeOf(createDevice('here').files.fetch(address, ignore, never)));
    expect(codes).toEqual([
      'project-link-absent',
      'project-link-offline',
      'project-file-foreign',
      'project-link-offline',
      'project-file-no-room',
      'project-link-offline',
    ]);
    const told: number[] = [];
    const { files, documents } = createDevice('here', { fetch: () => Promise.resolve(new Response(file)) });
    expect(await files.fetch(address, ({ bytes }) => told.push(bytes), never)).toMatchObject({ name: 'Pets' });
    expect(told.length).toBeGreaterThan(0);
    await files.take('mine', ignore, never);
    expect([...documents.keys()]).toEqual(['mine']);
  });
});
