import { describe, expect, it } from 'vitest';
import type { ExportEntry } from '../domain/dataset-export';
import { exportDataset } from './export-dataset';

const entries: readonly ExportEntry[] = [];

/** A place on disk where opening or writing fails as a browser's own would. */
function createTarget(failure: { readonly opening?: string; readonly writing?: string }): FileSystemFileHandle {
  return {
    createWritable: () =>
      failure.opening === undefined
        ? Promise.resolve(
            new WritableStream({
              write: () => {
                if (failure.writing !== undefined) throw new DOMException('the disk says no', failure.writing);
              },
            }),
          )
        : Promise.reject(new DOMException('the disk says no', failure.opening)),
  } as unknown as FileSystemFileHandle;
}

const write = (failure: Parameters<typeof createTarget>[0]) =>
  exportDataset(
    entries,
    () => Promise.resolve(new Blob()),
    createTarget(failure),
    () => undefined,
    new AbortController().signal,
  );

describe('an archive that cannot be written', () => {
  it.each([
    [{ opening: 'NotAllowedError' }, 'export-failed'],
    [{ opening: 'NoModificationAllowedError' }, 'export-failed'],
    [{ writing: 'NotReadableError' }, 'export-failed'],
    [{ writing: 'QuotaExceededError' }, 'storage-full'],
    [{ opening: 'AbortError' }, 'cancelled'],
  ])('for %o says %s', async (failure, code) => {
    await expect(write(failure)).rejects.toMatchObject({ code });
  });

  it('is written otherwise, list and all', async () => {
    expect(await write({})).toEqual({ written: 0, missing: [], bytes: 0 });
  });
});
