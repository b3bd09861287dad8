import { HeadstartError } from '../domain/errors';

/**
 * What lies in IndexedDB. `documents`: kernel plans, what was set aside; until version 2 the one project and its head too. `projects`:
 * summaries; `owners`: who may write which project; `head-list`: what the `heads` are without their tensors; `pictures`: where each
 * content and its thumbnail lie; `folders`: handles of folders that hold pictures.
 */
export const tableNames = [
  'documents',
  'projects',
  'project-documents',
  'owners',
  'heads',
  'head-list',
  'pictures',
  'folders',
] as const;
export type TableName = (typeof tableNames)[number];

/** Without a value the row is removed. */
export interface RowChange {
  readonly table: TableName;
  readonly key: string;
  readonly value?: unknown;
}

export interface Guard {
  readonly table: TableName;
  readonly key: string;
  allows(value: unknown): boolean;
}

/** Rows by key. Every method rejects with `storage-refused` or `storage-full`. */
export interface Tables {
  /** Undefined where there is none. */
  get(table: TableName, key: string): Promise<unknown>;
  /** In the order of the keys; undefined where there is none. */
  getMany(table: TableName, keys: readonly string[]): Promise<readonly unknown[]>;
  entries(table: TableName): Promise<readonly (readonly [key: string, value: unknown])[]>;
  keys(table: TableName): Promise<readonly string[]>;
  /** All changes or none of them. False, and none, where the guard does not allow it: it is asked within the same transaction. */
  commit(changes: readonly RowChange[], guard?: Guard): Promise<boolean>;
  /** Removes every row, then the database itself where no other tab holds it. */
  removeAll(): Promise<void>;
  close(): Promise<void>;
}

/** What a browser throws when it stores nothing becomes ours. */
export function toStorageError(thrown: unknown): HeadstartError {
  if (thrown instanceof HeadstartError) return thrown;
  const name = thrown instanceof Error || thrown instanceof DOMException ? thrown.name : '';
  return new HeadstartError(name === 'QuotaExceededError' ? 'storage-full' : 'storage-refused', {}, { cause: thrown });
}
