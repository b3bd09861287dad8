import * as v from 'valibot';
import type { RunRecord } from '../domain/history';
import { runRecordSchema } from '../domain/project';

/** A trained head with its run and the tensors of the backbone that were trained with it, as the protocol's KeptHead. */
export interface StoredHead {
  readonly run: RunRecord;
  readonly weight: Float32Array;
  readonly bias: Float32Array;
  readonly tensors: readonly { readonly name: string; readonly values: Float32Array }[];
}

export const headSchema = v.object({
  run: runRecordSchema,
  weight: v.instance(Float32Array),
  bias: v.instance(Float32Array),
  // Heads kept before there was fine-tuning have none.
  tensors: v.optional(v.array(v.object({ name: v.string(), values: v.instance(Float32Array) })), []),
});

const headRowSchema = v.object({
  runId: v.string(),
  /** In which it was trained; its copies share the head. */
  projectId: v.string(),
  bytes: v.number(),
  /** Milliseconds since 1970. */
  savedAt: v.number(),
});

/** What a head is without its tensors. */
export type HeadRow = v.InferOutput<typeof headRowSchema>;

export function headRow({ run, weight, bias, tensors }: StoredHead, projectId: string, savedAt: number): HeadRow {
  const values = [weight, bias, ...tensors.map((tensor) => tensor.values)];
  return { runId: run.id, projectId, bytes: values.reduce((sum, { byteLength }) => sum + byteLength, 0), savedAt };
}

export function parseHeadRow(stored: unknown): HeadRow | null {
  const parsed = v.safeParse(headRowSchema, stored);
  return parsed.success ? parsed.output : null;
}
