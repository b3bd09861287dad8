import { array, type InferOutput, minValue, number, object, optional, pipe, safeParse, string, safeInteger } from 'valibot';
import { HeadstartError } from '../../domain/errors';

/** An image cell: the address is signed and expires. */
const image = object({ src: string(), height: number(), width: number() });

/** One row of `microsoft/cats_vs_dogs`: `labels` is a ClassLabel, 0 cat, 1 dog. */
const row = object({ row_idx: pipe(number(), safeInteger(), minValue(0)), row: object({ image, labels: number() }) });

/** The answer of `/rows` and `/filter`; fields that we do not use are ignored. */
const page = object({ rows: array(row), num_rows_total: optional(pipe(number(), safeInteger(), minValue(0))) });

export type HubRow = InferOutput<typeof row>;
export type HubPage = InferOutput<typeof page>;

/** @throws HeadstartError `hub-unexpected` */
export function parsePage(value: unknown): HubPage {
  const result = safeParse(page, value);
  if (!result.success) throw new HeadstartError('hub-unexpected', {}, { cause: result.issues });
  return result.output;
}
