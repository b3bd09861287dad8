import { errorCodes } from '../../../src/domain/errors';
import type { Rng } from '../../../src/domain/rng';
import { entryPath } from '../../../src/ingest/archive/entry-path';
import { maxFiles, maxUnpackedBytes } from '../../../src/ingest/archive/limits';
import { listImport } from '../../../src/ingest/archive/list-import';
import type { Finding } from '../../../src/ingest/archive/member';
import { type PictureBytes, readBytes, sizeOf } from '../../../src/ingest/archive/picture-bytes';
import { readTar } from '../../../src/ingest/archive/read-tar';
import { readZip } from '../../../src/ingest/archive/read-zip';
import { salvageZip } from '../../../src/ingest/archive/salvage-zip';
import { MemoryScratch } from '../../../src/ingest/archive/scratch';
import { gzip, join, paxEntry, writeTar, writeZip } from '../../../src/ingest/archive/testing/write-archives';
import { HeadstartError } from '../../../src/domain/errors';
import { type Bytes, mutateBytes, showBytes, smallerBytes } from '../mutate-bytes';
import { type FuzzTarget, pick, promise, type Verdict } from '../target';

const never = new AbortController().signal;
const ignore = (): void => undefined;
/** Of one archive so many members are unpacked: all are listed the same way. */
const membersRead = 6;

const photo = Uint8Array.from({ length: 700 }, (_, at) => (at * 37) & 255);
const zips: readonly Bytes[] = [
  writeZip([{ path: 'cat/1.jpg', content: photo }, { path: 'dog/2.jpg', content: 'dog', stored: true }, { path: 'empty/' }]),
  writeZip([
    { path: 'a/b/c.png', content: photo, zip64: true },
    { path: 'ä/ß.jpg', content: 'x'.repeat(3000) },
    { path: 'link', content: 'a/b/c.png', mode: 0o120777 },
  ]),
  writeZip([
    { path: 'locked.jpg', content: 'secret', flags: 1 },
    { path: 'same.jpg', content: photo },
    { path: 'again.jpg', sameBytesAs: 1 },
  ]),
  writeZip([]),
];
const tars: readonly Bytes[] = [
  writeTar([
    { path: 'cat/1.jpg', content: photo },
    { path: 'dog/', type: '5' },
    { path: 'dog/2.jpg', content: 'dog' },
  ]),
  writeTar([
    paxEntry({ path: 'long/'.repeat(40) + 'x.jpg', size: '3' }),
    { path: 'short', content: 'abc' },
    { path: 'l', type: '2', linkName: 'x' },
  ]),
  writeTar([
    { path: '././@LongLink', type: 'L', content: `${'y'.repeat(180)}.jpg\0` },
    { path: 'y', content: photo },
    { path: 'sparse', type: 'S', content: 'x' },
  ]),
];
const gzips: readonly Bytes[] = [...tars.map(gzip), gzip(photo)];
const nested: readonly Bytes[] = [
  writeZip([
    { path: 'train.zip', content: zips[0] ?? photo },
    { path: 'in.tar', content: tars[0] ?? photo, stored: true },
    { path: 'deep/in.tar.gz', content: gzips[1] ?? photo },
    { path: 'labels.csv', content: 'file,label\n1.jpg,cat\n' },
  ]),
  writeTar([
    { path: 'one.zip', content: zips[1] ?? photo },
    { path: 'two.zip', content: writeZip([{ path: 'three.zip', content: zips[0] ?? photo, stored: true }]) },
  ]),
];

async function checkSource(source: PictureBytes): Promise<void> {
  if (source instanceof Blob) return;
  promise(Number.isSafeInteger(source.offset) && source.offset >= 0, 'a member begins inside its archive');
  promise(source.offset + source.packedBytes <= source.archive.size, 'a member lies inside its archive');
  try {
    const bytes = await readBytes(source, 16, ignore);
    promise(bytes.length === source.bytes, 'a member has the bytes that are told');
  } catch (thrown) {
    if (!(thrown instanceof HeadstartError)) throw thrown;
  }
}

