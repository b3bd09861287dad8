import { describeError, type ErrorRecord } from '../domain/errors';
import { adviseFreeing, type StorageReport } from '../domain/projects';
import type { StoreCore } from './core';

/** Says that storage is full and what can be freed, with sizes; what is offered stands in `storage.report`. */
export async function describeFull(
  core: StoreCore,
  code: 'project-storage-full' | 'pictures-storage-full',
  parameters: Readonly<Record<string, string | number>> = {},
): Promise<ErrorRecord> {
  let report: StorageReport | null = null;
  try {
    report = await core.engine().storageReport();
    core.patch('storage', { report });
  } catch (thrown) {
    core.fail(thrown); // the advice is general then
  }
  return describeError(code, { ...parameters, advice: adviseFreeing(report?.freeable ?? []) });
}
