import { makeZip } from 'client-zip';
import { applyCommand } from '../../domain/commands';
import { planExport, writeMetadata, metadataName } from '../../domain/dataset-export';
import type { Sample, Split } from '../../domain/dataset';
import { describeError, throwIfCancelled, toHeadstartError } from '../../domain/errors';
import type { BackboneIdentity } from '../../domain/model-import';
import type { ProjectDocument } from '../../domain/project';
import {
  bundleBytes,
  documentName,
  introductionName,
  manifestName,
  projectFileVersion,
  type CarriedFeatures,
  type ManifestFile,
  type ManifestPicture,
  type ProjectFileProgress,
  type ProjectFileReport,
  type ProjectManifest,
} from '../../domain/project-file';
import { digestContent } from '../content-hash';
import { toWriteError } from '../../domain/write-error';

/** Progress is told no more often. */
const pauseMs = 100;

/** What a project is written from; nothing is held longer than it takes to write it. */
export interface ProjectFileSource {
  readonly document: ProjectDocument;
  /** Splits in force, for the list that other programs read. */
  readonly splits: ReadonlyMap<string, Split>;
  /** The file as it was given. Rejects where it cannot be read any more. */
  picture(sample: Sample): Promise<Blob>;
  /** Null where there is none. */
  thumbnail(sample: Sample): Promise<Blob | null>;
  /** Trained heads as safetensors. */
  heads(): AsyncIterable<{ readonly runId: string; readonly bytes: Uint8Array<ArrayBuffer> }>;
  /** Convolutions that came in and that it stands on, as safetensors. */
  backbones(): AsyncIterable<{ readonly identity: BackboneIdentity; readonly bytes: Uint8Array<ArrayBuffer> }>;
  /** Of these samples, by content. */
  features(samples: readonly Sample[]): AsyncIterable<CarriedFeatures>;
}

type ZipInput = { readonly name: string; readonly input: Uint8Array<ArrayBuffer>; readonly lastModified: Date };

const introduction = `This is a project of Headstart, which trains a picture classifier in the browser.
Open it there: Projects, Open a project file.

pictures/    the pictures as they were given, a folder a class, with a list (metadata.csv)
heads/       what was trained, as safetensors
backbones/   convolutions that came in, as safetensors, where it stands on others than Headstart's own
features/    what VGG-16 made of the pictures
thumbnails/  small pictures, one after the other
`;

/**
 * Writes a project as one ZIP, one file at a time. Pictures that cannot be read any more are left out, of the document too, and told.
 * When it fails or is cancelled nothing is left: the browser puts a file in place only when it is whole.
 * @throws HeadstartError `cancelled`, `storage-full`, `export-failed`
 */
export async function writeProjectFile(
  source: ProjectFileSource,
  target: FileSystemFileHandle,
  onProgress: (progress: ProjectFileProgress) => void,
  signal: AbortSignal,
): Promise<ProjectFileReport> {
  const writer = new ProjectFileWriter(source, onProgress, signal);
  try {
    const writable = await target.createWritable();
    await makeZip(writer.files()).pipeTo(writable, { signal });
  } catch (thrown) {
    throw toWriteError(thrown);
  }
  return writer.report();
}

class ProjectFileWriter {
  readonly #source: ProjectFileSource;
  readonly #onProgress: (progress: ProjectFileProgress) => void;
  readonly #signal: AbortSignal;
  readonly #made = new Date();
  readonly #pictures: ManifestPicture[] = [];
  readonly #thumbnails: ManifestFile[] = [];
  readonly #backbones: ProjectManifest['backbones'] = [];
  readonly #heads: ProjectManifest['heads'] = [];
  readonly #features: ProjectManifest['features'] = [];
  readonly #missing: { readonly id: string; readonly path: string }[] = [];
  #bundle: Uint8Array<ArrayBuffer>[] = [];
  #bundleBytes = 0;
  #bytes = 0;
  #told = -Infinity;

  constructor(source: ProjectFileSource, onProgress: (progress: ProjectFileProgress) => void, signal: AbortSignal) {
    this.#source = source;
    this.#onProgress = onProgress;
    this.#signal = signal;
  }