async function checkFindings(findings: readonly Finding[]): Promise<Verdict> {
  promise(findings.length <= maxFiles + 2, 'no more files than the limit');
  let [members, read] = [0, 0];
  for (const finding of findings) {
    if ('skipped' in finding) {
      promise(errorCodes.includes(finding.skipped.reason.code), 'a reason has a code');
      promise(finding.skipped.path.length <= 2048, 'a refused path is short');
      continue;
    }
    members += 1;
    const { path, source } = finding.member;
    promise(entryPath(path) === path, 'a path is clean');
    if ((read += 1) <= membersRead) await checkSource(source);
  }
  return members > 0 ? 'accepted' : 'refused';
}

/** Makes the sums of tar headers right again, so that what lies behind them is reached. */
function repairTar(bytes: Bytes): Bytes {
  for (let at = 0; at + 512 <= bytes.length; at += 512) {
    const block = bytes.subarray(at, at + 512);
    if (String.fromCharCode(...block.subarray(257, 262)) !== 'ustar') continue;
    block.fill(32, 148, 156);
    const sum = block.reduce((total, byte) => total + byte, 0);
    block.set(new TextEncoder().encode(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
  }
  return bytes;
}

function ofBytes(
  name: string,
  of: string,
  make: (rng: Rng) => Bytes,
  run: (bytes: Bytes) => Verdict | Promise<Verdict>,
): FuzzTarget<Bytes> {
  return { name, of, make, run, smaller: smallerBytes, show: showBytes };
}

const makeTar = (rng: Rng): Bytes => {
  const bytes = mutateBytes(tars, rng);
  return rng.integer(4) === 0 ? bytes : repairTar(bytes);
};

export const zipTarget = ofBytes(
  'zip',
  'archive/read-zip, picture-bytes',
  (rng) => mutateBytes(zips, rng),
  async (bytes) => checkFindings(await readZip('a.zip', new Blob([bytes]), ignore, never)),
);

export const salvageTarget = ofBytes(
  'zip without list',
  'archive/salvage-zip',
  (rng) => mutateBytes(zips, rng),
  async (bytes) => checkFindings(await salvageZip('a.zip', new Blob([bytes]), ignore, never)),
);

export const tarTarget = ofBytes('tar', 'archive/read-tar', makeTar, async (bytes) =>
  checkFindings(await readTar('a.tar', new Blob([bytes]), ignore, never)),
);

/** Whole imports: archives in archives, gzips, names that lie about what they are. */
export const importTarget = ofBytes(
  'gzip and nested',
  'archive/list-import, unpack-whole, inflate',
  (rng) => {
    const inner = pick(rng, [
      () => mutateBytes(gzips, rng),
      () => mutateBytes(nested, rng),
      () => gzip(makeTar(rng)),
      () =>
        writeZip([
          { path: pick(rng, ['x.zip', 'x.tar', 'x.tar.gz', 'x.jpg']), content: mutateBytes([...zips, ...tars, ...gzips], rng) },
        ]),
      () => {
        // As many layers as it takes to be too deep.
        let bytes: Bytes = pick(rng, zips);
        for (let depth = rng.integer(7); depth > 0; depth -= 1)
          bytes = writeZip([{ path: 'in.zip', content: bytes, stored: rng.integer(2) === 0 }]);
        return bytes;
      },
    ])();
    return join(Uint8Array.of(rng.integer(3)), inner);
  },
  async (bytes) => {
    const name = ['a.zip', 'a.tar', 'a.tar.gz'][bytes[0] ?? 0] ?? 'a.zip';
    const { listing, entries } = await listImport('import', [{ path: name, file: new File([bytes.slice(1)], name) }], {
      scratch: () => Promise.resolve(new MemoryScratch(64 << 20)),
      keep: ignore,
      onProgress: ignore,
      signal: never,
      now: () => 0,
    });
    promise(listing.entries.length + listing.texts.length <= maxFiles, 'no more files than the limit');
    promise(listing.unpackedBytes <= maxUnpackedBytes, 'no more bytes than the limit');
    let read = 0;
    for (const { path, bytes: size } of [...listing.entries, ...listing.texts]) {
      const source = entries.get(path);
      promise(source !== undefined && sizeOf(source) === size, 'every listed path has its bytes');
      promise(!path.split('/').includes('..') && !path.startsWith('/'), 'a path stays inside');
      if ((read += 1) <= membersRead) await checkSource(source);
    }
    for (const { reason } of listing.skipped) promise(errorCodes.includes(reason.code), 'a reason has a code');
    return listing.entries.length > 0 ? 'accepted' : 'refused';
  },
);
