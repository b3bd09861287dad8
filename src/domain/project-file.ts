import * as v from 'valibot';
import { fits, type Fit } from './dataset';
import { HeadstartError, type ErrorRecord } from './errors';
import { migrate, type Migrations } from './migrate';
import { backboneIdentitySchema } from './model-import';
import type { ProjectDocument } from './project';

/** A project as one ZIP (docs/PROJECT-FORMAT.md). Raised with every change of its form; older files are migrated, newer ones refused. */
export const projectFileVersion = 1;

/** First in the ZIP, for people who open it with something else; it also says of a file that ends too early what it was. */
export const introductionName = 'headstart.txt';
export const documentName = 'headstart-project.json';
/** Last, because checksums are known when all else is written. */
export const manifestName = 'headstart-manifest.json';

/** Bytes of a picture file, as of any other that comes in. */
export const maxPictureFileBytes = 200_000_000;
export const maxManifestBytes = 64_000_000;
export const maxDocumentBytes = 256_000_000;
/** Thumbnails and features are put together to about so many bytes each. */
export const bundleBytes = 4_000_000;
export const maxBundleBytes = 64_000_000;
/** A head of 2,000 classes (200 MB) with every convolution (59 MB). */
export const maxHeadBytes = 300_000_000;
/** VGG-16's convolutions as float32, and their list. */
export const maxBackboneBytes = 60_000_000;

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const path = v.pipe(v.string(), v.minLength(1), v.maxLength(2048));
const bytesUpTo = (most: number) => v.pipe(count, v.maxValue(most));
const written = (most: number) => ({
  path,
  bytes: bytesUpTo(most),
  /** Hexadecimal. */
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
});
const sampleId = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/));
const runId = v.pipe(v.string(), v.minLength(1), v.maxLength(200));

const manifestSchema = v.object({
  format: v.literal('headstart-project'),
  version: v.literal(projectFileVersion),
  /** ISO 8601. */
  writtenAt: v.pipe(v.string(), v.maxLength(40)),
  document: v.object(written(maxDocumentBytes)),
  /** In the project's order. */
  pictures: v.array(
    v.object({
      ...written(maxPictureFileBytes),
      id: sampleId,
      /** A JPEG: where it lies in one of `thumbnails`. */
      thumbnail: v.nullable(v.object({ bundle: count, at: count, bytes: count })),
    }),
  ),
  thumbnails: v.array(v.object(written(maxBundleBytes))),
  /** Safetensors, as PyTorch names tensors; `runId` is a run of the document. */
  heads: v.array(v.object({ ...written(maxHeadBytes), runId })),
  /** Convolutions that the project or one of its runs stands on, beside those that come with the page: safetensors. */
  backbones: v.optional(v.array(v.object({ ...written(maxBackboneBytes), identity: backboneIdentitySchema })), []),
  /** What VGG-16 made of the pictures. They hold for one `origin` only: weights, browser, arithmetic, device. */
  features: v.array(
    v.object({
      ...written(maxBundleBytes),
      fit: v.picklist(fits),
      origin: v.pipe(v.string(), v.minLength(1), v.maxLength(10_000)),
      pictures: count,
    }),
  ),
});

export type ProjectManifest = v.InferOutput<typeof manifestSchema>;
export type ManifestPicture = ProjectManifest['pictures'][number];
export type ManifestFile = ProjectManifest['document'];

/** From each older version to the next. There is none yet. */
export const projectFileMigrations: Migrations = {};

/**
 * A manifest as it was read, checked; `name` is the file's, for the errors.
 * @throws HeadstartError `project-file-newer`, `project-file-invalid`
 */
export function parseManifest(stored: unknown, name: string): ProjectManifest {
  const head = v.safeParse(
    v.looseObject({ format: v.literal('headstart-project'), version: v.pipe(count, v.minValue(1)) }),
    stored,
  );
  if (!head.success) throw new HeadstartError('project-file-invalid', { name });
  const { version } = head.output;
  if (version > projectFileVersion) throw new HeadstartError('project-file-newer', { name });
  const parsed = v.safeParse(manifestSchema, migrate(head.output, version, projectFileVersion, projectFileMigrations));
  if (!parsed.success) throw new HeadstartError('project-file-invalid', { name }, { cause: new v.ValiError(parsed.issues) });
  return parsed.output;
}

/** All files that a manifest lists. */
export function filesOf({
  document,
  pictures,
  thumbnails,
  heads,
  backbones,
  features,
}: ProjectManifest): readonly ManifestFile[] {
  return [document, ...pictures, ...thumbnails, ...backbones, ...heads, ...features];
}

/** Features as a project carries them: see ComputeApi.collectFeatures. */
export interface CarriedFeatures {
  /** What decides them beside the picture and its fit, as text: equal exactly where they are the same, bit for bit. */
  readonly origin: string;
  readonly fit: Fit;
  readonly pictures: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What a project's file holds, before anything of it is taken in. */
export interface ProjectFileOffer {
  /** Of the project. */
  readonly name: string;
  readonly createdAt: string;
  readonly classes: readonly { readonly name: string; readonly pictures: number }[];
  readonly unlabelled: number;
  readonly pictures: number;
  readonly runs: number;
  readonly heads: number;
  /** Pictures with features, at the fit with the most of them. */
  readonly features: number;
  /** Whether this device computes just these; null where none came or it has not started. */
  readonly featuresFit: boolean | null;
  /** Of the file. */
  readonly bytes: number;
  /** Bytes that it takes in this browser. */
  readonly needed: number;
  /** What the browser has left for this page; null where it does not say. */
  readonly room: number | null;
}

export interface ProjectFileProgress {
  /** Pictures. */
  readonly done: number;
  readonly total: number;
  readonly bytes: number;
  /** Of all that is read; null while it is written. */
  readonly totalBytes: number | null;
}

export interface ProjectFileReport {
  readonly pictures: number;
  /** Paths of pictures that could not be read any more, and are not in it. */
  readonly missing: readonly string[];
  readonly heads: number;
  /** Pictures whose features came along. */
  readonly features: number;
  readonly bytes: number;
  /** Why something of it was left out that can be had again; null where nothing was. */
  readonly leftOut: ErrorRecord | null;
}

/**
 * The project as one of its own on this device: nothing of it is called as something that is here already, so nothing here is written
 * over. `runIds`: what the runs were called in the file, to what they are called now.
 */
export function adoptProject(
  document: ProjectDocument,
  newId: string,
): { readonly document: ProjectDocument; readonly runIds: ReadonlyMap<string, string> } {
  const runIds = new Map(document.runs.map(({ id }, at) => [id, `${newId} ${String(at + 1)}`]));
  const nameOf = (id: string): string => runIds.get(id) ?? id;
  const runNotes = Object.fromEntries(Object.entries(document.runNotes).map(([id, note]) => [nameOf(id), note]));
  const runs = document.runs.map(({ continues, ...run }) => ({
    ...run,
    id: nameOf(run.id),
    ...(continues === undefined ? {} : { continues: { ...continues, runId: nameOf(continues.runId) } }),
  }));
  return { document: { ...document, id: newId, runs, runNotes }, runIds };
}
