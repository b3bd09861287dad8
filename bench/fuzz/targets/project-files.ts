import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { plainSample, type Sample } from '../../../src/domain/dataset';
import { createPreset } from '../../../src/domain/presets';
import { createProject } from '../../../src/domain/project';
import { documentName, introductionName, manifestName, type ProjectManifest } from '../../../src/domain/project-file';
import type { Rng } from '../../../src/domain/rng';
import { toBytes, writeZip, type ZipEntry } from '../../../src/ingest/archive/testing/write-archives';
import { openProjectFile, readProjectFile } from '../../../src/ingest/project-file/read-project-file';
import { type Bytes, mutateBytes, showBytes, smallerBytes } from '../mutate-bytes';
import { mutateValue } from '../mutate-value';
import { type FuzzTarget, promise, type Verdict } from '../target';

const never = new AbortController().signal;
const digest = (bytes: Bytes): string => bytesToHex(sha256(bytes));
const listed = (path: string, bytes: Bytes) => ({ path, bytes: bytes.length, sha256: digest(bytes) });

const pictures = ['cat', 'dog', 'bird'].map((name) => ({ name, bytes: toBytes(`a picture of a ${name} `.repeat(9)) }));
const bundle = toBytes('two thumbnails');
const features = toBytes('features');
const samples = pictures.map(({ name, bytes }): Sample => {
  const id = digest(bytes).slice(0, 32);
  const about = { name: `${name}.jpg`, path: `${name}/1.jpg`, className: name === 'bird' ? null : name };
  return { ...plainSample, ...about, id, contentHash: id, folderSplit: null, width: 10, height: 10, bytes: bytes.length };
});
const empty = createProject('0123456789abcdef01234567', '2026-11-28T09:00:00Z', createPreset('recommended', 7));
const valid = {
  document: { ...empty, name: 'Pets', classNames: ['cat', 'dog'], classColours: { cat: 0, dog: 1 }, samples } as unknown,
  manifest: {
    format: 'headstart-project',
    version: 1,
    writtenAt: '2026-11-28T10:00:00Z',
    document: listed(documentName, toBytes('')),
    pictures: pictures.map(({ name, bytes }, at) => ({
      ...listed(`pictures/${name}/1.jpg`, bytes),
      id: samples[at]?.id ?? '',
      thumbnail: at === 2 ? null : { bundle: 0, at: at * 4, bytes: 4 },
    })),
    thumbnails: [listed('thumbnails/0.bin', bundle)],
    heads: [],
    backbones: [],
    features: [{ ...listed('features/0.bin', features), fit: 'crop', origin: 'these weights', pictures: 3 }],
  } satisfies ProjectManifest as unknown,
};

/** The document's checksum is made right, so that what it says is reached. */
function pack(document: unknown, manifest: unknown): Bytes {
  const text = toBytes(JSON.stringify(document ?? null));
  const isObject = typeof manifest === 'object' && manifest !== null && !Array.isArray(manifest);
  const own = isObject && 'document' in manifest ? { ...manifest, document: listed(documentName, text) } : manifest;
  const entries: ZipEntry[] = [
    { path: introductionName, content: 'A project.' },
    ...pictures.map(({ name, bytes }) => ({ path: `pictures/${name}/1.jpg`, content: bytes })),
    { path: 'thumbnails/0.bin', content: bundle, stored: true },
    { path: 'features/0.bin', content: features },
    { path: documentName, content: text },
    { path: manifestName, content: JSON.stringify(own ?? null) },
  ];
  return writeZip(entries);
}

const whole = pack(valid.document, valid.manifest);

function make(rng: Rng): Bytes {
  switch (rng.integer(3)) {
    case 0:
      return mutateBytes([whole], rng);
    case 1:
      return pack(mutateValue([valid.document], rng), valid.manifest);
    default:
      return pack(valid.document, mutateValue([valid.manifest], rng));
  }
}

/** A project's file: what is taken from it is what its manifest lists, to the byte. */
export const projectFileTarget: FuzzTarget<Bytes> = {
  name: 'project files',
  of: 'ingest/project-file, domain/project-file',
  make,
  run: async (bytes): Promise<Verdict> => {
    const file = await openProjectFile('pets.zip', new Blob([bytes]), never);
    if (file === null) return 'refused';
    const known = new Map(pictures.map((picture) => [digest(picture.bytes).slice(0, 32), picture.bytes]));
    let taken = 0;
    await readProjectFile(
      file,
      {
        picture: (sample, content) => {
          taken += 1;
          const expected = known.get(sample.contentHash ?? sample.id);
          promise(expected !== undefined && digest(expected) === digest(content), 'a picture is the one that its id says');
          return Promise.resolve();
        },
        backbone: () => Promise.reject(new Error('broken promise: it stands on no other convolutions')),
        head: () => Promise.reject(new Error('broken promise: no run has a head')),
        features: (_about, content) => {
          promise(digest(content) === digest(features), 'features are as they were written');
          return Promise.resolve();
        },
      },
      () => undefined,
      never,
    );
    promise(taken === file.document.samples.length, 'every picture of the document comes');
    return 'accepted';
  },
  smaller: smallerBytes,
  show: showBytes,
};