  async *files(): AsyncGenerator<ZipInput> {
    yield this.#input(introductionName, new TextEncoder().encode(introduction));
    yield* this.#writePictures();
    for await (const { identity, bytes } of this.#source.backbones()) {
      const file = await this.#note(`backbones/${String(this.#backbones.length)}.safetensors`, bytes);
      this.#backbones.push({ ...file, identity });
      yield this.#input(file.path, bytes);
    }
    for await (const { runId, bytes } of this.#source.heads()) {
      const file = await this.#note(`heads/${String(this.#heads.length)}.safetensors`, bytes);
      this.#heads.push({ ...file, runId });
      yield this.#input(file.path, bytes);
    }
    const left = new Set(this.#missing.map(({ id }) => id));
    const samples = this.#source.document.samples.filter(({ id }) => !left.has(id));
    for await (const { bytes, ...about } of this.#source.features(samples)) {
      const file = await this.#note(`features/${String(this.#features.length)}.bin`, bytes);
      this.#features.push({ ...file, ...about });
      yield this.#input(file.path, bytes);
    }
    const document = applyCommand(this.#source.document, { kind: 'remove-samples', ids: [...left] });
    const json = new TextEncoder().encode(JSON.stringify(document));
    const manifest: ProjectManifest = {
      format: 'headstart-project',
      version: projectFileVersion,
      writtenAt: this.#made.toISOString(),
      document: await this.#note(documentName, json),
      pictures: this.#pictures,
      thumbnails: this.#thumbnails,
      heads: this.#heads,
      backbones: this.#backbones,
      features: this.#features,
    };
    yield this.#input(documentName, json);
    yield this.#input(manifestName, new TextEncoder().encode(JSON.stringify(manifest)));
    this.#tell(true);
  }

  report(): ProjectFileReport {
    const most = new Map<string, number>();
    for (const { fit, pictures } of this.#features) most.set(fit, (most.get(fit) ?? 0) + pictures);
    return {
      pictures: this.#pictures.length,
      missing: this.#missing.map(({ path }) => path),
      heads: this.#heads.length,
      features: Math.max(0, ...most.values()),
      bytes: this.#bytes,
      leftOut: this.#lostBackbone(),
    };
  }

  /** Whoever opens it elsewhere cannot go on with it as it is. */
  #lostBackbone(): ProjectFileReport['leftOut'] {
    const wanted = this.#source.document.backbone;
    if (wanted === null || this.#backbones.some(({ identity }) => identity.id === wanted.id)) return null;
    return describeError('backbone-gone', { title: wanted.title });
  }

  async *#writePictures(): AsyncGenerator<ZipInput> {
    const { document, splits } = this.#source;
    const entries = planExport(document.samples, splits);
    const written: (typeof entries)[number][] = [];
    for (const [index, entry] of entries.entries()) {
      throwIfCancelled(this.#signal);
      const sample = document.samples[index];
      if (sample === undefined) continue;
      const file = await this.#read(sample);
      if (file === null) {
        this.#missing.push({ id: sample.id, path: sample.path });
        this.#tell(false);
        continue;
      }
      const { bytes, changed } = file;
      const noted = await this.#note(`pictures/${entry.path}`, bytes);
      yield { name: noted.path, input: bytes, lastModified: changed };
      this.#pictures.push({ ...noted, id: sample.id, thumbnail: await this.#takeThumbnail(sample) });
      written.push(entry);
      if (this.#bundleBytes >= bundleBytes) yield await this.#closeBundle();
      this.#tell(false);
    }
    if (this.#bundleBytes > 0) yield await this.#closeBundle();
    // For other programs; not among what the manifest lists, since nothing here reads it.
    yield this.#input(`pictures/${metadataName}`, new TextEncoder().encode(writeMetadata(written)));
  }

  /** Null where it cannot be read any more. */
  async #read(sample: Sample): Promise<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly changed: Date } | null> {
    try {
      const file = await this.#source.picture(sample);
      const changed = file instanceof File ? new Date(file.lastModified) : this.#made;
      return { bytes: new Uint8Array(await file.arrayBuffer()), changed };
    } catch (thrown) {
      const { code } = toHeadstartError(thrown);
      if (code === 'worker-dead' || code === 'cancelled') throw thrown;
      return null;
    }
  }

  async #takeThumbnail(sample: Sample): Promise<ManifestPicture['thumbnail']> {
    const thumbnail = await this.#source.thumbnail(sample);
    if (thumbnail === null) return null;
    const bytes = new Uint8Array(await thumbnail.arrayBuffer());
    const place = { bundle: this.#thumbnails.length, at: this.#bundleBytes, bytes: bytes.length };
    this.#bundle.push(bytes);
    this.#bundleBytes += bytes.length;
    return place;
  }

  async #closeBundle(): Promise<ZipInput> {
    const bytes = new Uint8Array(await new Blob(this.#bundle).arrayBuffer());
    this.#bundle = [];
    this.#bundleBytes = 0;
    const file = await this.#note(`thumbnails/${String(this.#thumbnails.length)}.bin`, bytes);
    this.#thumbnails.push(file);
    return this.#input(file.path, bytes);
  }

  async #note(path: string, bytes: Uint8Array<ArrayBuffer>): Promise<ManifestFile> {
    throwIfCancelled(this.#signal);
    return { path, bytes: bytes.length, sha256: await digestContent(bytes) };
  }

  #input(name: string, input: Uint8Array<ArrayBuffer>): ZipInput {
    this.#bytes += input.length;
    return { name, input, lastModified: this.#made };
  }

  #tell(isLast: boolean): void {
    const now = performance.now();
    if (!isLast && now - this.#told < pauseMs) return;
    this.#told = now;
    const done = this.#pictures.length + this.#missing.length;
    this.#onProgress({ done, total: this.#source.document.samples.length, bytes: this.#bytes, totalBytes: null });
  }
}
