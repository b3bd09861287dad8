import { contentOf, fits, type Sample } from '../domain/dataset';
import { describeError, HeadstartError, toHeadstartError } from '../domain/errors';
import type { RunRecord } from '../domain/history';
import type { BackboneIdentity } from '../domain/model-import';
import { parseProject, type ProjectDocument } from '../domain/project';
import {
  adoptProject,
  filesOf,
  type CarriedFeatures,
  type ProjectFileOffer,
  type ProjectFileProgress,
  type ProjectFileReport,
} from '../domain/project-file';
import { decodeBackbone, encodeBackbone } from '../engine/backbone-file';
import { decodeHead, encodeHead } from '../engine/head-file';
import { sizeWords } from '../domain/size-words';
import { readBytes } from '../ingest/archive/picture-bytes';
import type { Scratch, ScratchFile } from '../ingest/archive/scratch';
import type { PictureKeep, PictureToKeep } from '../ingest/picture-keep';
import { openProjectFile, readProjectFile, type OpenProjectFile } from '../ingest/project-file/read-project-file';
import { writeProjectFile } from '../ingest/project-file/write-project-file';
import type { ComputeApi, KeptHead } from '../protocol/compute-api';
import type { BackboneStore } from '../storage/backbone-store';
import type { ProjectStore } from '../storage/project-store';
import { fetchToScratch } from './fetch-to-scratch';

/** Pictures whose features are asked for, thumbnails that are read, pictures that are kept together. */
const featuresTogether = 256;
const thumbnailsTogether = 64;
const keptTogether = 32;
const keptTogetherBytes = 16_000_000;

export interface ProjectFilesParts {
  readonly compute: Pick<
    ComputeApi,
    'featureOrigin' | 'collectFeatures' | 'takeFeatures' | 'proveDevice' | 'exportHead' | 'exportBackbone'
  >;
  readonly backbones: Pick<BackboneStore, 'list' | 'write' | 'remove'>;
  readonly store: Pick<ProjectStore, 'load' | 'listHeads' | 'loadHead' | 'saveHead' | 'dropHeads'>;
  /** Makes a document a project of its own, and tells other tabs. */
  readonly addProject: (document: ProjectDocument) => Promise<void>;
  readonly pictures: Pick<PictureKeep, 'bytes' | 'keep' | 'thumbnails'>;
  /** A picture of the open project, kept or not. Rejects with `sample-unknown` for any other. */
  readonly openPicture: (sampleId: string) => Promise<Blob>;
  /** Draws the thumbnail of a picture that came without; null where it cannot be read. */
  readonly drawThumbnail: (picture: Blob) => Promise<Blob | null>;
  readonly scratch: () => Promise<Scratch>;
  /** Bytes that this page may still keep; null where the browser does not say. */
  readonly room: () => Promise<number | null>;
  readonly fetch: (address: string, signal: AbortSignal) => Promise<Response>;
  /** Removes what no project names. */
  readonly sweep: () => Promise<void>;
}

interface Held {
  readonly file: OpenProjectFile;
  /** Where a fetched one lies. */
  readonly scratch: ScratchFile | null;
}

/** Projects as files: out of this device's storage, and into it. One file at a time is looked into. */
export class ProjectFiles {
  readonly #parts: ProjectFilesParts;
  #held: Held | null = null;
  /** Of the project that comes in: no document names them yet. */
  #taking: ReadonlySet<string> = new Set();

  constructor(parts: ProjectFilesParts) {
    this.#parts = parts;
  }

  /** Contents of a project that is coming in: the sweeper must leave them. */
  contentsHeld(): ReadonlySet<string> {
    return this.#taking;
  }

