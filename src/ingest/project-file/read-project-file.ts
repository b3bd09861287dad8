import { HeadstartError, throwIfCancelled } from '../../domain/errors';
import type { Sample } from '../../domain/dataset';
import type { BackboneIdentity } from '../../domain/model-import';
import { parseProject, type ProjectDocument } from '../../domain/project';
import {
  documentName,
  filesOf,
  introductionName,
  manifestName,
  maxDocumentBytes,
  maxManifestBytes,
  parseManifest,
  type ManifestFile,
  type ProjectFileProgress,
  type ProjectManifest,
} from '../../domain/project-file';
import { readBytes, sizeOf, type PictureBytes } from '../archive/picture-bytes';
import { readZip } from '../archive/read-zip';
import { contentHashOf, digestContent, hashContentAndPath } from '../content-hash';

/** Files of one project file: twice what an import may bring, and what else there is. */
const maxFiles = 250_000;
const pauseMs = 100;
/** Where the name stands in a ZIP's first header. */
const nameAt = 30;

/** A project file whose list, manifest and document were read and found whole; its pictures were not looked at yet. */
export interface OpenProjectFile {
  /** Of the file. */
  readonly name: string;
  readonly bytes: number;
  readonly manifest: ProjectManifest;
  readonly document: ProjectDocument;
  /** By the paths of the manifest. */
  readonly members: ReadonlyMap<string, PictureBytes>;
}

/** Takes what was found as it was written, one after the other; what it rejects with ends the reading. */
export interface ProjectFileSink {
  picture(sample: Sample, bytes: Uint8Array<ArrayBuffer>, thumbnail: Blob | null): Promise<void>;
  backbone(identity: BackboneIdentity, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  head(runId: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  features(about: ProjectManifest['features'][number], bytes: Uint8Array<ArrayBuffer>): Promise<void>;
}

/**
 * Opens a project's file: reads its list, manifest and document, and holds them against each other. Null where it is an archive of
 * something else.
 * @throws HeadstartError `project-file-cut`, `project-file-altered`, `project-file-newer`, `project-file-invalid`, `file-unreadable`,
 * `cancelled`, or as readZip does
 */
export async function openProjectFile(name: string, archive: Blob, signal: AbortSignal): Promise<OpenProjectFile | null> {
  const found = await listMembers(name, archive, signal);
  const prefix = findPrefix(found);
  if (prefix === null) return null;
  const own = new Map(
    [...found].flatMap(([path, source]) => (path.startsWith(prefix) ? [[path.slice(prefix.length), source]] : [])),
  );
  const listed = own.get(manifestName);
  if (listed === undefined) throw new HeadstartError('project-file-cut', { name });
  if (sizeOf(listed) > maxManifestBytes) throw new HeadstartError('project-file-invalid', { name });
  const manifest = parseManifest(parseJson(await readEntry(name, manifestName, listed), name), name);
  checkFiles(name, manifest, own);
  const document = await readDocument(name, manifest, own);
  checkTogether(name, manifest, document);
  return { name, bytes: archive.size, manifest, document, members: own };
}

/**
 * Reads everything that the manifest lists, each checked by its SHA-256, and hands it over.
 * @throws HeadstartError `project-file-altered`, `file-unreadable`, `cancelled`, and what the sink throws
 */
export async function readProjectFile(
  file: OpenProjectFile,
  sink: ProjectFileSink,
  onProgress: (progress: ProjectFileProgress) => void,
  signal: AbortSignal,
): Promise<void> {
  const { manifest, document } = file;
  const totalBytes = filesOf(manifest).reduce((sum, { bytes }) => sum + bytes, 0);
  let [done, bytesRead, told] = [0, manifest.document.bytes, -Infinity];
  const tell = (isLast: boolean): void => {
    const now = performance.now();
    if (!isLast && now - told < pauseMs) return;
    told = now;
    onProgress({ done, total: manifest.pictures.length, bytes: bytesRead, totalBytes });
  };
  const read = async (entry: ManifestFile): Promise<Uint8Array<ArrayBuffer>> => {
    throwIfCancelled(signal);
    const bytes = await readListed(file.name, entry, file.members);
    bytesRead += bytes.length;
    return bytes;
  };

  tell(true);
  const samples = new Map(document.samples.map((sample) => [sample.id, sample]));
  // One is held at a time: pictures lie in the order of their thumbnails.
  let bundle = { index: -1, bytes: new Uint8Array(0) };
  for (const picture of manifest.pictures) {
    const sample = samples.get(picture.id);
    if (sample === undefined) throw altered(file.name, picture.path);
    const bytes = await read(picture);
    let thumbnail: Blob | null = null;
    if (picture.thumbnail !== null) {
      const { bundle: index, at, bytes: length } = picture.thumbnail;
      const entry = manifest.thumbnails[index];
      if (entry === undefined) throw altered(file.name, picture.path);
      if (bundle.index !== index) bundle = { index, bytes: await read(entry) };
      thumbnail = new Blob([bundle.bytes.subarray(at, at + length)], { type: 'image/jpeg' });
    }
    await sink.picture(sample, bytes, thumbnail);
    done += 1;
    tell(false);
  }
  for (const backbone of manifest.backbones) {
    await sink.backbone(backbone.identity, await read(backbone));
    tell(false);
  }
  for (const head of manifest.heads) {
    await sink.head(head.runId, await read(head));
    tell(false);
  }
  for (const features of manifest.features) {
    await sink.features(features, await read(features));
    tell(false);
  }
  tell(true);
}

async function listMembers(name: string, archive: Blob, signal: AbortSignal): Promise<ReadonlyMap<string, PictureBytes>> {
  const findings = await readZip(name, archive, () => undefined, signal, maxFiles).catch(async (thrown: unknown) => {
    const isBroken = thrown instanceof HeadstartError && thrown.code === 'archive-broken';
    throw isBroken && (await beginsAsProject(archive))
      ? new HeadstartError('project-file-cut', { name }, { cause: thrown })
      : thrown;
  });
  // Of two of one name the first counts, as for pictures; a checksum tells which was meant.
  const members = new Map<string, PictureBytes>();
  for (const finding of findings)
    if ('member' in finding && !members.has(finding.member.path)) members.set(finding.member.path, finding.member.source);
  return members;
}

/** Whether the first file of a ZIP is the introduction: said by its header, so that it is known of an archive without its list too. */
async function beginsAsProject(archive: Blob): Promise<boolean> {
  const start = new Uint8Array(await archive.slice(nameAt, nameAt + introductionName.length).arrayBuffer());
  return new TextDecoder().decode(start) === introductionName;
}

/** What stands before the names of a project that somebody unpacked and packed again, with its folder; null where it is no project. */
function findPrefix(members: ReadonlyMap<string, PictureBytes>): string | null {
  for (const wanted of [manifestName, introductionName])
    for (const path of members.keys()) {
      if (path === wanted) return '';
      // At most one folder deep: a dataset may hold a project somewhere.
      if (path.endsWith(`/${wanted}`) && path.indexOf('/') === path.lastIndexOf('/')) return path.slice(0, -wanted.length);
    }
  return null;
}

function altered(name: string, entry: string, cause?: unknown): HeadstartError {
  return new HeadstartError('project-file-altered', { name, entry }, { cause });
}

async function readEntry(name: string, path: string, source: PictureBytes): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await readBytes(source, 0, () => undefined);
  } catch (thrown) {
    if (thrown instanceof HeadstartError && thrown.code === 'entry-broken') throw altered(name, path, thrown);
    throw thrown;
  }
}

