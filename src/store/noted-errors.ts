import { isErrorCode, toHeadstartError, type ErrorCode, type ErrorRecord } from '../domain/errors';
import { scrubDetail } from './scrub-detail';

/** An error as diagnostics tell it: its code, where and when. Its sentence may name files and classes and is not kept. */
export interface NotedError {
  readonly code: ErrorCode;
  /** A slice of the state, or `page`, `promise`, `worker` for what no action waited for. */
  readonly where: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** What a developer can do something with, where the sentence is about the device or a defect: without anything of the person's. */
  readonly detail: string | null;
  /** How often it came in a row. */
  readonly times: number;
}

const mostNoted = 20;

/** Sentences of these are made by the browser, the driver or our own code. */
const detailed: ReadonlySet<ErrorCode> = new Set([
  'unexpected',
  'webgpu-device-failed',
  'device-lost',
  'compute-unavailable',
  'self-test-failed',
  'training-test-failed',
  'training-path-failed',
  'compute-path-failed',
  'no-path-proved',
  'not-finite',
  'export-failed',
  'hub-refused',
]);

/** The sentence of an error without anything of the person's; null where it has nothing to say beyond its code. */
export function detailOf({ code, message }: Pick<ErrorRecord, 'code' | 'message'>): string | null {
  return detailed.has(code) ? scrubDetail(message) : null;
}

/** The list with one more, the oldest dropped. What a person stopped is no error. */
export function noteError(
  noted: readonly NotedError[],
  { code, message }: ErrorRecord,
  where: string,
  at: number,
): readonly NotedError[] {
  if (code === 'cancelled' || !isErrorCode(code)) return noted;
  const detail = detailOf({ code, message });
  const last = noted.at(-1);
  const isSame = last?.code === code && last.where === where && last.detail === detail;
  const times = isSame ? last.times + 1 : 1;
  return [...(isSame ? noted.slice(0, -1) : noted), { code, where, at, detail, times }].slice(-mostNoted);
}

/** Anything thrown, as `noteError` takes it. */
export function recordOf(thrown: unknown): ErrorRecord {
  return toHeadstartError(thrown).toRecord();
}