  /** @throws HeadstartError `project-unknown`, `cancelled`, `storage-full`, `export-failed`, `storage-refused` */
  async write(
    id: string,
    present: ProjectDocument | null,
    target: FileSystemFileHandle,
    onProgress: (progress: ProjectFileProgress) => void,
    signal: AbortSignal,
  ): Promise<ProjectFileReport> {
    const document = present ?? (await this.#load(id));
    const source = {
      document,
      splits: new Map<string, never>(),
      picture: (sample: Sample) => this.#picture(sample),
      thumbnail: this.#thumbnailReader(document.samples),
      backbones: () => this.#backbones(document),
      heads: () => this.#heads(document),
      features: (samples: readonly Sample[]) => this.#features(samples),
    };
    return writeProjectFile(source, target, onProgress, signal);
  }

  /** Null for another archive. */
  async open(file: File, signal: AbortSignal): Promise<ProjectFileOffer | null> {
    const opened = await openProjectFile(file.name, file, signal);
    return opened === null ? null : this.#offer(opened, null);
  }

  async fetch(
    address: string,
    onProgress: (progress: ProjectFileProgress) => void,
    signal: AbortSignal,
  ): Promise<ProjectFileOffer> {
    const { name, file, blob } = await fetchToScratch(address, this.#parts, onProgress, signal);
    try {
      const opened = await openProjectFile(name, blob, signal);
      if (opened === null) throw new HeadstartError('project-file-foreign', { name });
      return await this.#offer(opened, file);
    } catch (thrown) {
      await file.remove();
      // Hosts of single-page apps answer with their start page.
      const isNoArchive = /^archive-/.test(toHeadstartError(thrown).code);
      throw isNoArchive ? new HeadstartError('project-file-foreign', { name }, { cause: thrown }) : thrown;
    }
  }

  async close(): Promise<void> {
    const held = this.#held;
    this.#held = null;
    await held?.scratch?.remove();
  }

  /** @throws HeadstartError `import-closed`, `project-file-altered`, `project-file-no-room`, `storage-full`, `storage-refused`, `cancelled` */
  async take(
    newId: string,
    onProgress: (progress: ProjectFileProgress) => void,
    signal: AbortSignal,
  ): Promise<ProjectFileReport> {
    const held = this.#held;
    if (held === null) throw new HeadstartError('import-closed');
    const { file } = held;
    const room = await this.#parts.room();
    if (room !== null && bytesOf(file) > room)
      throw new HeadstartError('project-file-no-room', { needed: sizeWords(bytesOf(file)), room: sizeWords(room) });
    const intake = new Intake(this.#parts, file, newId, signal);
    this.#taking = intake.contents;
    try {
      await readProjectFile(file, intake, onProgress, signal);
      const report = await intake.finish();
      await this.close();
      return report;
    } catch (thrown) {
      this.#taking = new Set();
      await intake.giveUp().catch(() => undefined); // what is left is named by nothing, and swept at another visit
      throw thrown;
    } finally {
      this.#taking = new Set();
    }
  }

  async #load(id: string): Promise<ProjectDocument> {
    const stored = await this.#parts.store.load(id);
    if (stored === null) throw new HeadstartError('project-unknown');
    return parseProject(stored);
  }

  async #picture(sample: Sample): Promise<Blob> {
    try {
      return await this.#parts.openPicture(sample.id);
    } catch (thrown) {
      if (toHeadstartError(thrown).code !== 'sample-unknown') throw thrown;
    }
    const bytes = await this.#parts.pictures.bytes(contentOf(sample));
    return bytes instanceof Blob ? bytes : new Blob([await readBytes(bytes, 0, () => undefined)]);
  }

  /** Reads ahead: the writer asks for one after the other. */
  #thumbnailReader(samples: readonly Sample[]): (sample: Sample) => Promise<Blob | null> {
    const places = new Map(samples.map(({ id }, at) => [id, at]));
    let read = new Map<string, Blob>();
    let readTo = 0;
    return async (sample) => {
      const at = places.get(sample.id) ?? 0;
      if (at >= readTo) {
        const ahead = new Map<string, Blob>();
        readTo = at + thumbnailsTogether;
        const contents = samples.slice(at, readTo).map(contentOf);
        const take: Parameters<PictureKeep['thumbnails']>[1] = (some) => {
          for (const { content, thumbnail } of some) ahead.set(content, thumbnail);
        };
        // Without them it is still a project: they are drawn again where it is opened.
        await this.#parts.pictures.thumbnails(contents, take, new AbortController().signal).catch(() => undefined);
        read = ahead;
      }
      return read.get(contentOf(sample)) ?? null;
    };
  }

  async *#heads({ runs }: ProjectDocument): AsyncGenerator<{ readonly runId: string; readonly bytes: Uint8Array<ArrayBuffer> }> {
    const { store, compute } = this.#parts;
    const kept = new Set((await store.listHeads().catch(() => [])).map(({ runId }) => runId));
    // Where nothing may be kept the present head is only there.
    const present = kept.size === 0 ? await compute.exportHead() : null;
    for (const { id } of runs) {
      const head: KeptHead | null = kept.has(id) ? await store.loadHead(id) : present?.run.id === id ? present : null;
      if (head !== null) yield { runId: id, bytes: encodeHead(head) };
    }
  }

  async *#backbones({ backbone, runs }: ProjectDocument) {
    const ids = new Set([backbone?.id, ...runs.map((run) => run.backbone)].filter((id) => id !== undefined));
    for (const id of ids) {
      const parts = await this.#parts.compute.exportBackbone(id);
      // Such as those of a run whose weights were removed since.
      if (parts !== null) yield { identity: parts.identity, bytes: encodeBackbone(parts) };
    }
  }

  async *#features(samples: readonly Sample[]): AsyncGenerator<CarriedFeatures> {
    const contents = [...new Set(samples.map(contentOf))];
    for (const fit of fits)
      for (let from = 0; from < contents.length; from += featuresTogether) {
        const carried = await this.#parts.compute.collectFeatures(contents.slice(from, from + featuresTogether), fit);
        if (carried !== null) yield carried;
      }
  }

  async #offer(file: OpenProjectFile, scratch: ScratchFile | null): Promise<ProjectFileOffer> {
    await this.close();
    this.#held = { file, scratch };
    const { document, manifest } = file;
    const counts = new Map<string | null, number>();
    for (const { className } of document.samples) counts.set(className, (counts.get(className) ?? 0) + 1);
    const origin = await this.#parts.compute.featureOrigin(document.backbone);
    return {
      name: document.name,
      createdAt: document.createdAt,
      classes: document.classNames.map((name) => ({ name, pictures: counts.get(name) ?? 0 })),
      unlabelled: counts.get(null) ?? 0,
      pictures: document.samples.length,
      runs: document.runs.length,
      heads: manifest.heads.length,
      features: mostOf(manifest.features),
      featuresFit:
        origin === null || manifest.features.length === 0 ? null : manifest.features.some((one) => one.origin === origin),
      bytes: file.bytes,
      needed: bytesOf(file),
      room: await this.#parts.room(),
    };
  }
}

