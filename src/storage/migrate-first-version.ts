import type { IDBPTransaction } from 'idb';
import * as v from 'valibot';
import { parseProject } from '../domain/project';
import { headRow, headSchema } from './head-rows';
import { summarise, toSummaryRow } from './summary-rows';

const idOfAny = v.object({ id: v.pipe(v.string(), v.minLength(1)), name: v.optional(v.string(), '') });

/**
 * The first version kept one project and one head in `documents`. The project becomes the first of many under its own id, also where a
 * newer build wrote it; one without an id stays set aside. The head goes to its run. All in the transaction that changes the version.
 */
export async function migrateFirstVersion(
  transaction: Pick<IDBPTransaction<unknown, string[], 'versionchange'>, 'objectStore'>,
): Promise<void> {
  const documents = transaction.objectStore('documents');
  const stored: unknown = await documents.get('project');
  const named = v.safeParse(idOfAny, stored);
  const now = new Date().toISOString();
  if (stored !== undefined && !named.success) await documents.put(stored, `set-aside ${now}`);
  if (named.success) {
    const { id, name } = named.output;
    await transaction.objectStore('project-documents').put(stored, id);
    await transaction.objectStore('projects').put(toSummaryRow(readable(stored, now) ?? { ...nothingKnown(now), id, name }), id);
  }
  const head = v.safeParse(headSchema, await documents.get('head'));
  if (head.success) {
    const { id } = head.output.run;
    await transaction.objectStore('heads').put(head.output, id);
    await transaction.objectStore('head-list').put(headRow(head.output, named.success ? named.output.id : '', 0), id);
  }
  await documents.delete('project');
  await documents.delete('head');
}

function readable(stored: unknown, now: string) {
  try {
    return summarise(parseProject(stored), now, []);
  } catch {
    return null; // of a newer version, or damaged: opening it says so
  }
}

function nothingKnown(now: string) {
  return {
    createdAt: now,
    updatedAt: now,
    pictures: 0,
    classes: 0,
    runs: 0,
    bytes: 0,
    faces: [],
    thumbnails: [],
    deletedAt: null,
  };
}
