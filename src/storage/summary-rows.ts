import * as v from 'valibot';
import { contentOf } from '../domain/dataset';
import type { ProjectDocument } from '../domain/project';
import { summaryThumbnails } from '../domain/projects';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const summaryRow = v.object({
  id: v.string(),
  name: v.string(),
  createdAt: v.string(),
  updatedAt: v.string(),
  pictures: count,
  classes: count,
  runs: count,
  bytes: count,
  /** Content hashes of the pictures that stand for the project, and their thumbnails as far as there are any. */
  faces: v.array(v.string()),
  thumbnails: v.array(v.custom<Uint8Array>((value) => value instanceof Uint8Array)),
  deletedAt: v.nullable(v.string()),
});

/** A project's row in the list. */
export type SummaryRow = v.InferOutput<typeof summaryRow>;

/** Plain, as it is stored. */
export function toSummaryRow(row: SummaryRow): SummaryRow {
  return { ...row, thumbnails: [...row.thumbnails] };
}

/** Null where this is no row of the list. */
export function parseSummaryRow(stored: unknown): SummaryRow | null {
  const parsed = v.safeParse(summaryRow, stored);
  return parsed.success ? parsed.output : null;
}

/** The first picture of each of the first classes; the first pictures where there is no class yet. */
export function facesOf({ classNames, samples }: Pick<ProjectDocument, 'classNames' | 'samples'>): readonly string[] {
  const shown = classNames.slice(0, summaryThumbnails);
  if (shown.length === 0) return samples.slice(0, summaryThumbnails).map(contentOf);
  const faces = new Map<string, string>();
  for (const sample of samples) {
    const { className } = sample;
    if (className !== null && shown.includes(className) && !faces.has(className)) faces.set(className, contentOf(sample));
    if (faces.size === shown.length) break;
  }
  return shown.flatMap((name) => faces.get(name) ?? []);
}

/** @param thumbnails of `facesOf`, as far as there are any */
export function summarise(document: ProjectDocument, updatedAt: string, thumbnails: readonly Uint8Array[]): SummaryRow {
  const { id, name, createdAt, samples, classNames, runs } = document;
  const sizes = new Map(samples.map((sample) => [contentOf(sample), sample.bytes]));
  return {
    id,
    name,
    createdAt,
    updatedAt,
    pictures: samples.length,
    classes: classNames.length,
    runs: runs.length,
    bytes: [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0),
    faces: [...facesOf(document)],
    thumbnails: [...thumbnails],
    deletedAt: null,
  };
}