function bytesOf({ manifest }: OpenProjectFile): number {
  return filesOf(manifest).reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Pictures with features at the fit that has the most. */
function mostOf(features: readonly { readonly fit: string; readonly pictures: number }[]): number {
  const sums = new Map<string, number>();
  for (const { fit, pictures } of features) sums.set(fit, (sums.get(fit) ?? 0) + pictures);
  return Math.max(0, ...sums.values());
}

/** A project on its way in: until `finish` no list names it. */
class Intake {
  readonly contents: ReadonlySet<string>;
  readonly #parts: ProjectFilesParts;
  readonly #document: ProjectDocument;
  readonly #runs: ReadonlyMap<string, RunRecord>;
  readonly #signal: AbortSignal;
  readonly #bytes: number;
  #batch: PictureToKeep[] = [];
  #batchBytes = 0;
  readonly #savedHeads: string[] = [];
  /** Those that were not here before. */
  readonly #savedBackbones: string[] = [];
  readonly #features: { readonly fit: string; readonly pictures: number }[] = [];
  #hasOtherFeatures = false;

  constructor(parts: ProjectFilesParts, file: OpenProjectFile, newId: string, signal: AbortSignal) {
    this.#parts = parts;
    this.#signal = signal;
    this.#bytes = file.bytes;
    const { document, runIds } = adoptProject(file.document, newId);
    this.#document = document;
    const adopted = new Map(document.runs.map((run) => [run.id, run]));
    this.#runs = new Map(
      [...runIds].flatMap(([before, now]) => {
        const run = adopted.get(now);
        return run === undefined ? [] : [[before, run] as const];
      }),
    );
    this.contents = new Set(document.samples.map(contentOf));
  }

  async picture(sample: Sample, bytes: Uint8Array<ArrayBuffer>, thumbnail: Blob | null): Promise<void> {
    const picture = new Blob([bytes]);
    const drawn = thumbnail ?? (await this.#parts.drawThumbnail(picture));
    this.#batch.push({ content: contentOf(sample), bytes: picture, thumbnail: drawn, left: null });
    this.#batchBytes += bytes.length;
    if (this.#batch.length >= keptTogether || this.#batchBytes >= keptTogetherBytes) await this.#keepBatch();
  }

  async backbone(identity: BackboneIdentity, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const { backbones } = this.#parts;
    const { tensors } = await decodeBackbone(bytes, identity);
    if ((await backbones.list()).some(({ id }) => id === identity.id)) return;
    this.#savedBackbones.push(identity.id);
    await backbones.write(identity, tensors);
  }

  async head(runId: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const run = this.#runs.get(runId);
    if (run === undefined) return;
    this.#savedHeads.push(run.id);
    await this.#parts.store.saveHead(decodeHead(bytes, run), this.#document.id);
  }

  async features(about: Omit<CarriedFeatures, 'bytes'>, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const { fit, origin, pictures } = about;
    const { compute } = this.#parts;
    try {
      // A device that has not started yet does not know what it computes.
      if ((await compute.featureOrigin()) === null) await compute.proveDevice(() => undefined, this.#signal);
      const base = this.#document.backbone;
      const taken = await compute.takeFeatures({ fit, origin, pictures, bytes }, [...this.contents], base);
      if (taken > 0) this.#features.push({ fit, pictures: taken });
      else this.#hasOtherFeatures = true;
    } catch (thrown) {
      const { code } = toHeadstartError(thrown);
      if (code === 'cancelled' || code === 'worker-dead') throw thrown;
      this.#hasOtherFeatures = true;
    }
  }

  async finish(): Promise<ProjectFileReport> {
    await this.#keepBatch();
    await this.#parts.addProject(this.#document);
    return {
      pictures: this.#document.samples.length,
      missing: [],
      heads: this.#savedHeads.length,
      features: mostOf(this.#features),
      bytes: this.#bytes,
      leftOut: this.#hasOtherFeatures && this.#features.length === 0 ? describeError('project-features-other') : null,
    };
  }

  async giveUp(): Promise<void> {
    await this.#parts.store.dropHeads(this.#savedHeads);
    for (const id of this.#savedBackbones) await this.#parts.backbones.remove(id);
    await this.#parts.sweep();
  }

  async #keepBatch(): Promise<void> {
    const batch = this.#batch;
    this.#batch = [];
    this.#batchBytes = 0;
    if (batch.length > 0) await this.#parts.pictures.keep(batch);
  }
}
