import type { ImportListing, ImportProgress } from '../domain/import-listing';
import type { EngineApi } from '../protocol/engine-api';
import type { ListedFile } from './state';
import { nextTask } from '../domain/next-task';

/** Files sent to the worker in one task: 200 take the main thread a few milliseconds, thousands more than a frame. */
const filesAtOnce = 200;

/** Files that a person gave, under the id by which the worker knows them. */
export interface GivenImport {
  readonly importId: string;
  readonly files: readonly ListedFile[];
}

/**
 * Sends what a person gave to the worker and has it listed, archives opened.
 * @throws HeadstartError `cancelled`, `worker-dead`
 */
export async function openGivenImport(
  engine: EngineApi,
  { importId, files }: GivenImport,
  onProgress: (progress: ImportProgress) => void,
  signal: AbortSignal,
): Promise<ImportListing> {
  const folders = new Map<string, FileSystemDirectoryHandle>();
  for (const { path, folder } of files) if (folder !== undefined) folders.set(path.slice(0, path.indexOf('/')), folder);
  for (let from = 0; from < files.length; from += filesAtOnce) {
    if (from > 0) await new Promise<void>(nextTask);
    // Each folder crosses once and not with each of its files.
    const some = files.slice(from, from + filesAtOnce).map(({ path, file }) => ({ path, file }));
    await engine.stageImport(importId, some, from === 0 ? Array.from(folders, ([name, handle]) => ({ name, handle })) : []);
  }
  return engine.openImport(importId, onProgress, signal);
}