async function readListed(
  name: string,
  entry: ManifestFile,
  members: ReadonlyMap<string, PictureBytes>,
): Promise<Uint8Array<ArrayBuffer>> {
  const source = members.get(entry.path);
  if (source === undefined) throw altered(name, entry.path);
  const bytes = await readEntry(name, entry.path, source);
  if (bytes.length !== entry.bytes || (await digestContent(bytes)) !== entry.sha256) throw altered(name, entry.path);
  return bytes;
}

function parseJson(bytes: Uint8Array, name: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new HeadstartError('project-file-invalid', { name }, { cause });
  }
}

/** Everything listed is there with its size, and nothing is listed twice: nothing is unpacked for it. */
function checkFiles(name: string, manifest: ProjectManifest, members: ReadonlyMap<string, PictureBytes>): void {
  const seen = new Set<string>();
  for (const { path, bytes } of filesOf(manifest)) {
    const source = members.get(path);
    if (source === undefined || sizeOf(source) !== bytes || seen.has(path)) throw altered(name, path);
    seen.add(path);
  }
}

async function readDocument(
  name: string,
  { document: entry }: ProjectManifest,
  members: ReadonlyMap<string, PictureBytes>,
): Promise<ProjectDocument> {
  if (entry.path !== documentName || entry.bytes > maxDocumentBytes) throw new HeadstartError('project-file-invalid', { name });
  const stored = parseJson(await readListed(name, entry, members), name);
  try {
    return parseProject(stored);
  } catch (thrown) {
    const isNewer = thrown instanceof HeadstartError && thrown.code === 'project-newer';
    throw new HeadstartError(isNewer ? 'project-file-newer' : 'project-file-invalid', { name }, { cause: thrown });
  }
}

/** The document and the manifest speak of the same pictures and runs, and every picture is the one that its id says. */
function checkTogether(name: string, manifest: ProjectManifest, document: ProjectDocument): void {
  const invalid = (): HeadstartError => new HeadstartError('project-file-invalid', { name });
  const samples = new Map(document.samples.map((sample) => [sample.id, sample]));
  if (samples.size !== document.samples.length || samples.size !== manifest.pictures.length) throw invalid();
  const classes = new Set(document.classNames);
  if (classes.size !== document.classNames.length) throw invalid();
  if (document.samples.some(({ className }) => className !== null && !classes.has(className))) throw invalid();
  const pictured = new Set<string>();
  for (const { id, path, sha256, thumbnail } of manifest.pictures) {
    const sample = samples.get(id);
    if (sample === undefined || pictured.has(id)) throw invalid();
    pictured.add(id);
    const hash = contentHashOf(sha256);
    // Features are found by content: an id must not say that a picture is another.
    const isItsOwn = (sample.contentHash ?? hash) === hash && (id === hash || id === hashContentAndPath(hash, sample.path));
    if (!isItsOwn) throw altered(name, path);
    if (thumbnail === null) continue;
    const bundle = manifest.thumbnails[thumbnail.bundle];
    if (bundle === undefined || thumbnail.at + thumbnail.bytes > bundle.bytes) throw invalid();
  }
  if (new Set(manifest.backbones.map(({ identity }) => identity.id)).size !== manifest.backbones.length) throw invalid();
  const runs = new Set(document.runs.map(({ id }) => id));
  const heads = new Set(manifest.heads.map(({ runId }) => runId));
  if (heads.size !== manifest.heads.length || [...heads].some((id) => !runs.has(id))) throw invalid();
}
